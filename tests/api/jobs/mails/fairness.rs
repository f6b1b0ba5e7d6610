//! A mail whose delivery takes long delays neither other mails nor requests.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::mail_server::{Fault, MailServer, Phase};
use crate::support::production::{Production, eventually};

#[apply(on_both_databases)]
async fn three_failing_addresses_do_not_delay_a_thousand_others() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Hang, "@hanging.example", 99);
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Reply("450 4.2.0 later"), "@busy.example", 99);
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Reply("550 5.1.1 nobody"), "@unknown.example", 99);
    let production = Production::start_with_mail_server(&mail_server, 300).await;
    let bad = ["hanging", "busy", "unknown"].map(|domain| format!("reception@{domain}.example"));
    let good = (0..1000).map(|number| format!("reception-{number}@clinic-{}.example", number % 50));
    production.queue_mails(bad.into_iter().chain(good)).await;
    eventually("the other mails", || async {
        mail_server.received_count() == 1000 && production.mails_in_state("SENT") == 1000
    })
    .await;
    let hanging = production
        .rows("outbox")
        .with("recipient_domain", "hanging.example")
        .with("state", "QUEUED")
        .with_non_null("lease_holder");
    assert_eq!(hanging.count(), 1, "the mail that hangs is still at its first attempt");
    assert_eq!((production.mails_in_state("DEFERRED"), production.mails_in_state("ABANDONED")), (1, 1));
    let mut copies = BTreeMap::new();
    for mail in mail_server.received() {
        *copies.entry(mail.to).or_insert(0) += 1;
    }
    assert_eq!((copies.len(), copies.values().max()), (1000, Some(&1)));
    mail_server.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_slow_domain_does_not_delay_the_others() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::Hang, "@slow.example", 999);
    let production = Production::start_with_mail_server(&mail_server, 300).await;
    production.queue_mails((0..100).map(|number| format!("reception-{number}@slow.example"))).await;
    let leased = production.rows("outbox").with_non_null("lease_holder");
    eventually("the slow domain to be under way", || async { leased.count() == 4 }).await;
    production.queue_mails((0..100).map(|number| format!("reception-{number}@clinic.example"))).await;
    eventually("the other mails", || async { production.mails_in_state("SENT") == 100 }).await;
    assert_eq!(leased.count(), 4);
    mail_server.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn domains_whose_contents_get_no_reply_do_not_delay_the_others() {
    /// The envelope timeout in seconds. It is not shorter, because on a busy machine the greetings of many connections
    /// take seconds.
    const STEP: u32 = 4;
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::Hang, ".slow.example", 999);
    let production = Production::start_with_mail_timeouts(&mail_server, STEP, 300).await;
    let slow = |domains: std::ops::Range<u8>| {
        domains
            .flat_map(|domain| (0..10).map(move |number| format!("reception-{number}@{domain}.slow.example")))
    };
    production.queue_mails(slow(0..5)).await;
    let leased = production.rows("outbox").with_non_null("lease_holder");
    // At most six for each domain, once its mails are late (see `SmtpMails::LIMITS`).
    eventually("the slow domains to be under way", || async { leased.count() == 5 * 6 }).await;
    production
        .queue_mails((0..100).map(|number| format!("reception-{number}@clinic-{number}.example")))
        .await;
    eventually("the other mails", || async { production.mails_in_state("SENT") == 100 }).await;
    assert_eq!((leased.count(), production.mails_in_state("DEFERRED")), (5 * 6, 0));

    production.queue_mails(slow(5..10)).await;
    eventually("the maximum number of mails to be under way", || async { leased.count() == 48 }).await;
    tokio::time::sleep(Duration::from_secs(u64::from(STEP) + 1)).await;
    assert_eq!((leased.count(), production.mails_in_state("DEFERRED")), (48, 0));
    assert!(mail_server.connection_count() <= 48, "{} connections", mail_server.connection_count());
    mail_server.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn no_request_waits_for_a_mail_server_that_hangs() {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 300).await;
    let clinic = production.register(&mail_server, 1).await;
    production.deliver_all_mails().await;
    mail_server.inject_fault(Phase::Mail, Fault::Hang);
    mail_server.inject_fault(Phase::Banner, Fault::Hang);
    production.queue_mails((0..40).map(|number| format!("reception@clinic-{number}.example"))).await;
    let leased = production.rows("outbox").with_non_null("lease_holder");
    eventually("sixteen hanging attempts", || async { leased.count() == 16 }).await;
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let started = Instant::now();
        let form = serde_json::json!({ "email": format!("office-{number}@clinic.example") });
        production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
        clinic.get("/v1/account/mails").await.assert_status(200);
        slowest = slowest.max(started.elapsed());
    }
    assert!(slowest < Duration::from_secs(30), "a request waited for the mail server: {slowest:?}");
    eventually("the mails in the outbox", || async { production.mails_in_state("QUEUED") == 60 }).await;
    mail_server.shut_down();
    production.stop().await;
}

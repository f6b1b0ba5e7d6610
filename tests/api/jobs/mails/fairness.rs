//! A mail that takes long delays neither other mails nor requests.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::production::{Production, eventually};
use crate::support::sink::{Fault, Phase, Sink};

#[apply(on_both_databases)]
async fn three_bad_addresses_do_not_delay_a_thousand_good_ones() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Rcpt, Fault::Hangs, "@hanging.example", 99);
    sink.strike_for(Phase::Rcpt, Fault::Says("450 4.2.0 later"), "@busy.example", 99);
    sink.strike_for(Phase::Rcpt, Fault::Says("550 5.1.1 nobody"), "@unknown.example", 99);
    let production = Production::sending_to(&sink, 300).await;
    let bad = ["hanging", "busy", "unknown"].map(|domain| format!("reception@{domain}.example"));
    let good = (0..1000).map(|number| format!("reception-{number}@clinic-{}.example", number % 50));
    production.queue(bad.into_iter().chain(good)).await;
    eventually("the good ones", || async { sink.count() == 1000 && production.mails("SENT") == 1000 }).await;
    let hanging = production
        .rows("outbox")
        .with("recipient_domain", "hanging.example")
        .with("state", "QUEUED")
        .with_any("lease_holder");
    assert_eq!(hanging.count(), 1, "the mail that hangs is still at its first attempt");
    assert_eq!((production.mails("DEFERRED"), production.mails("ABANDONED")), (1, 1));
    let mut copies = BTreeMap::new();
    for mail in sink.received() {
        *copies.entry(mail.to).or_insert(0) += 1;
    }
    assert_eq!((copies.len(), copies.values().max()), (1000, Some(&1)));
    sink.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_slow_domain_does_not_delay_the_others() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::Hangs, "@slow.example", 999);
    let production = Production::sending_to(&sink, 300).await;
    production.queue((0..100).map(|number| format!("reception-{number}@slow.example"))).await;
    let held = production.rows("outbox").with_any("lease_holder");
    eventually("the slow domain to be under way", || async { held.count() == 4 }).await;
    production.queue((0..100).map(|number| format!("reception-{number}@clinic.example"))).await;
    eventually("the others", || async { production.mails("SENT") == 100 }).await;
    assert_eq!(held.count(), 4);
    sink.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_that_hangs_after_the_contents_of_some_domains_delays_no_others() {
    /// The limit in seconds of each step before the end of the content. A busy machine needs that long to
    /// greet many connections at once.
    const STEP: u32 = 4;
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::Hangs, ".slow.example", 999);
    let production = Production::patient_at_the_dot(&sink, STEP, 300).await;
    let slow = |domains: std::ops::Range<u8>| {
        domains
            .flat_map(|domain| (0..10).map(move |number| format!("reception-{number}@{domain}.slow.example")))
    };
    production.queue(slow(0..5)).await;
    let held = production.rows("outbox").with_any("lease_holder");
    eventually("the slow domains to be under way", || async { held.count() == 5 * 6 }).await;
    production.queue((0..100).map(|number| format!("reception-{number}@clinic-{number}.example"))).await;
    eventually("the others", || async { production.mails("SENT") == 100 }).await;
    assert_eq!((held.count(), production.mails("DEFERRED")), (5 * 6, 0));

    production.queue(slow(5..10)).await;
    eventually("the most mails that may be under way", || async { held.count() == 48 }).await;
    tokio::time::sleep(Duration::from_secs(u64::from(STEP) + 1)).await;
    assert_eq!((held.count(), production.mails("DEFERRED")), (48, 0));
    assert!(sink.connections() <= 48, "{} connections", sink.connections());
    sink.shut_down();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn no_request_waits_for_a_mail_server_that_hangs() {
    let sink = Sink::start().await;
    let production = Production::sending_to(&sink, 300).await;
    let clinic = production.register(&sink, 1).await;
    production.run_dry().await;
    sink.strike(Phase::Mail, Fault::Hangs);
    sink.strike(Phase::Banner, Fault::Hangs);
    production.queue((0..40).map(|number| format!("reception@clinic-{number}.example"))).await;
    let held = production.rows("outbox").with_any("lease_holder");
    eventually("the server to hang", || async { held.count() == 16 }).await;
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let begun = Instant::now();
        let form = serde_json::json!({ "email": format!("office-{number}@clinic.example") });
        production.stranger().post("/v1/registrations", &form).await.is(202);
        clinic.get("/v1/account/mails").await.is(200);
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < Duration::from_secs(30), "a request waited for the mail server: {slowest:?}");
    eventually("the mails in the outbox", || async { production.mails("QUEUED") == 60 }).await;
    sink.shut_down();
    production.stop().await;
}

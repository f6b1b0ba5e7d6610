//! No fault of the mail server loses a mail, and no mail arrives more than twice.

use std::time::Duration;

use chrono::TimeDelta;

use crate::support::mail_server::{Fault, MailServer, Phase, Received};
use crate::support::production::{Production, eventually};

/// How many mails each case queues.
const MAILS: usize = 5;

/// Queues five mails, makes a fault happen twice, and asserts that every mail arrives once. A mail may arrive twice
/// if the server accepted it and did not reply.
async fn assert_delivery_despite(
    production: &Production,
    mail_server: &MailServer,
    case: &str,
    phase: Phase,
    fault: Fault,
) {
    let before = mail_server.received_count();
    mail_server.inject_fault_for(phase, fault, "", 2);
    let addresses: Vec<String> = (0..MAILS).map(|number| format!("{case}-{number}@clinic.example")).collect();
    production.queue_mails(addresses.clone()).await;
    production.deliver_all_mails().await;
    mail_server.clear_faults();
    let copies = addresses.iter().map(|address| {
        let ids: Vec<String> = mail_server.received_for(address).iter().map(Received::message_id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{case}: {ids:?}");
        ids.len()
    });
    let copies: Vec<usize> = copies.collect();
    let ambiguous = matches!(fault, Fault::AcceptThenHang | Fault::AcceptThenDisconnect);
    assert!(copies.iter().all(|copies| (1..=2).contains(copies)), "{case}: {copies:?}");
    assert_eq!(
        mail_server.received_count() - before,
        if ambiguous { MAILS + 2 } else { MAILS },
        "{case}: {copies:?}"
    );
    assert_eq!(production.mails_in_state("ABANDONED"), 0, "{case}");
}

/// Runs [`assert_delivery_despite`] for each case: its name, the phase and the fault.
async fn assert_no_mail_is_lost(cases: &[(&str, Phase, Fault)]) {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 1).await;
    for (case, phase, fault) in cases {
        assert_delivery_despite(&production, &mail_server, case, *phase, *fault).await;
    }
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_that_fails_before_a_mail_begins_loses_no_mail() {
    assert_no_mail_is_lost(&[
        ("banner-421", Phase::Banner, Fault::Reply("421 4.3.2 too busy")),
        ("banner-554", Phase::Banner, Fault::Reply("554 5.3.2 not now")),
        ("banner-gone", Phase::Banner, Fault::Disconnect),
        ("ehlo-421", Phase::Ehlo, Fault::Reply("421 4.3.2 too busy")),
        ("ehlo-550", Phase::Ehlo, Fault::Reply("550 5.7.1 who are you")),
        ("ehlo-gone", Phase::Ehlo, Fault::Disconnect),
        ("mail-421", Phase::Mail, Fault::Reply("421 4.3.2 too busy")),
        ("mail-452", Phase::Mail, Fault::Reply("452 4.3.1 insufficient storage")),
        ("mail-550", Phase::Mail, Fault::Reply("550 5.7.1 sender refused")),
        ("mail-gone", Phase::Mail, Fault::Disconnect),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_server_that_refuses_tls_or_the_login_loses_no_mail() {
    assert_no_mail_is_lost(&[
        ("no-starttls", Phase::Ehlo, Fault::MissingExtension("STARTTLS")),
        ("starttls-454", Phase::StartTls, Fault::Reply("454 4.7.0 no tls now")),
        ("starttls-gone", Phase::StartTls, Fault::Disconnect),
        ("auth-535", Phase::Auth, Fault::Reply("535 5.7.8 credentials invalid")),
        ("auth-454", Phase::Auth, Fault::Reply("454 4.7.0 temporary authentication failure")),
        ("auth-gone", Phase::Auth, Fault::Disconnect),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_mail_with_a_temporary_refusal_is_sent_later() {
    assert_no_mail_is_lost(&[
        ("rcpt-450", Phase::Rcpt, Fault::Reply("450 4.2.0 mailbox busy")),
        ("rcpt-greylist", Phase::Rcpt, Fault::Reply("451 4.7.1 greylisted")),
        ("rcpt-421", Phase::Rcpt, Fault::Reply("421 4.3.2 too busy")),
        ("rcpt-full", Phase::Rcpt, Fault::Reply("552 5.2.2 mailbox full")),
        (
            "rcpt-helo",
            Phase::Rcpt,
            Fault::Reply("504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname"),
        ),
        ("rcpt-sender", Phase::Rcpt, Fault::Reply("550 5.1.8 sender address rejected: domain not found")),
        ("rcpt-relay", Phase::Rcpt, Fault::Reply("550 relay not permitted")),
        ("dot-full", Phase::EndOfData, Fault::Reply("552 5.2.2 mailbox full")),
        ("rcpt-policy", Phase::Rcpt, Fault::Reply("554 5.7.1 relay access denied")),
        ("rcpt-gone", Phase::Rcpt, Fault::Disconnect),
        ("data-451", Phase::Data, Fault::Reply("451 4.3.0 local error")),
        ("data-421", Phase::Data, Fault::Reply("421 4.3.2 too busy")),
        ("data-gone", Phase::Data, Fault::Disconnect),
        ("dot-451", Phase::EndOfData, Fault::Reply("451 4.3.0 local error")),
        ("dot-421", Phase::EndOfData, Fault::Reply("421 4.3.2 too busy")),
        ("data-recipients", Phase::Data, Fault::Reply("554 5.5.1 no valid recipients")),
        ("dot-bare", Phase::EndOfData, Fault::Reply("550 Sender identity is not verified")),
        ("dot-system", Phase::EndOfData, Fault::Reply("554 5.3.0 queue file write error")),
        ("dot-network", Phase::EndOfData, Fault::Reply("554 5.4.6 mail loops back to myself")),
        ("dot-sender", Phase::EndOfData, Fault::Reply("550 5.1.8 sender address rejected: domain not found")),
        ("dot-policy", Phase::EndOfData, Fault::Reply("550 5.7.26 unauthenticated mail is not accepted")),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_connection_lost_after_the_content_causes_at_most_one_more_copy() {
    assert_no_mail_is_lost(&[
        ("not-stored", Phase::EndOfData, Fault::Disconnect),
        ("stored", Phase::EndOfData, Fault::AcceptThenDisconnect),
        ("stored-and-silent", Phase::EndOfData, Fault::AcceptThenHang),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_server_that_replies_slowly_to_the_content_gets_each_mail_once() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault(Phase::EndOfData, Fault::AcceptAfter(Duration::from_secs(4)));
    let production = Production::start_with_mail_timeouts(&mail_server, 1, 60).await;
    production.queue_mails((0..MAILS).map(|number| format!("reception-{number}@clinic.example"))).await;
    production.deliver_all_mails().await;
    let sent_at_first_attempt = production.rows("outbox").with("state", "SENT").with("attempts", 1);
    assert_eq!((mail_server.received_count(), sent_at_first_attempt.count()), (MAILS, 5));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_that_hangs_in_any_phase_loses_no_mail() {
    assert_no_mail_is_lost(&[
        ("banner", Phase::Banner, Fault::Hang),
        ("ehlo", Phase::Ehlo, Fault::Hang),
        ("starttls", Phase::StartTls, Fault::Hang),
        ("auth", Phase::Auth, Fault::Hang),
        ("mail", Phase::Mail, Fault::Hang),
        ("rcpt", Phase::Rcpt, Fault::Hang),
        ("data", Phase::Data, Fault::Hang),
        ("dot", Phase::EndOfData, Fault::Hang),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_reply_that_comes_after_the_timeout_is_not_taken_for_the_reply_to_another_mail() {
    assert_no_mail_is_lost(&[
        ("rcpt-late", Phase::Rcpt, Fault::LateReply("550 5.1.1 no such user")),
        ("data-late", Phase::Data, Fault::LateReply("554 5.5.1 no valid recipients")),
        ("dot-late", Phase::EndOfData, Fault::LateReply("554 5.6.0 rejected")),
        ("dot-busy-late", Phase::EndOfData, Fault::LateReply("451 4.3.0 local error")),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_mail_with_a_permanent_refusal_is_abandoned_with_the_failure_and_without_its_content() {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let cases = [
        (Phase::Rcpt, "550 5.1.1 no such user", "MAILBOX_UNKNOWN"),
        (Phase::Rcpt, "553 5.1.3 bad address", "MAILBOX_UNKNOWN"),
        (Phase::Rcpt, "550 5.2.1 mailbox disabled", "MAILBOX_UNKNOWN"),
        (Phase::Data, "550 5.1.1 no such user", "MAILBOX_UNKNOWN"),
        (Phase::EndOfData, "550 5.2.1 mailbox disabled", "MAILBOX_UNKNOWN"),
        (Phase::EndOfData, "554 5.6.0 rejected", "REFUSED"),
    ];
    for (number, (phase, answer, _)) in cases.iter().enumerate() {
        mail_server.inject_fault_for(
            *phase,
            Fault::Reply(answer),
            &format!("bad-{number}@clinic.example"),
            9,
        );
    }
    production.queue_mails((0..cases.len()).map(|number| format!("bad-{number}@clinic.example"))).await;
    production.queue_mails(["good@clinic.example".to_owned()]).await;
    production.deliver_all_mails().await;
    for (number, (_, answer, code)) in cases.iter().enumerate() {
        let row = production.rows("outbox").with("recipient", format!("bad-{number}@clinic.example"));
        let abandoned = row.with("state", "ABANDONED").with("failure", code).with("attempts", 1);
        assert_eq!(abandoned.with("body", "").with("html", "").count(), 1, "{answer}");
    }
    let received: Vec<String> = mail_server.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!(received, ["good@clinic.example"]);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_that_a_relay_refuses_for_their_sender_are_sent_once_the_relay_accepts_it() {
    let mail_server = MailServer::start().await;
    // For an unverified sender, Amazon SES accepts MAIL and RCPT, and refuses the content.
    mail_server
        .inject_fault(Phase::EndOfData, Fault::Reply("554 Message rejected: Email address is not verified."));
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails((0..20).map(|number| format!("reception-{number}@clinic-{number}.example"))).await;
    let refused = production
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "CONTENT_REFUSED")
        .like("body", "_%");
    eventually("every mail to be refused", || async { refused.count() == 20 }).await;
    production.state().clock.advance(TimeDelta::hours(20));
    production.state().wake.notify_one();
    let refused_twice = refused.with("attempts", 2);
    eventually("another refusal", || async { refused_twice.count() == 20 }).await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("ABANDONED")), (0, 0));
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("SENT")), (20, 20));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault(Phase::Ehlo, Fault::MissingExtension("STARTTLS"));
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    let deferred = production
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "TLS_REFUSED")
        .with("attempts", 0);
    eventually("the failure", || async { deferred.count() == 1 && mail_server.connection_count() >= 3 })
        .await;
    assert!(mail_server.unencrypted_commands().iter().all(|line| line.starts_with("EHLO ")));
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("SENT")), (1, 1));
    let before_tls: Vec<String> =
        mail_server.unencrypted_commands().into_iter().filter(|line| !line.starts_with("EHLO ")).collect();
    assert_eq!(before_tls, ["STARTTLS"]);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_whose_certificate_is_not_trusted_gets_no_mail() {
    for mail_server in [MailServer::start().await, MailServer::start_with_tls().await] {
        let production = Production::start_with(&[("TODOKEDE_SMTP_URL", &mail_server.url())]).await;
        production.queue_mails(["reception@clinic.example".to_owned()]).await;
        let deferred = production.rows("outbox").with("state", "DEFERRED").with("failure", "TLS_REFUSED");
        eventually("the failure", || async { deferred.count() == 1 }).await;
        assert_eq!((mail_server.received_count(), production.mails_in_state("ABANDONED")), (0, 0));
        production.stop().await;
    }
}

#[apply(on_both_databases)]
async fn with_tls_from_the_first_byte_nothing_is_sent_unencrypted() {
    let mail_server = MailServer::start_with_tls().await;
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails((0..20).map(|number| format!("reception-{number}@clinic.example"))).await;
    production.deliver_all_mails().await;
    assert_eq!((mail_server.received_count(), mail_server.unencrypted_commands().len()), (20, 0));
    assert!(
        mail_server.connection_count() <= 16,
        "{} connections for 20 mails",
        mail_server.connection_count()
    );
    production.stop().await;
}

#[apply(on_both_databases)]
async fn every_mail_is_sent_after_an_outage_of_a_day() {
    let mut mail_server = MailServer::start().await;
    mail_server.shut_down();
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let addresses = (0..40).map(|number| format!("reception-{number}@clinic-{}.example", number % 7));
    production.queue_mails(addresses).await;
    let attempted = production.rows("outbox").with("failure", "SERVER_UNREACHABLE");
    for _ in 0..24 {
        production.state().clock.advance(TimeDelta::hours(1));
        production.state().wake.notify_one();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eventually("an attempt", || async { attempted.count() > 0 }).await;
    let waiting = production.mails_in_state("DEFERRED") + production.mails_in_state("QUEUED");
    assert_eq!((waiting, production.mails_in_state("ABANDONED")), (40, 0));
    mail_server.restart().await;
    eventually("every mail", || async { production.mails_in_state("SENT") == 40 }).await;
    assert_eq!(mail_server.received_count(), 40);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_mailbox_that_is_busy_for_a_day_still_gets_its_mail() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault(Phase::Rcpt, Fault::Reply("450 4.2.2 mailbox full"));
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let started = production.state().clock.now();
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    let deferred = || production.rows("outbox").with("state", "DEFERRED").with_null("lease_holder");
    while production.state().clock.now() < started + TimeDelta::hours(25) {
        eventually("the next attempt to be scheduled", || async {
            deferred().after("next_attempt_at", production.state().clock.now()).count() == 1
        })
        .await;
        production.state().clock.advance(TimeDelta::minutes(80));
        production.state().wake.notify_one();
    }
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("SENT")), (1, 1));
    assert!(production.count("SELECT attempts FROM outbox") > 15, "the mail was tried only a few times");
    production.stop().await;
}

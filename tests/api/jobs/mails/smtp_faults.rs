//! Whatever the mail server does, no mail is lost, and none arrives more than twice.

use std::time::Duration;

use chrono::TimeDelta;

use crate::support::production::{Production, eventually};
use crate::support::sink::{Fault, Phase, Received, Sink};

/// How many mails each case queues.
const MAILS: usize = 5;

/// Queues five mails and lets a fault happen twice. Every mail must arrive once, or twice if the server took
/// it and did not say so.
async fn survive(production: &Production, sink: &Sink, case: &str, phase: Phase, fault: Fault) {
    let before = sink.count();
    sink.strike_for(phase, fault, "", 2);
    let addresses: Vec<String> = (0..MAILS).map(|number| format!("{case}-{number}@clinic.example")).collect();
    production.queue(addresses.clone()).await;
    production.run_dry().await;
    sink.recover();
    let copies = addresses.iter().map(|address| {
        let ids: Vec<String> = sink.received_by(address).iter().map(Received::message_id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{case}: {ids:?}");
        ids.len()
    });
    let copies: Vec<usize> = copies.collect();
    let ambiguous = matches!(fault, Fault::TakesAndHangs | Fault::TakesAndHangsUp);
    assert!(copies.iter().all(|copies| (1..=2).contains(copies)), "{case}: {copies:?}");
    assert_eq!(sink.count() - before, if ambiguous { MAILS + 2 } else { MAILS }, "{case}: {copies:?}");
    assert_eq!(production.mails("ABANDONED"), 0, "{case}");
}

async fn survive_all(cases: &[(&str, Phase, Fault)]) {
    let sink = Sink::start().await;
    let production = Production::sending_to(&sink, 1).await;
    for (case, phase, fault) in cases {
        survive(&production, &sink, case, *phase, *fault).await;
    }
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_that_fails_before_a_mail_begins_loses_no_mail() {
    survive_all(&[
        ("banner-421", Phase::Banner, Fault::Says("421 4.3.2 too busy")),
        ("banner-554", Phase::Banner, Fault::Says("554 5.3.2 not now")),
        ("banner-gone", Phase::Banner, Fault::HangsUp),
        ("ehlo-421", Phase::Ehlo, Fault::Says("421 4.3.2 too busy")),
        ("ehlo-550", Phase::Ehlo, Fault::Says("550 5.7.1 who are you")),
        ("ehlo-gone", Phase::Ehlo, Fault::HangsUp),
        ("mail-421", Phase::Mail, Fault::Says("421 4.3.2 too busy")),
        ("mail-452", Phase::Mail, Fault::Says("452 4.3.1 insufficient storage")),
        ("mail-550", Phase::Mail, Fault::Says("550 5.7.1 sender refused")),
        ("mail-gone", Phase::Mail, Fault::HangsUp),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_server_that_refuses_tls_or_the_login_loses_no_mail() {
    survive_all(&[
        ("no-starttls", Phase::Ehlo, Fault::Lacks("STARTTLS")),
        ("starttls-454", Phase::StartTls, Fault::Says("454 4.7.0 no tls now")),
        ("starttls-gone", Phase::StartTls, Fault::HangsUp),
        ("auth-535", Phase::Auth, Fault::Says("535 5.7.8 credentials invalid")),
        ("auth-454", Phase::Auth, Fault::Says("454 4.7.0 temporary authentication failure")),
        ("auth-gone", Phase::Auth, Fault::HangsUp),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_mail_that_is_refused_for_the_moment_is_sent_later() {
    survive_all(&[
        ("rcpt-450", Phase::Rcpt, Fault::Says("450 4.2.0 mailbox busy")),
        ("rcpt-greylist", Phase::Rcpt, Fault::Says("451 4.7.1 greylisted")),
        ("rcpt-421", Phase::Rcpt, Fault::Says("421 4.3.2 too busy")),
        ("rcpt-full", Phase::Rcpt, Fault::Says("552 5.2.2 mailbox full")),
        (
            "rcpt-helo",
            Phase::Rcpt,
            Fault::Says("504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname"),
        ),
        ("rcpt-sender", Phase::Rcpt, Fault::Says("550 5.1.8 sender address rejected: domain not found")),
        ("rcpt-relay", Phase::Rcpt, Fault::Says("550 relay not permitted")),
        ("dot-full", Phase::Dot, Fault::Says("552 5.2.2 mailbox full")),
        ("rcpt-policy", Phase::Rcpt, Fault::Says("554 5.7.1 relay access denied")),
        ("rcpt-gone", Phase::Rcpt, Fault::HangsUp),
        ("data-451", Phase::Data, Fault::Says("451 4.3.0 local error")),
        ("data-421", Phase::Data, Fault::Says("421 4.3.2 too busy")),
        ("data-gone", Phase::Data, Fault::HangsUp),
        ("dot-451", Phase::Dot, Fault::Says("451 4.3.0 local error")),
        ("dot-421", Phase::Dot, Fault::Says("421 4.3.2 too busy")),
        ("data-recipients", Phase::Data, Fault::Says("554 5.5.1 no valid recipients")),
        ("dot-bare", Phase::Dot, Fault::Says("550 Sender identity is not verified")),
        ("dot-system", Phase::Dot, Fault::Says("554 5.3.0 queue file write error")),
        ("dot-network", Phase::Dot, Fault::Says("554 5.4.6 mail loops back to myself")),
        ("dot-sender", Phase::Dot, Fault::Says("550 5.1.8 sender address rejected: domain not found")),
        ("dot-policy", Phase::Dot, Fault::Says("550 5.7.26 unauthenticated mail is not accepted")),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_connection_lost_after_the_content_causes_one_more_copy_at_most() {
    survive_all(&[
        ("not-stored", Phase::Dot, Fault::HangsUp),
        ("stored", Phase::Dot, Fault::TakesAndHangsUp),
        ("stored-and-silent", Phase::Dot, Fault::TakesAndHangs),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_server_that_answers_slowly_after_the_content_gets_each_mail_once() {
    let sink = Sink::start().await;
    sink.strike(Phase::Dot, Fault::TakesAfter(Duration::from_secs(4)));
    let production = Production::patient_at_the_dot(&sink, 1, 60).await;
    production.queue((0..MAILS).map(|number| format!("reception-{number}@clinic.example"))).await;
    production.run_dry().await;
    let sent_at_first_attempt = production.rows("outbox").with("state", "SENT").with("attempts", 1);
    assert_eq!((sink.count(), sent_at_first_attempt.count()), (MAILS, 5));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_that_hangs_at_any_step_loses_no_mail() {
    survive_all(&[
        ("banner", Phase::Banner, Fault::Hangs),
        ("ehlo", Phase::Ehlo, Fault::Hangs),
        ("starttls", Phase::StartTls, Fault::Hangs),
        ("auth", Phase::Auth, Fault::Hangs),
        ("mail", Phase::Mail, Fault::Hangs),
        ("rcpt", Phase::Rcpt, Fault::Hangs),
        ("data", Phase::Data, Fault::Hangs),
        ("dot", Phase::Dot, Fault::Hangs),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn an_answer_that_comes_too_late_is_never_counted_for_another_mail() {
    survive_all(&[
        ("rcpt-late", Phase::Rcpt, Fault::SaysLate("550 5.1.1 no such user")),
        ("data-late", Phase::Data, Fault::SaysLate("554 5.5.1 no valid recipients")),
        ("dot-late", Phase::Dot, Fault::SaysLate("554 5.6.0 rejected")),
        ("dot-busy-late", Phase::Dot, Fault::SaysLate("451 4.3.0 local error")),
    ])
    .await;
}

#[apply(on_both_databases)]
async fn a_mail_that_is_refused_for_good_is_abandoned_with_its_reason_and_its_content_deleted() {
    let sink = Sink::start().await;
    let production = Production::sending_to(&sink, 5).await;
    let cases = [
        (Phase::Rcpt, "550 5.1.1 no such user", "MAILBOX_UNKNOWN"),
        (Phase::Rcpt, "553 5.1.3 bad address", "MAILBOX_UNKNOWN"),
        (Phase::Rcpt, "550 5.2.1 mailbox disabled", "MAILBOX_UNKNOWN"),
        (Phase::Data, "550 5.1.1 no such user", "MAILBOX_UNKNOWN"),
        (Phase::Dot, "550 5.2.1 mailbox disabled", "MAILBOX_UNKNOWN"),
        (Phase::Dot, "554 5.6.0 rejected", "REFUSED"),
    ];
    for (number, (phase, answer, _)) in cases.iter().enumerate() {
        sink.strike_for(*phase, Fault::Says(answer), &format!("bad-{number}@clinic.example"), 9);
    }
    production.queue((0..cases.len()).map(|number| format!("bad-{number}@clinic.example"))).await;
    production.queue(["good@clinic.example".to_owned()]).await;
    production.run_dry().await;
    for (number, (_, answer, code)) in cases.iter().enumerate() {
        let row = production.rows("outbox").with("recipient", format!("bad-{number}@clinic.example"));
        let abandoned = row.with("state", "ABANDONED").with("failure", code).with("attempts", 1);
        assert_eq!(abandoned.with("body", "").with("html", "").count(), 1, "{answer}");
    }
    let received: Vec<String> = sink.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!(received, ["good@clinic.example"]);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_that_a_relay_refuses_for_their_sender_are_sent_once_the_relay_accepts_it() {
    let sink = Sink::start().await;
    // Amazon SES takes sender and recipient of an account it does not trust, and refuses after the content.
    sink.strike(Phase::Dot, Fault::Says("554 Message rejected: Email address is not verified."));
    let production = Production::sending_to(&sink, 5).await;
    production.queue((0..20).map(|number| format!("reception-{number}@clinic-{number}.example"))).await;
    let refused = production
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "CONTENT_REFUSED")
        .like("body", "_%");
    eventually("every mail to be refused", || async { refused.count() == 20 }).await;
    production.state().clock.advance(TimeDelta::hours(20));
    production.state().wake.notify_one();
    let again = refused.with("attempts", 2);
    eventually("another refusal", || async { again.count() == 20 }).await;
    assert_eq!((sink.count(), production.mails("ABANDONED")), (0, 0));
    sink.recover();
    production.run_dry().await;
    assert_eq!((sink.count(), production.mails("SENT")), (20, 20));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_without_starttls_gets_neither_password_nor_mail() {
    let sink = Sink::start().await;
    sink.strike(Phase::Ehlo, Fault::Lacks("STARTTLS"));
    let production = Production::sending_to(&sink, 5).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    let deferred = production
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "TLS_REFUSED")
        .with("attempts", 0);
    eventually("the failure", || async { deferred.count() == 1 && sink.connections() >= 3 }).await;
    assert!(sink.said_in_the_clear().iter().all(|line| line.starts_with("EHLO ")));
    sink.recover();
    production.run_dry().await;
    assert_eq!((sink.count(), production.mails("SENT")), (1, 1));
    let before_tls: Vec<String> =
        sink.said_in_the_clear().into_iter().filter(|line| !line.starts_with("EHLO ")).collect();
    assert_eq!(before_tls, ["STARTTLS"]);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_server_whose_certificate_is_not_trusted_gets_no_mail() {
    for sink in [Sink::start().await, Sink::start_with_tls().await] {
        let production = Production::start_with(&[("TODOKEDE_SMTP_URL", &sink.url())]).await;
        production.queue(["reception@clinic.example".to_owned()]).await;
        let deferred = production.rows("outbox").with("state", "DEFERRED").with("failure", "TLS_REFUSED");
        eventually("the failure", || async { deferred.count() == 1 }).await;
        assert_eq!((sink.count(), production.mails("ABANDONED")), (0, 0));
        production.stop().await;
    }
}

#[apply(on_both_databases)]
async fn with_tls_from_the_first_byte_nothing_is_sent_in_the_clear() {
    let sink = Sink::start_with_tls().await;
    let production = Production::sending_to(&sink, 5).await;
    production.queue((0..20).map(|number| format!("reception-{number}@clinic.example"))).await;
    production.run_dry().await;
    assert_eq!((sink.count(), sink.said_in_the_clear().len()), (20, 0));
    assert!(sink.connections() <= 16, "{} connections for 20 mails", sink.connections());
    production.stop().await;
}

#[apply(on_both_databases)]
async fn an_outage_of_a_day_loses_no_mail_and_every_mail_is_sent_after_it() {
    let mut sink = Sink::start().await;
    sink.shut_down();
    let production = Production::sending_to(&sink, 5).await;
    let addresses = (0..40).map(|number| format!("reception-{number}@clinic-{}.example", number % 7));
    production.queue(addresses).await;
    let attempted = production.rows("outbox").with("failure", "SERVER_UNREACHABLE");
    for _ in 0..24 {
        production.state().clock.advance(TimeDelta::hours(1));
        production.state().wake.notify_one();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eventually("an attempt", || async { attempted.count() > 0 }).await;
    let waiting = production.mails("DEFERRED") + production.mails("QUEUED");
    assert_eq!((waiting, production.mails("ABANDONED")), (40, 0));
    sink.come_back().await;
    eventually("every mail", || async { production.mails("SENT") == 40 }).await;
    assert_eq!(sink.count(), 40);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_mailbox_that_is_busy_for_a_day_still_gets_its_mail() {
    let sink = Sink::start().await;
    sink.strike(Phase::Rcpt, Fault::Says("450 4.2.2 mailbox full"));
    let production = Production::sending_to(&sink, 5).await;
    let begun = production.state().clock.now();
    production.queue(["reception@clinic.example".to_owned()]).await;
    let deferred = || production.rows("outbox").with("state", "DEFERRED").without("lease_holder");
    while production.state().clock.now() < begun + TimeDelta::hours(25) {
        eventually("the mail to be put off", || async {
            deferred().after("next_attempt_at", production.state().clock.now()).count() == 1
        })
        .await;
        production.state().clock.advance(TimeDelta::minutes(80));
        production.state().wake.notify_one();
    }
    sink.recover();
    production.run_dry().await;
    assert_eq!((sink.count(), production.mails("SENT")), (1, 1));
    assert!(production.count("SELECT attempts FROM outbox") > 15, "the mail was tried only a few times");
    production.stop().await;
}

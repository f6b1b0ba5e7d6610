//! What is said before TLS may come from anybody, and a mail server may answer anything.

use crate::support::production::{Production, eventually};
use crate::support::sink::{Fault, LOGIN, Phase, Sink};

/// How many mails are deferred for a failure and still have their text.
fn failed(production: &Production, failure: &str) -> i64 {
    production.rows("outbox").with("state", "DEFERRED").with("failure", failure).like("body", "_%").count()
}

#[apply(on_both_databases)]
async fn answers_that_were_added_before_tls_are_ignored() {
    let sink = Sink::start().await;
    let all = "250-localhost\r\n250 AUTH PLAIN\r\n235 2.7.0 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken";
    sink.strike(Phase::StartTls, Fault::Adds(all));
    let production = Production::sending_to(&sink, 5).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    eventually("the mail fails", || async { failed(&production, "TLS_REFUSED") == 1 }).await;
    assert_eq!((sink.count(), production.mails("SENT")), (0, 0));
    sink.recover();
    production.run_dry().await;
    assert_eq!(sink.received_by("reception@clinic.example").len(), 1);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn an_endless_answer_is_cut_off_long_before_it_fills_the_memory() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Banner, Fault::Floods, "", 1);
    let production = Production::sending_to(&sink, 30).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    production.run_dry().await;
    assert_eq!(sink.count(), 1);
    // This includes what the system's own buffers hold.
    assert!((1..16 * 1024 * 1024).contains(&sink.flooded()), "{}", sink.flooded());
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_greeting_that_is_not_utf_8_is_accepted() {
    let sink = Sink::start().await;
    sink.strike(Phase::Banner, Fault::SpeaksLatin);
    let production = Production::sending_to(&sink, 5).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    production.run_dry().await;
    assert_eq!(sink.count(), 1);
    let greetings = sink.said_in_the_clear();
    assert_eq!(
        greetings,
        ["EHLO api.todokede.test", "STARTTLS"],
        "the name in EHLO must be one that the server can look up"
    );
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_password_may_be_in_a_file() {
    let sink = Sink::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mail-password");
    std::fs::write(&file, format!("{}\n", LOGIN.1)).unwrap();
    let url = format!("smtp://{}@localhost:{}", LOGIN.0, sink.port);
    let production = Production::start_with(&[
        ("TODOKEDE_SMTP_URL", &url),
        ("TODOKEDE_SMTP_PASSWORD_FILE", &file.display().to_string()),
        ("TODOKEDE_SMTP_CA_FILE", &sink.certificate().display().to_string()),
    ])
    .await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    production.run_dry().await;
    assert_eq!(sink.count(), 1);
    production.stop().await;
}

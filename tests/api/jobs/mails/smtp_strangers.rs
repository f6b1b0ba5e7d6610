//! What a mail server says before TLS may be anybody's.

use crate::support::production::{Production, eventually};
use crate::support::sink::{Fault, LOGIN, Phase, Sink};

/// How many mails are put off for a failure and still have their text.
fn failed(production: &Production, failure: &str) -> i64 {
    production.rows("outbox").with("state", "DEFERRED").with("failure", failure).like("body", "_%").count()
}

#[apply(on_both_databases)]
async fn answers_that_were_slipped_in_before_tls_are_not_taken_for_the_servers() {
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
async fn an_answer_without_an_end_is_given_up_long_before_it_fills_the_memory() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Banner, Fault::Floods, "", 1);
    let production = Production::sending_to(&sink, 30).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    production.run_dry().await;
    assert_eq!(sink.count(), 1);
    // What the system's own buffers take on the way counts as well.
    assert!((1..16 * 1024 * 1024).contains(&sink.flooded()), "{}", sink.flooded());
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_greeting_in_another_alphabet_is_a_greeting() {
    let sink = Sink::start().await;
    sink.strike(Phase::Banner, Fault::SpeaksLatin);
    let production = Production::sending_to(&sink, 5).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    production.run_dry().await;
    assert_eq!(sink.count(), 1);
    let greetings = sink.said_in_the_clear();
    assert_eq!(greetings, ["EHLO api.todokede.test", "STARTTLS"], "by a name that somebody can look up");
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

//! What is said before TLS may come from anybody, and a mail server may answer anything.

use crate::support::mail_server::{Fault, LOGIN, MailServer, Phase};
use crate::support::production::{Production, eventually};

/// How many mails are deferred for a failure and still have their text.
fn failed(production: &Production, failure: &str) -> i64 {
    production.rows("outbox").with("state", "DEFERRED").with("failure", failure).like("body", "_%").count()
}

#[apply(on_both_databases)]
async fn answers_that_were_added_before_tls_are_ignored() {
    let mail_server = MailServer::start().await;
    let all = "250-localhost\r\n250 AUTH PLAIN\r\n235 2.7.0 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken";
    mail_server.inject_fault(Phase::StartTls, Fault::ExtraReplies(all));
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    eventually("the mail fails", || async { failed(&production, "TLS_REFUSED") == 1 }).await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("SENT")), (0, 0));
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_for("reception@clinic.example").len(), 1);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn an_endless_answer_is_cut_off_long_before_it_fills_the_memory() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::Banner, Fault::EndlessReply, "", 1);
    let production = Production::start_with_mail_server(&mail_server, 30).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_count(), 1);
    // This includes what the system's own buffers hold.
    assert!(
        (1..16 * 1024 * 1024).contains(&mail_server.endless_reply_bytes()),
        "{}",
        mail_server.endless_reply_bytes()
    );
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_greeting_that_is_not_utf_8_is_accepted() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault(Phase::Banner, Fault::Latin1Reply);
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_count(), 1);
    let greetings = mail_server.unencrypted_commands();
    assert_eq!(
        greetings,
        ["EHLO api.todokede.test", "STARTTLS"],
        "the name in EHLO must be one that the server can look up"
    );
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_password_may_be_in_a_file() {
    let mail_server = MailServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mail-password");
    std::fs::write(&file, format!("{}\n", LOGIN.1)).unwrap();
    let url = format!("smtp://{}@localhost:{}", LOGIN.0, mail_server.port);
    let production = Production::start_with(&[
        ("TODOKEDE_SMTP_URL", &url),
        ("TODOKEDE_SMTP_PASSWORD_FILE", &file.display().to_string()),
        ("TODOKEDE_SMTP_CA_FILE", &mail_server.certificate().display().to_string()),
    ])
    .await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_count(), 1);
    production.stop().await;
}

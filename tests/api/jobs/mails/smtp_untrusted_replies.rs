//! Untrusted replies: anybody on the network can send replies before TLS, and a mail server can send any reply.

use crate::support::mail_server::{Fault, LOGIN, MailServer, Phase};
use crate::support::production::{Production, eventually};

/// How many mails are deferred with this failure and still have their text.
fn deferred_with(production: &Production, failure: &str) -> i64 {
    production.rows("outbox").with("state", "DEFERRED").with("failure", failure).like("body", "_%").count()
}

#[apply(on_both_databases)]
async fn replies_that_were_sent_in_advance_before_tls_are_not_used() {
    let mail_server = MailServer::start().await;
    let all = "250-localhost\r\n250 AUTH PLAIN\r\n235 2.7.0 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken";
    mail_server.inject_fault(Phase::StartTls, Fault::ExtraReplies(all));
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    eventually("the failure", || async { deferred_with(&production, "TLS_REFUSED") == 1 }).await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("SENT")), (0, 0));
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_for("reception@clinic.example").len(), 1);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn an_endless_reply_is_read_only_up_to_a_limit() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::Banner, Fault::EndlessReply, "", 1);
    let production = Production::start_with_mail_server(&mail_server, 30).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    production.deliver_all_mails().await;
    assert_eq!(mail_server.received_count(), 1);
    // The count includes what is in the buffers of the kernel.
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
    let commands = mail_server.unencrypted_commands();
    assert_eq!(
        commands,
        ["EHLO api.todokede.test", "STARTTLS"],
        "EHLO must state a name that the server can look up"
    );
    production.stop().await;
}

#[apply(on_both_databases)]
async fn the_password_of_the_mail_server_can_be_in_a_file() {
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

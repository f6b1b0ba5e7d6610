//! Checks the mail server: connects, logs in and sends MAIL FROM, but sends no mail.

use super::{DoctorReport, Verdict};
use crate::config::Settings;
use crate::delivery::mail::relay::Relay;
use crate::delivery::mail::smtp::Smtp;
use crate::domain::mails::MailFailure;
use crate::error::Error;

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    let Some(relay) = &settings.relay else {
        return report.add(Verdict::Ok, "mail", "a sandbox has a mailbox and no mail server");
    };
    let server = format!("{}:{}", relay.host, relay.port);
    match test_connection(relay) {
        Err(error) => report.add(Verdict::Fail, "mail", error.reason()),
        Ok(Err(failure)) => {
            let message = format!("{server}: {}: {}", failure.code(), advice(failure));
            report.add(Verdict::Fail, "mail", message);
        }
        Ok(Ok(())) => {
            let login = if relay.login.is_some() { "the login" } else { "no login" };
            report.add(Verdict::Ok, "mail", format!("{server} accepts TLS, {login} and the sender"));
        }
    }
}

fn test_connection(relay: &Relay) -> Result<Result<(), MailFailure>, Error> {
    let smtp = Smtp::new(relay)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(Error::internal)?.block_on(smtp.test_connection()))
}

const fn advice(failure: MailFailure) -> &'static str {
    match failure {
        MailFailure::ServerUnreachable => {
            "check the host and port in TODOKEDE_SMTP_URL, and the firewalls on the way to it"
        }
        MailFailure::ServerTimedOut => "the server is slow or hangs; the service sends waiting mails later",
        MailFailure::ServerBusy => {
            "the server accepts no mails at the moment; the service sends waiting mails later"
        }
        MailFailure::TlsRefused => {
            "the server must offer STARTTLS (smtp) or TLS (smtps) with a certificate for its host name; if a private \
             authority issued the certificate, set TODOKEDE_SMTP_CA_FILE"
        }
        MailFailure::AuthenticationFailed => {
            "check the user and the password of TODOKEDE_SMTP_URL or TODOKEDE_SMTP_PASSWORD_FILE"
        }
        MailFailure::SenderRefused => {
            "configure the server to accept mails from the address in TODOKEDE_MAIL_FROM"
        }
        _ => "ask the operator of the mail server why it refuses this machine",
    }
}

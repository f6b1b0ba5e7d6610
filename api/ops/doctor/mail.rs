//! Checks the mail server: connects, logs in and states the sender, as for a mail, but sends none.

use super::{Report, Verdict};
use crate::config::Settings;
use crate::delivery::mail::relay::Relay;
use crate::delivery::mail::smtp::Smtp;
use crate::domain::mails::MailFailure;
use crate::error::Error;

pub(super) fn examine(settings: &Settings, report: &mut Report) {
    let Some(relay) = &settings.relay else {
        return report.add(Verdict::Ok, "mail", "a sandbox has a mailbox and no mail server");
    };
    let server = format!("{}:{}", relay.host, relay.port);
    match rehearse(relay) {
        Err(error) => report.add(Verdict::Fail, "mail", error.reason()),
        Ok(Err(failure)) => {
            let message = format!("{server}: {}: {}", failure.code(), mend(failure));
            report.add(Verdict::Fail, "mail", message);
        }
        Ok(Ok(())) => {
            let login = if relay.login.is_some() { "the login" } else { "no login" };
            report.add(Verdict::Ok, "mail", format!("{server} takes TLS, {login} and our sender"));
        }
    }
}

fn rehearse(relay: &Relay) -> Result<Result<(), MailFailure>, Error> {
    let smtp = Smtp::new(relay)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(Error::internal)?.block_on(smtp.rehearse()))
}

const fn mend(failure: MailFailure) -> &'static str {
    match failure {
        MailFailure::ServerUnreachable => "check host and port of TODOKEDE_SMTP_URL, and firewalls between",
        MailFailure::ServerTimedOut => "it is slow or hangs; mails wait and go out later",
        MailFailure::ServerBusy => "it takes no mail at the moment; mails wait and go out later",
        MailFailure::TlsRefused => {
            "it must offer STARTTLS (smtp) or TLS (smtps) with a certificate for its name; if a private authority \
             issued it, set TODOKEDE_SMTP_CA_FILE"
        }
        MailFailure::AuthenticationFailed => "check user and password in TODOKEDE_SMTP_URL",
        MailFailure::SenderRefused => "let it take mails from the address in TODOKEDE_MAIL_FROM",
        _ => "ask its operator why it refuses this machine",
    }
}

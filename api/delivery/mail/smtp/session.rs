//! One session with the mail server. Converts the server's replies to failures.
//!
//! A failure before the RCPT TO command is a failure of the server or of the configuration. From RCPT TO on it is a
//! failure of the mail, because the recipient or the content may be the cause.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};

use super::super::relay::Security;
use super::start_tls::StartTlsStream;
use crate::domain::mails::MailFailure;

/// The server's address, and the TLS settings and the login that a session needs.
pub(super) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) tls: TlsParameters,
    pub(super) login: Option<Credentials>,
    pub(super) our_name: ClientId,
}

/// An open session. Dropping it closes the connection, even in the middle of a mail.
pub(super) struct Session(AsyncSmtpConnection);

impl Session {
    /// Connects, starts TLS, and logs in. Fails if the server does not offer TLS.
    pub(super) async fn open(server: &MailServer) -> Result<Self, MailFailure> {
        let mut connection = match server.security {
            Security::Implicit => {
                let (address, tls) = ((server.host.as_str(), server.port), Some(server.tls.clone()));
                AsyncSmtpConnection::connect_tokio1(address, None, &server.our_name, tls, None).await
            }
            Security::StartTls => {
                let stream = StartTlsStream::connect(&server.host, server.port).await;
                let stream = Box::new(stream.map_err(|_| MailFailure::ServerUnreachable)?);
                AsyncSmtpConnection::connect_with_transport(stream, &server.our_name).await
            }
        }
        .map_err(|error| greeting_failure(&error))?;
        if server.security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(MailFailure::TlsRefused);
            }
            let upgraded = connection.starttls(server.tls.clone(), &server.our_name).await;
            upgraded.map_err(|error| match error.status() {
                Some(_) => MailFailure::TlsRefused,
                None => greeting_failure(&error),
            })?;
        }
        if !connection.is_encrypted() {
            return Err(MailFailure::TlsRefused);
        }
        if let Some(login) = &server.login {
            connection.auth(DEFAULT_MECHANISMS, login).await.map_err(|error| login_failure(&error))?;
        }
        Ok(Self(connection))
    }

    /// Resets the session after a mail: RSET. After an error the connection cannot be used any more.
    pub(super) async fn reset(&mut self) -> Result<(), MailFailure> {
        self.0.command(Rset).await.map(drop).map_err(|error| server_failure(&error))
    }

    /// Begins a mail: MAIL FROM.
    pub(super) async fn mail_from(&mut self, sender: &Address) -> Result<(), MailFailure> {
        let reply = self.0.command(Mail::new(Some(sender.clone()), Vec::new())).await;
        reply.map(drop).map_err(|error| match server_failure(&error) {
            MailFailure::ServerRefused => MailFailure::SenderRefused,
            other => other,
        })
    }

    /// Names the recipient and announces the content: RCPT TO and DATA.
    pub(super) async fn rcpt_to_and_data(&mut self, recipient: Address) -> Result<(), MailFailure> {
        let reply = self.0.command(Rcpt::new(recipient, Vec::new())).await;
        reply.map_err(|error| mail_failure(&error, MailFailure::MailboxBusy, recipient_failure))?;
        let reply = self.0.command(Data).await;
        let reply = reply.map_err(|error| mail_failure(&error, MailFailure::Postponed, content_failure))?;
        expect(&reply, Severity::PositiveIntermediate)
    }

    /// Sends the content. The mail is sent only if the server confirms the content.
    pub(super) async fn send_content(&mut self, message: &[u8]) -> Result<(), MailFailure> {
        let reply = self.0.message(message).await;
        let reply = reply.map_err(|error| mail_failure(&error, MailFailure::Postponed, content_failure))?;
        expect(&reply, Severity::PositiveCompletion)
    }
}

/// Checks the class of a reply. A reply of another class does not belong to the command, so the outcome of the mail is
/// unknown.
fn expect(reply: &Response, expected: Severity) -> Result<(), MailFailure> {
    if reply.code().severity == expected { Ok(()) } else { Err(MailFailure::ConnectionLost) }
}

/// The failure of a connection that is being opened. A TLS error is logged here, because the failure's code does not
/// contain its reason.
fn greeting_failure(error: &Error) -> MailFailure {
    match tls_error(error) {
        Some(reason) => {
            tracing::error!(%reason, "TLS to the mail server failed");
            MailFailure::TlsRefused
        }
        None => server_failure(error),
    }
}

fn server_failure(error: &Error) -> MailFailure {
    if error.is_transient() {
        MailFailure::ServerBusy
    } else if error.is_permanent() {
        MailFailure::ServerRefused
    } else {
        MailFailure::ServerUnreachable
    }
}

/// The failure of a login. It counts as refused also if the server refuses it temporarily, or offers no login method
/// that the client supports.
fn login_failure(error: &Error) -> MailFailure {
    if error.status().is_some() || error.is_client() {
        MailFailure::AuthenticationFailed
    } else {
        server_failure(error)
    }
}

fn mail_failure(
    error: &Error,
    transient: MailFailure,
    permanent: impl FnOnce(&Error) -> MailFailure,
) -> MailFailure {
    if error.is_transient() {
        transient
    } else if error.is_permanent() {
        permanent(error)
    } else {
        MailFailure::ConnectionLost
    }
}

/// The subject and the detail of a permanent refusal's enhanced status code (RFC 3463): (1, 2) of `5.1.2`.
fn enhanced_status(error: &Error) -> Option<(u16, u16)> {
    let text = std::error::Error::source(error)?.to_string();
    let mut numbers = text.split_whitespace().next()?.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    (class == "5").then_some(())?;
    Some((subject.parse().ok()?, detail.parse().ok()?))
}

/// The failure of a recipient that is permanently refused.
fn recipient_failure(error: &Error) -> MailFailure {
    status_failure(enhanced_status(error)).unwrap_or(MailFailure::RecipientRefused)
}

/// The failure of a content that is permanently refused. The status can name the message (5.6.x) or the mailbox, which
/// some servers check only now.
fn content_failure(error: &Error) -> MailFailure {
    match enhanced_status(error) {
        Some((6, _)) => MailFailure::Refused,
        status => status_failure(status).unwrap_or(MailFailure::ContentRefused),
    }
}

/// The failure that a status means for a recipient and for a content alike. Of these failures only `MailboxUnknown` is
/// permanent, because many servers refuse a recipient or a content because of the sender or the connection. 5.7.x can
/// mean an unwanted content or an unauthenticated sender, and an unauthenticated sender affects all mails.
fn status_failure(status: Option<(u16, u16)>) -> Option<MailFailure> {
    match status? {
        (1, 0..=3 | 6 | 10) | (2, 0 | 1) => Some(MailFailure::MailboxUnknown),
        (2, 2) => Some(MailFailure::MailboxBusy),
        (7, _) => Some(MailFailure::RefusedByPolicy),
        _ => None,
    }
}

/// The reason of a TLS error, which the TLS library reports as invalid data.
fn tls_error(error: &Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return (error.kind() == std::io::ErrorKind::InvalidData).then(|| error.to_string());
        }
        source = error.source();
    }
    None
}

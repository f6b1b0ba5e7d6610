//! One session with the mail server, and what each of its answers means.
//!
//! Before the recipient is named, whatever fails is the server's trouble or the configuration's. From
//! there on it is the mail's, for it may be this recipient or this content that the server chokes on.

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

/// Where the server is and what has to hold before anything is said to it.
pub(super) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) tls: TlsParameters,
    pub(super) login: Option<Credentials>,
    pub(super) our_name: ClientId,
}

/// A session that is open. Dropping it closes the connection, whatever was under way.
pub(super) struct Session(AsyncSmtpConnection);

impl Session {
    /// Connects, insists on TLS, and logs in.
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
        .map_err(|error| of_greeting(&error))?;
        if server.security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(MailFailure::TlsRefused);
            }
            let upgraded = connection.starttls(server.tls.clone(), &server.our_name).await;
            upgraded.map_err(|error| match error.status() {
                Some(_) => MailFailure::TlsRefused,
                None => of_greeting(&error),
            })?;
        }
        if !connection.is_encrypted() {
            return Err(MailFailure::TlsRefused);
        }
        if let Some(login) = &server.login {
            connection.auth(DEFAULT_MECHANISMS, login).await.map_err(|error| of_login(&error))?;
        }
        Ok(Self(connection))
    }

    /// Forgets what a mail before has left behind; an error means that the connection is of no more
    /// use.
    pub(super) async fn reset(&mut self) -> Result<(), MailFailure> {
        self.0.command(Rset).await.map(drop).map_err(|error| of_server(&error))
    }

    /// Begins a mail: MAIL FROM.
    pub(super) async fn mail_from(&mut self, sender: &Address) -> Result<(), MailFailure> {
        let begun = self.0.command(Mail::new(Some(sender.clone()), Vec::new())).await;
        begun.map(drop).map_err(|error| match of_server(&error) {
            MailFailure::ServerRefused => MailFailure::SenderRefused,
            other => other,
        })
    }

    /// Names the recipient and announces the content: RCPT TO and DATA.
    pub(super) async fn rcpt_to(&mut self, recipient: Address) -> Result<(), MailFailure> {
        let named = self.0.command(Rcpt::new(recipient, Vec::new())).await;
        named.map_err(|error| of_mail(&error, MailFailure::MailboxBusy, of_recipient))?;
        let wanted = self.0.command(Data).await;
        let wanted = wanted.map_err(|error| of_mail(&error, MailFailure::Postponed, of_content))?;
        expect(&wanted, Severity::PositiveIntermediate)
    }

    /// Hands the content over. The mail is sent only if the server's last word says so.
    pub(super) async fn send_content(&mut self, message: &[u8]) -> Result<(), MailFailure> {
        let taken = self.0.message(message).await;
        let taken = taken.map_err(|error| of_mail(&error, MailFailure::Postponed, of_content))?;
        expect(&taken, Severity::PositiveCompletion)
    }
}

/// An answer that belongs to another question leaves the outcome unknown.
fn expect(answer: &Response, wanted: Severity) -> Result<(), MailFailure> {
    if answer.code().severity == wanted { Ok(()) } else { Err(MailFailure::ConnectionLost) }
}

/// Up to the first answer that is encrypted, TLS may be what fails. Why it does is known to nobody else.
fn of_greeting(error: &Error) -> MailFailure {
    match is_of_tls(error) {
        Some(reason) => {
            tracing::error!(%reason, "the mail server's TLS is not to be trusted");
            MailFailure::TlsRefused
        }
        None => of_server(error),
    }
}

fn of_server(error: &Error) -> MailFailure {
    if error.is_transient() {
        MailFailure::ServerBusy
    } else if error.is_permanent() {
        MailFailure::ServerRefused
    } else {
        MailFailure::ServerUnreachable
    }
}

/// A server that offers no way to log in, or refuses ours, even for now.
fn of_login(error: &Error) -> MailFailure {
    if error.status().is_some() || error.is_client() {
        MailFailure::AuthenticationFailed
    } else {
        of_server(error)
    }
}

fn of_mail(error: &Error, for_now: MailFailure, for_good: impl FnOnce(&Error) -> MailFailure) -> MailFailure {
    if error.is_transient() {
        for_now
    } else if error.is_permanent() {
        for_good(error)
    } else {
        MailFailure::ConnectionLost
    }
}

/// What a refusal for good says of itself by its enhanced status (RFC 3463).
fn enhanced_status(error: &Error) -> Option<(u16, u16)> {
    let text = std::error::Error::source(error)?.to_string();
    let mut numbers = text.split_whitespace().next()?.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    (class == "5").then_some(())?;
    Some((subject.parse().ok()?, detail.parse().ok()?))
}

/// Why a recipient is refused.
fn of_recipient(error: &Error) -> MailFailure {
    of_status(enhanced_status(error)).unwrap_or(MailFailure::RecipientRefused)
}

/// Why a content is refused: the mailbox may be named this late, and the message itself (5.6.x).
fn of_content(error: &Error) -> MailFailure {
    match enhanced_status(error) {
        Some((6, _)) => MailFailure::Refused,
        status => of_status(status).unwrap_or(MailFailure::ContentRefused),
    }
}

/// What a status says wherever it is given. Only one that blames the mailbox ends the mail: many servers
/// say here what they have against the sender or the connection, and without a status nobody knows. 5.7.x
/// does not tell a content that is disliked from a sender that is not known, and the latter is everybody's.
fn of_status(status: Option<(u16, u16)>) -> Option<MailFailure> {
    match status? {
        (1, 0..=3 | 6 | 10) | (2, 0 | 1) => Some(MailFailure::MailboxUnknown),
        (2, 2) => Some(MailFailure::MailboxBusy),
        (7, _) => Some(MailFailure::RefusedByPolicy),
        _ => None,
    }
}

/// The TLS library reports what it refuses as invalid data.
fn is_of_tls(error: &Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return (error.kind() == std::io::ErrorKind::InvalidData).then(|| error.to_string());
        }
        source = error.source();
    }
    None
}

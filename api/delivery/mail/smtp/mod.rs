//! Sends mails by SMTP. Idle connections are reused, and every step has a timeout.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, timeout};

use self::internet_message::MessageWriter;
pub use self::internet_message::Outgoing;
use self::session::{MailServer, Session};
use super::relay::Relay;
use crate::domain::mails::MailFailure;
use crate::error::Error;

mod internet_message;
mod session;
mod start_tls;

/// The maximum number of idle connections.
const MAX_IDLE: usize = 16;
/// How long a connection may be idle. Mail servers close idle connections after a few minutes.
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);
/// The maximum number of mails on one connection. Most servers that limit this number allow at least 100.
const MAILS_PER_CONNECTION: u32 = 100;

/// The SMTP client of the service.
pub struct Smtp {
    server: MailServer,
    writer: MessageWriter,
    envelope_timeout: Duration,
    content_timeout: Duration,
    idle: Mutex<Vec<Connection>>,
}

/// A connection to the mail server. It is idle only between two mails: an attempt that is cancelled or fails halfway
/// drops its connection, so that a late reply is never taken for the reply to another mail.
struct Connection {
    session: Session,
    /// How many mails it has carried.
    mails: u32,
    idle_since: Instant,
}

impl Smtp {
    /// Creates a client for a mail server. It does not connect yet.
    ///
    /// # Errors
    /// An internal error if the file of the certificates or of the password cannot be read.
    pub fn new(relay: &Relay) -> Result<Self, Error> {
        let login = relay.login.as_ref().map(|login| {
            let password = password(relay)?.unwrap_or_else(|| login.password.expose_secret().to_owned());
            Ok::<_, Error>(Credentials::new(login.user.clone(), password))
        });
        Ok(Self {
            server: MailServer {
                host: relay.host.clone(),
                port: relay.port,
                security: relay.security,
                tls: tls(relay)?,
                login: login.transpose()?,
                our_name: ClientId::Domain(relay.our_name.clone()),
            },
            writer: MessageWriter::of(relay).map_err(Error::internal)?,
            envelope_timeout: relay.envelope_timeout,
            content_timeout: relay.content_timeout,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// The maximum time from the start of an attempt until the content is sent. An attempt that takes longer is waiting
    /// for the reply to its content.
    #[must_use]
    pub fn max_time_to_content(&self) -> Duration {
        self.envelope_timeout * 2
    }

    /// The maximum time to send the content and to receive the reply to it.
    #[must_use]
    pub fn content_timeout(&self) -> Duration {
        self.content_timeout
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// Why the server did not accept the mail. After a timeout or a lost connection it may have accepted it.
    pub async fn send(&self, mail: Outgoing) -> Result<(), MailFailure> {
        let (recipient, message) = self.writer.write(mail).ok_or(MailFailure::Unwritable)?;
        let begun = timeout(self.envelope_timeout, self.begin_mail()).await;
        let begun = begun.unwrap_or(Err(MailFailure::ServerTimedOut));
        let mut connection = begun.inspect_err(|_| self.close_idle())?;
        let sent = self.send_envelope_and_content(&mut connection.session, recipient, &message).await;
        if !matches!(sent, Err(MailFailure::TimedOut | MailFailure::ConnectionLost)) {
            self.keep(connection);
        }
        sent
    }

    /// Sends the recipient and the content. Only the content has the longer timeout: if the service gives up before the
    /// server confirms the mail, it sends the mail again, and the recipient gets two copies.
    async fn send_envelope_and_content(
        &self,
        session: &mut Session,
        recipient: Address,
        message: &[u8],
    ) -> Result<(), MailFailure> {
        let accepted = timeout(self.envelope_timeout, session.rcpt_to_and_data(recipient)).await;
        accepted.unwrap_or(Err(MailFailure::TimedOut))?;
        let accepted = timeout(self.content_timeout, session.send_content(message)).await;
        accepted.unwrap_or(Err(MailFailure::TimedOut))
    }

    /// Tests TLS, the login and the sender: begins a mail and resets it before the recipient.
    ///
    /// # Errors
    /// Why the server would accept no mail from this service.
    pub async fn test_connection(&self) -> Result<(), MailFailure> {
        let tested = async { self.begin_mail().await?.session.reset().await };
        timeout(self.envelope_timeout, tested).await.unwrap_or(Err(MailFailure::ServerTimedOut))
    }

    /// Returns a connection on which the server has accepted the sender of a mail.
    async fn begin_mail(&self) -> Result<Connection, MailFailure> {
        let sender: &Address = self.writer.sender();
        while let Some(mut connection) = self.take_idle() {
            if connection.session.reset().await.is_err() {
                continue;
            }
            if connection.session.mail_from(sender).await.is_ok() {
                return Ok(connection);
            }
            // Some servers refuse the sender when a connection has carried too many mails. If there is another
            // reason, the server refuses the sender on a new connection too.
            break;
        }
        let mut session = Session::open(&self.server).await?;
        session.mail_from(sender).await?;
        Ok(Connection { session, mails: 0, idle_since: Instant::now() })
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|connection| connection.idle_since.elapsed() < MAX_IDLE_TIME);
        idle.pop()
    }

    fn keep(&self, used: Connection) {
        let connection = Connection { mails: used.mails + 1, idle_since: Instant::now(), ..used };
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.mails < MAILS_PER_CONNECTION && idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    /// Closes all idle connections, because they may lead to a server that no longer works.
    fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Reads the password file. The line break that editors add at the end is not part of the password.
fn password(relay: &Relay) -> Result<Option<String>, Error> {
    let Some(file) = &relay.password_file else { return Ok(None) };
    let password = std::fs::read_to_string(file)
        .map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    Ok(Some(password.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The TLS settings. They trust the machine's certificates and those of the relay's file.
fn tls(relay: &Relay) -> Result<TlsParameters, Error> {
    let tls = TlsParameters::builder(relay.host.clone());
    let Some(file) = &relay.trusted else { return tls.build().map_err(Error::internal) };
    let unusable = |why: &dyn std::fmt::Display| Error::internal(format!("{}: {why}", file.display()));
    let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
    let trusted = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
    tls.add_root_certificate(trusted).build().map_err(|error| unusable(&error))
}

//! Sends mails by SMTP: connections are kept for the next mail, and every step has its time.

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

/// Connections that are kept at most.
const KEPT: usize = 16;
/// How long a connection is kept without a mail; servers hang up after minutes.
const KEPT_FOR: Duration = Duration::from_secs(30);
/// Mails per connection; servers have limits of their own, most of them from a hundred on.
const MAILS_PER_CONNECTION: u32 = 100;

/// The way to the mail server.
pub struct Smtp {
    server: MailServer,
    writer: MessageWriter,
    ready_timeout: Duration,
    dot_timeout: Duration,
    kept: Mutex<Vec<Kept>>,
}

/// A connection between two mails. One that is in the middle of a mail is never here: a send that
/// is given up drops its connection, so that no late answer is ever taken for another mail's.
struct Kept {
    session: Session,
    mails: u32,
    since: Instant,
}

impl Smtp {
    /// Prepares for the relay; nothing is connected yet.
    ///
    /// # Errors
    /// An internal error if the file of certificates or of the password cannot be read.
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
            ready_timeout: relay.ready_timeout,
            dot_timeout: relay.dot_timeout,
            kept: Mutex::new(Vec::new()),
        })
    }

    /// How long one mail can take at most until its content is handed over. What takes longer waits for
    /// the answer to its final dot.
    #[must_use]
    pub fn longest_way_to_dot(&self) -> Duration {
        self.ready_timeout * 2
    }

    /// How long it can wait there at most.
    #[must_use]
    pub fn dot_timeout(&self) -> Duration {
        self.dot_timeout
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// Why the server has not taken it, as far as anybody can say.
    pub async fn send(&self, mail: Outgoing) -> Result<(), MailFailure> {
        let (recipient, message) = self.writer.write(mail).ok_or(MailFailure::Unwritable)?;
        let ready =
            timeout(self.ready_timeout, self.begun()).await.unwrap_or(Err(MailFailure::ServerTimedOut));
        let mut begun = ready.inspect_err(|_| self.forget())?;
        let sent = self.hand_over(&mut begun.session, recipient, &message).await;
        if !matches!(sent, Err(MailFailure::TimedOut | MailFailure::ConnectionLost)) {
            self.keep(begun);
        }
        sent
    }

    /// Only the end has the longer time: a server that takes the mail but is given up before it says so
    /// gets a copy of it.
    async fn hand_over(
        &self,
        session: &mut Session,
        recipient: Address,
        message: &[u8],
    ) -> Result<(), MailFailure> {
        let named = timeout(self.ready_timeout, session.rcpt_to(recipient)).await;
        named.unwrap_or(Err(MailFailure::TimedOut))?;
        let taken = timeout(self.dot_timeout, session.send_content(message)).await;
        taken.unwrap_or(Err(MailFailure::TimedOut))
    }

    /// Goes through a mail up to its recipient and takes it back: TLS, the login, the sender.
    ///
    /// # Errors
    /// Why the server would take no mail from us.
    pub async fn rehearse(&self) -> Result<(), MailFailure> {
        let rehearsed = async { self.begun().await?.session.reset().await };
        timeout(self.ready_timeout, rehearsed).await.unwrap_or(Err(MailFailure::ServerTimedOut))
    }

    /// A connection on which a mail has begun.
    async fn begun(&self) -> Result<Kept, MailFailure> {
        let sender: &Address = self.writer.sender();
        while let Some(mut kept) = self.take() {
            if kept.session.reset().await.is_err() {
                continue;
            }
            if kept.session.mail_from(sender).await.is_ok() {
                return Ok(kept);
            }
            // Some servers say only here that a connection has carried enough. What else they mean, they say
            // on a new one.
            break;
        }
        let mut session = Session::open(&self.server).await?;
        session.mail_from(sender).await?;
        Ok(Kept { session, mails: 0, since: Instant::now() })
    }

    fn take(&self) -> Option<Kept> {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.since.elapsed() < KEPT_FOR);
        all.pop()
    }

    fn keep(&self, used: Kept) {
        let kept = Kept { mails: used.mails + 1, since: Instant::now(), ..used };
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.mails < MAILS_PER_CONNECTION && all.len() < KEPT {
            all.push(kept);
        }
    }

    /// Gives all kept connections up: a server in trouble is met anew.
    fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The password of the relay's file; an editor's newline at its end is none of it.
fn password(relay: &Relay) -> Result<Option<String>, Error> {
    let Some(file) = &relay.password_file else { return Ok(None) };
    let password = std::fs::read_to_string(file)
        .map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    Ok(Some(password.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The machine's certificates are trusted, and those of the relay's file.
fn tls(relay: &Relay) -> Result<TlsParameters, Error> {
    let tls = TlsParameters::builder(relay.host.clone());
    let Some(file) = &relay.trusted else { return tls.build().map_err(Error::internal) };
    let unusable = |why: &dyn std::fmt::Display| Error::internal(format!("{}: {why}", file.display()));
    let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
    let trusted = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
    tls.add_root_certificate(trusted).build().map_err(|error| unusable(&error))
}

//! An SMTP server that belongs to one test. It uses STARTTLS or TLS from the first byte, requires AUTH, and
//! misbehaves where the test injects a fault. It records every mail that it accepted and every command that
//! came unencrypted.

mod session;
mod tls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::mime::Mime;

/// The only user that the server accepts, and the password.
pub const LOGIN: (&str, &str) = ("todokede", "a+b/c");

/// The reply in an SMTP session at which a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The greeting, before any command.
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    /// The reply to `DATA`, before the content.
    Data,
    /// The reply to the content.
    EndOfData,
}

/// What the server does instead of sending the usual reply at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Sends this reply.
    Reply(&'static str),
    /// Sends this reply later than a client waits that has a timeout of one second.
    LateReply(&'static str),
    /// Sends the usual reply and these lines after it.
    ExtraReplies(&'static str),
    /// Sends a reply in Latin-1, which is not valid UTF-8.
    Latin1Reply,
    /// Sends a reply that never ends.
    EndlessReply,
    /// Sends nothing and keeps the connection open.
    Hang,
    /// Closes the connection.
    Disconnect,
    /// Accepts the mail and closes the connection without a reply.
    AcceptThenDisconnect,
    /// Accepts the mail and sends the usual reply after this time.
    AcceptAfter(Duration),
    /// Accepts the mail and sends nothing.
    AcceptThenHang,
    /// Leaves this extension out of the reply to EHLO.
    MissingExtension(&'static str),
}

struct Rule {
    phase: Phase,
    fault: Fault,
    /// The rule applies to recipients whose address ends with this.
    recipient_suffix: String,
    /// How many more times the fault happens.
    times: usize,
}

/// A mail that the server accepted.
#[derive(Clone)]
pub struct Received {
    pub from: String,
    pub to: String,
    pub raw: String,
}

impl Received {
    pub fn mime(&self) -> Mime {
        Mime::parse(&self.raw)
    }

    pub fn message_id(&self) -> String {
        self.mime().header("Message-ID").to_owned()
    }
}

/// The faults that are set, and the records.
#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    received: Vec<Received>,
    unencrypted_commands: Vec<String>,
    connection_count: usize,
    endless_reply_bytes: usize,
}

/// What all sessions of one server share.
#[derive(Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    tls: TlsAcceptor,
    /// Whether TLS is used from the first byte.
    implicit_tls: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The fault that happens now, if any. Uses one of its `times` up.
    fn take_fault(&self, phase: Phase, to: &str) -> Option<Fault> {
        let mut state = self.state();
        let applies =
            |rule: &&mut Rule| rule.phase == phase && rule.times > 0 && to.ends_with(&rule.recipient_suffix);
        let rule = state.rules.iter_mut().find(applies)?;
        rule.times -= 1;
        Some(rule.fault)
    }
}

/// The SMTP server.
pub struct MailServer {
    pub port: u16,
    shared: Shared,
    task: AbortHandle,
    folder: TempDir,
}

impl MailServer {
    /// Starts a server that requires STARTTLS.
    pub async fn start() -> Self {
        Self::start_as(false).await
    }

    /// Starts a server that uses TLS from the first byte.
    pub async fn start_with_tls() -> Self {
        Self::start_as(true).await
    }

    async fn start_as(implicit_tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (tls, certificate) = tls::acceptor();
        std::fs::write(folder.path().join("ca.pem"), certificate).unwrap();
        let shared = Shared { state: Arc::default(), tls, implicit_tls };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(accept_connections(listener, shared.clone())).abort_handle();
        Self { port, shared, task, folder }
    }

    /// The URL of the server, with user and password.
    pub fn url(&self) -> String {
        let scheme = if self.shared.implicit_tls { "smtps" } else { "smtp" };
        format!("{scheme}://{}:{}@localhost:{}", LOGIN.0, LOGIN.1.replace('/', "%2F"), self.port)
    }

    /// The file with the server's certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Makes a fault happen from now on, for every recipient.
    pub fn inject_fault(&self, phase: Phase, fault: Fault) {
        self.inject_fault_for(phase, fault, "", usize::MAX);
    }

    /// Makes a fault happen this many `times`, for recipients whose address ends with `recipient_suffix`.
    pub fn inject_fault_for(&self, phase: Phase, fault: Fault, recipient_suffix: &str, times: usize) {
        let recipient_suffix = recipient_suffix.to_owned();
        self.shared.state().rules.push(Rule { phase, fault, recipient_suffix, times });
    }

    /// Removes all injected faults.
    pub fn clear_faults(&self) {
        self.shared.state().rules.clear();
    }

    /// Stops listening and closes every connection.
    pub fn shut_down(&self) {
        self.task.abort();
    }

    /// Listens again, at the same port.
    pub async fn restart(&mut self) {
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        self.task = tokio::spawn(accept_connections(listener, self.shared.clone())).abort_handle();
    }

    /// Every mail that was accepted, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.state().received.clone()
    }

    /// The mails that were accepted for one address.
    pub fn received_for(&self, to: &str) -> Vec<Received> {
        self.received().into_iter().filter(|mail| mail.to == to).collect()
    }

    /// How many mails were accepted.
    pub fn received_count(&self) -> usize {
        self.shared.state().received.len()
    }

    /// The commands that came before TLS, in order.
    pub fn unencrypted_commands(&self) -> Vec<String> {
        self.shared.state().unencrypted_commands.clone()
    }

    /// How many bytes of endless replies were sent.
    pub fn endless_reply_bytes(&self) -> usize {
        self.shared.state().endless_reply_bytes
    }

    /// How many connections were accepted, closed ones included.
    pub fn connection_count(&self) -> usize {
        self.shared.state().connection_count
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.shut_down();
    }
}

async fn accept_connections(listener: TcpListener, shared: Shared) {
    let mut sessions = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        shared.state().connection_count += 1;
        sessions.spawn(session::run(stream, shared.clone()));
        while sessions.try_join_next().is_some() {}
    }
}

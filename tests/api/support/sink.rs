//! A mail server that belongs to a test: STARTTLS or TLS from the start, AUTH, and a fault wherever a test
//! sets one. It keeps every mail that it accepted and every command that it got without encryption.

mod conversation;
mod tls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::mime::Mime;

/// The user and the password that it knows.
pub const LOGIN: (&str, &str) = ("todokede", "a+b/c");

/// The part of a conversation in which a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It answers this instead.
    Says(&'static str),
    /// It answers this, but later than a client waits.
    SaysLate(&'static str),
    /// It gives the good answer, and this after it.
    Adds(&'static str),
    /// It answers in Latin-1.
    SpeaksLatin,
    /// Its answer has no end.
    Floods,
    /// It never answers.
    Hangs,
    /// It hangs up.
    HangsUp,
    /// It takes the mail and hangs up before it says so.
    TakesAndHangsUp,
    /// It takes the mail and says so only after this.
    TakesAfter(Duration),
    /// It takes the mail and never says so.
    TakesAndHangs,
    /// In its answer to EHLO it leaves an extension out.
    Lacks(&'static str),
}

struct Rule {
    phase: Phase,
    fault: Fault,
    /// The end of the recipients to which the rule applies.
    to: String,
    times: usize,
}

/// A mail that it took.
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

#[derive(Default)]
struct World {
    rules: Vec<Rule>,
    received: Vec<Received>,
    said_in_the_clear: Vec<String>,
    connections: usize,
    flooded: usize,
}

/// What the conversations of a sink share.
#[derive(Clone)]
struct Shared {
    world: Arc<Mutex<World>>,
    tls: TlsAcceptor,
    implicit: bool,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The fault that happens here. It counts as used once more.
    fn fault(&self, phase: Phase, to: &str) -> Option<Fault> {
        let mut world = self.world();
        let strikes = |rule: &&mut Rule| rule.phase == phase && rule.times > 0 && to.ends_with(&rule.to);
        let rule = world.rules.iter_mut().find(strikes)?;
        rule.times -= 1;
        Some(rule.fault)
    }
}

/// The mail server.
pub struct Sink {
    pub port: u16,
    shared: Shared,
    serving: AbortHandle,
    folder: TempDir,
}

impl Sink {
    /// Starts a server that requires STARTTLS.
    pub async fn start() -> Self {
        Self::start_as(false).await
    }

    /// Starts a server that uses TLS from the first byte.
    pub async fn start_with_tls() -> Self {
        Self::start_as(true).await
    }

    async fn start_as(implicit: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (tls, certificate) = tls::acceptor();
        std::fs::write(folder.path().join("ca.pem"), certificate).unwrap();
        let shared = Shared { world: Arc::default(), tls, implicit };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(serve(listener, shared.clone())).abort_handle();
        Self { port, shared, serving, folder }
    }

    /// The URL that leads to it.
    pub fn url(&self) -> String {
        let scheme = if self.shared.implicit { "smtps" } else { "smtp" };
        format!("{scheme}://{}:{}@localhost:{}", LOGIN.0, LOGIN.1.replace('/', "%2F"), self.port)
    }

    /// The file with its certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Makes a fault happen from now on, to mails for every recipient.
    pub fn strike(&self, phase: Phase, fault: Fault) {
        self.strike_for(phase, fault, "", usize::MAX);
    }

    /// Makes a fault happen so many `times`, to mails for recipients that end in `to`.
    pub fn strike_for(&self, phase: Phase, fault: Fault, to: &str, times: usize) {
        self.shared.world().rules.push(Rule { phase, fault, to: to.to_owned(), times });
    }

    /// Ends all faults.
    pub fn recover(&self) {
        self.shared.world().rules.clear();
    }

    /// Stops listening and closes every connection.
    pub fn shut_down(&self) {
        self.serving.abort();
    }

    /// Listens again, at the same port.
    pub async fn come_back(&mut self) {
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        };
        self.serving = tokio::spawn(serve(listener, self.shared.clone())).abort_handle();
    }

    /// Every mail that it took, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.world().received.clone()
    }

    /// The mails that it took for an address.
    pub fn received_by(&self, to: &str) -> Vec<Received> {
        self.received().into_iter().filter(|mail| mail.to == to).collect()
    }

    /// How many mails it took.
    pub fn count(&self) -> usize {
        self.shared.world().received.len()
    }

    /// The commands that came before TLS.
    pub fn said_in_the_clear(&self) -> Vec<String> {
        self.shared.world().said_in_the_clear.clone()
    }

    /// How many bytes of endless answers were sent.
    pub fn flooded(&self) -> usize {
        self.shared.world().flooded
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.world().connections
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shut_down();
    }
}

async fn serve(listener: TcpListener, shared: Shared) {
    let mut conversations = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        shared.world().connections += 1;
        conversations.spawn(conversation::hold(stream, shared.clone()));
        while conversations.try_join_next().is_some() {}
    }
}

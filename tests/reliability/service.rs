//! The service as a process of its own, which tests start, kill, ask to end and start again.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::process::{self, Process};

/// How long a service may take until it serves: a debug build on a busy machine, and a database that
/// recovers.
const STARTING: Duration = Duration::from_mins(1);
/// Budgets that are set so high that no test here uses them up.
const BUDGETS: [&str; 7] = [
    "MAILS_PER_ADDRESS",
    "MAILS_PER_CLIENT",
    "LOGINS_PER_ACCOUNT",
    "LOGINS_PER_KNOWN_CLIENT",
    "LOGINS_PER_CLIENT",
    "TOKENS_PER_CLIENT",
    "WRITES_PER_ACCOUNT",
];

/// One replica of the service. It keeps its address when it is restarted.
pub struct Service {
    settings: Vec<(String, String)>,
    port: u16,
    log: PathBuf,
    process: Option<Process>,
}

impl Service {
    /// A sandbox with a database and a folder for its other files. It is not started yet. Replicas share
    /// both.
    pub fn new(database_url: &str, folder: &Path) -> Self {
        let port = free_port();
        let own = [
            ("DATABASE_URL", database_url.to_owned()),
            ("TODOKEDE_LISTEN", format!("127.0.0.1:{port}")),
            // The same for every replica: it is part of each access token.
            ("TODOKEDE_PUBLIC_URL", "http://todokede.test".to_owned()),
            ("TODOKEDE_UPLOADS_DIR", folder.join("uploads").display().to_string()),
            ("TODOKEDE_LOG", "warn,access=off".to_owned()),
        ];
        let budgets =
            BUDGETS.iter().map(|budget| (format!("TODOKEDE_LIMIT_{budget}"), "1000000/60".to_owned()));
        let settings = own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(budgets).collect();
        Self { settings, port, log: folder.join(format!("service-{port}.log")), process: None }
    }

    /// The same service with one more setting.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Starts the service and does not wait until it serves.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut command = self.command();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.process = Some(Process::start(&mut command));
    }

    /// Runs another command with the same settings, which must succeed.
    pub fn run(&self, arguments: &[&str]) {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self) -> Command {
        let mut command = process::command(env!("CARGO_BIN_EXE_todokede"));
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the service and waits until it serves.
    pub async fn serve(&mut self) {
        self.start();
        self.ready().await;
    }

    /// Waits until the service serves.
    pub async fn ready(&mut self) {
        let began = Instant::now();
        while self.readiness().await != Some(200) {
            let process = self.process.as_mut().unwrap();
            assert!(process.lives(), "the service ended by itself:\n{}", tail(&self.log));
            assert!(began.elapsed() < STARTING, "the service does not serve:\n{}", tail(&self.log));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The status of `/readyz`, if there is an answer.
    pub async fn readiness(&self) -> Option<u16> {
        self.status_of("/readyz").await
    }

    /// The status of a path, if there is an answer.
    pub async fn status_of(&self, path: &str) -> Option<u16> {
        let answer = reqwest::get(format!("{}{path}", self.url())).await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    /// Asks the service to end and waits until it has ended with success.
    pub async fn end(&mut self) {
        let status = self.process.take().unwrap().end().await;
        assert!(status.success(), "the service ended with {status}:\n{}", tail(&self.log));
    }

    /// Kills the service at once.
    pub fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the last words of {}:\n{}", self.url(), tail(&self.log));
        }
    }
}

/// The last lines of a log.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
}

/// A port that no other process gets meanwhile: it is below those that the system gives to clients, and no
/// test got it before.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = rand::rng().random_range(20_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

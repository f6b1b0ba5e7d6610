//! The service as a separate process, which tests start, stop, kill and restart.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::process::{self, Process};

/// How long a service may take until it is ready. The machine may be busy, and the database may have to recover.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// How far the operator's port is above the API's port, so that who knows one URL knows the other.
const OPERATOR_PORT_DISTANCE: u16 = 6_000;
/// Rate limits that are set so high that no test here reaches them.
const BUDGETS: [&str; 7] = [
    "MAILS_PER_ADDRESS",
    "MAILS_PER_CLIENT",
    "EMAIL_CHANGES_PER_ACCOUNT",
    "FAILED_LOGINS_PER_CLIENT",
    "WRONG_PASSWORDS_PER_SESSION",
    "WRONG_TOKENS_PER_CLIENT",
    "WRITES_PER_ACCOUNT",
];

/// One replica of the service. It keeps its address over restarts.
pub struct Service {
    settings: Vec<(String, String)>,
    port: u16,
    log_file: PathBuf,
    process: Option<Process>,
}

impl Service {
    /// A sandbox with this database and this folder for its other files. Replicas share both. The process is not
    /// started yet.
    pub fn new(database_url: &str, folder: &Path) -> Self {
        let port = free_port();
        let replica_settings = [
            ("DATABASE_URL", database_url.to_owned()),
            ("TODOKEDE_LISTEN", format!("127.0.0.1:{port}")),
            ("TODOKEDE_METRICS_LISTEN", format!("127.0.0.1:{}", port + OPERATOR_PORT_DISTANCE)),
            // This must be the same for every replica, because access tokens contain it.
            ("TODOKEDE_PUBLIC_URL", "http://todokede.test".to_owned()),
            ("TODOKEDE_UPLOADS_DIR", folder.join("uploads").display().to_string()),
            ("TODOKEDE_LOG", "warn,access=off".to_owned()),
        ];
        let budgets =
            BUDGETS.iter().map(|budget| (format!("TODOKEDE_LIMIT_{budget}"), "1000000/60".to_owned()));
        let settings = replica_settings
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(budgets)
            .collect();
        Self { settings, port, log_file: folder.join(format!("service-{port}.log")), process: None }
    }

    /// The same service with one more setting.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Host and port.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Starts the service without waiting until it is ready.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(&self.log_file).unwrap();
        let mut command = self.command();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.process = Some(Process::start(&mut command));
    }

    /// Runs another command with the same settings, and asserts that the command succeeds.
    pub fn run(&self, arguments: &[&str]) {
        let output = self.command().args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn command(&self) -> Command {
        let mut command = process::command(env!("CARGO_BIN_EXE_todokede"));
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the service and waits until it is ready.
    pub async fn start_and_wait(&mut self) {
        self.start();
        self.wait_until_ready().await;
    }

    /// Waits until the service is ready.
    pub async fn wait_until_ready(&mut self) {
        let started = Instant::now();
        while self.readiness().await != Some(200) {
            let process = self.process.as_mut().unwrap();
            assert!(process.is_running(), "the service ended unexpectedly:\n{}", tail(&self.log_file));
            assert!(started.elapsed() < START_TIMEOUT, "the service is not ready:\n{}", tail(&self.log_file));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The status of `/readyz`, if there is an answer.
    pub async fn readiness(&self) -> Option<u16> {
        self.status_of("/readyz").await
    }

    /// The status of a GET request, if there is an answer.
    pub async fn status_of(&self, path: &str) -> Option<u16> {
        let answer = reqwest::get(format!("{}{path}", self.url())).await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    /// Stops the service with SIGTERM, waits for its end, and asserts that the exit status is success.
    pub async fn stop(&mut self) {
        let status = self.process.take().unwrap().end().await;
        assert!(status.success(), "the service ended with {status}:\n{}", tail(&self.log_file));
    }

    /// Kills the service with SIGKILL.
    pub fn kill(&mut self) {
        self.process.take().unwrap().kill();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the end of the log of {}:\n{}", self.url(), tail(&self.log_file));
        }
    }
}

/// The URL of the operator's port of the service with this URL.
pub fn operator_url(url: &str) -> String {
    let (host, port) = url.rsplit_once(':').unwrap();
    format!("{host}:{}", port.parse::<u16>().unwrap() + OPERATOR_PORT_DISTANCE)
}

/// The last 30 lines of a log.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
}

/// A port that no other process should take: it is free, it is below the range from which the kernel chooses ports
/// for clients, and no other call returned it.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = rand::rng().random_range(20_000..26_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() && GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

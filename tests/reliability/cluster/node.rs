//! One node: Patroni, and the server that it starts.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use crate::postgres;
use crate::process::{self, Process};
use crate::service::{free_port, tail};
use crate::workplace::{self, Workplace};

/// The superuser, who needs no password from this machine.
pub const USER: &str = "todokede";
/// The programs with which Patroni creates, copies and repairs a server's data.
const PROGRAMS: [&str; 5] = ["initdb", "postgres", "pg_controldata", "pg_basebackup", "pg_rewind"];
/// How long a node may take to report its role.
const ONE_ANSWER: Duration = Duration::from_secs(2);
/// How long a switchover may take.
const HANDING_OVER: Duration = Duration::from_mins(1);

/// The folder of these programs, if this machine has them.
pub fn programs() -> Option<PathBuf> {
    postgres::folder_of(&PROGRAMS)
}

pub struct Node {
    name: String,
    /// The processes of this node work in this folder or in one below.
    desk: PathBuf,
    server: u16,
    patroni: u16,
    process: Option<Process>,
}

impl Node {
    /// A node of the cluster that uses this etcd. It is not started yet.
    pub fn new(number: usize, workplace: &Workplace, etcd: u16) -> Self {
        let name = format!("node-{number}");
        let desk = workplace.desk(&name);
        let node = Self { name, desk, server: free_port(), patroni: free_port(), process: None };
        std::fs::write(node.desk.join("patroni.yml"), node.configuration(etcd)).unwrap();
        node
    }

    /// Starts Patroni, which creates or repairs the server's data and starts the server.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut command = process::database_command(process::find("patroni").unwrap());
        command
            .arg("patroni.yml")
            .current_dir(&self.desk)
            .env("LC_ALL", "C.UTF-8")
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.process = Some(Process::start(&mut command));
    }

    /// False if Patroni was started and has ended.
    pub fn lives(&mut self) -> bool {
        self.process.as_mut().is_none_or(Process::lives)
    }

    /// Stops every process of this node (`SIGSTOP`), until they are killed.
    pub fn freeze(&self) {
        process::signal("STOP", &workplace::processes_in(&self.desk));
    }

    /// Kills every process of this node, as a loss of power does.
    pub fn kill(&mut self) {
        workplace::kill_all_in(&self.desk);
        self.process = None;
    }

    /// Whether Patroni says that this node is a `primary`, a `replica`, or a `synchronous` one.
    pub async fn is(&self, role: &str) -> bool {
        let url = format!("http://127.0.0.1:{}/{role}", self.patroni);
        let answer = reqwest::Client::new().get(url).timeout(ONE_ANSWER).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// Asks this node to stop being the primary; tells whether it did.
    pub async fn hand_over(&self) -> bool {
        let url = format!("http://127.0.0.1:{}/switchover", self.patroni);
        let request = serde_json::json!({ "leader": self.name });
        let answer = reqwest::Client::new().post(url).timeout(HANDING_OVER).json(&request).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// Its line in the balancer's configuration.
    pub fn as_balanced(&self) -> String {
        format!("  server {} 127.0.0.1:{} check port {}", self.name, self.server, self.patroni)
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        format!("{}:\n{}", self.name, tail(&self.log()))
    }

    fn log(&self) -> PathBuf {
        self.desk.join("log")
    }

    /// Patroni does not wait for a lost primary, and no commit is acknowledged that only one node has. The
    /// times are the shortest that Patroni accepts.
    fn configuration(&self, etcd: u16) -> String {
        let Self { name, desk, server, patroni, .. } = self;
        let (desk, programs) = (desk.display(), programs().unwrap());
        let programs = programs.display();
        format!(
            r#"scope: todokede
name: {name}
restapi: {{listen: "127.0.0.1:{patroni}", connect_address: "127.0.0.1:{patroni}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 10
    loop_wait: 1
    retry_timeout: 3
    primary_start_timeout: 0
    # What Patroni before 3.0 calls the same.
    master_start_timeout: 0
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      parameters: {{synchronous_commit: "on", wal_log_hints: "on", tcp_user_timeout: 5000}}
  initdb: [encoding: UTF8, locale: C.UTF-8, no-sync]
postgresql:
  listen: 127.0.0.1:{server}
  connect_address: 127.0.0.1:{server}
  data_dir: {desk}/data
  bin_dir: {programs}
  pgpass: {desk}/pgpass
  # Where rewinding does not help, the data is copied anew.
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  pg_hba: [host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]
  authentication:
    superuser: {{username: {USER}}}
    replication: {{username: replicator}}
  parameters: {{unix_socket_directories: ""}}
"#
        )
    }
}

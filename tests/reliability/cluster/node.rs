//! One node of a cluster: Patroni, and the PostgreSQL server that Patroni starts.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use crate::postgres;
use crate::process::{self, Process};
use crate::server_folder::{self, ServerFolder};
use crate::service::{free_port, tail};

/// The superuser, who needs no password for connections from this machine.
pub const USER: &str = "todokede";
/// The programs with which Patroni creates, copies and repairs a server's data.
const PROGRAMS: [&str; 5] = ["initdb", "postgres", "pg_controldata", "pg_basebackup", "pg_rewind"];
/// How long a node may take to report its role.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a switchover may take.
const SWITCHOVER_TIMEOUT: Duration = Duration::from_mins(1);

/// The folder of these programs, if this machine has them.
pub fn programs() -> Option<PathBuf> {
    postgres::folder_of(&PROGRAMS)
}

pub struct Node {
    name: String,
    /// The working directory of every process of this node is this folder or a subfolder.
    folder: PathBuf,
    server_port: u16,
    patroni_port: u16,
    process: Option<Process>,
}

impl Node {
    /// A node of the cluster that uses this etcd. It is not started yet.
    pub fn new(number: usize, server_folder: &ServerFolder, etcd: u16) -> Self {
        let name = format!("node-{number}");
        let folder = server_folder.subfolder(&name);
        let node = Self { name, folder, server_port: free_port(), patroni_port: free_port(), process: None };
        std::fs::write(node.folder.join("patroni.yml"), node.configuration(etcd)).unwrap();
        node
    }

    /// Starts Patroni, which creates or repairs the server's data and starts the server.
    pub fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = process::database_command(process::find("patroni").unwrap());
        command
            .arg("patroni.yml")
            .current_dir(&self.folder)
            .env("LC_ALL", "C.UTF-8")
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.process = Some(Process::start(&mut command));
    }

    /// Whether Patroni runs, or has not been started.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_none_or(Process::is_running)
    }

    /// Freezes every process of this node (`SIGSTOP`) until the node is killed.
    pub fn freeze(&self) {
        process::signal("STOP", &server_folder::processes_in(&self.folder));
    }

    /// Kills every process of this node, as a power failure would.
    pub fn kill(&mut self) {
        server_folder::kill_all_in(&self.folder);
        self.process = None;
    }

    /// Whether Patroni reports this role of the node: `primary`, `replica` or `synchronous` (a replica for which
    /// commits wait).
    pub async fn has_role(&self, role: &str) -> bool {
        let url = format!("http://127.0.0.1:{}/{role}", self.patroni_port);
        let answer = reqwest::Client::new().get(url).timeout(RESPONSE_TIMEOUT).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// Asks this node to hand over the role of the primary, and returns whether it did.
    pub async fn hand_over(&self) -> bool {
        let url = format!("http://127.0.0.1:{}/switchover", self.patroni_port);
        let request = serde_json::json!({ "leader": self.name });
        let answer = reqwest::Client::new().post(url).timeout(SWITCHOVER_TIMEOUT).json(&request).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// The node's line in the configuration of the load balancer.
    pub fn balancer_line(&self) -> String {
        format!("  server {} 127.0.0.1:{} check port {}", self.name, self.server_port, self.patroni_port)
    }

    /// The last lines of the node's log.
    pub fn log_tail(&self) -> String {
        format!("{}:\n{}", self.name, tail(&self.log_file()))
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Patroni's configuration. Patroni does not wait for a crashed primary to restart (`primary_start_timeout: 0`).
    /// A commit is acknowledged only after a replica has it (`synchronous_mode_strict`). The other times are the
    /// shortest that Patroni accepts.
    fn configuration(&self, etcd: u16) -> String {
        let Self { name, folder, server_port, patroni_port, .. } = self;
        let (folder, programs) = (folder.display(), programs().unwrap());
        let programs = programs.display();
        format!(
            r#"scope: todokede
name: {name}
restapi: {{listen: "127.0.0.1:{patroni_port}", connect_address: "127.0.0.1:{patroni_port}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 10
    loop_wait: 1
    retry_timeout: 3
    primary_start_timeout: 0
    # The name of the same setting before Patroni 3.0.
    master_start_timeout: 0
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      parameters: {{synchronous_commit: "on", wal_log_hints: "on", tcp_user_timeout: 5000}}
  initdb: [encoding: UTF8, locale: C.UTF-8, no-sync]
postgresql:
  listen: 127.0.0.1:{server_port}
  connect_address: 127.0.0.1:{server_port}
  data_dir: {folder}/data
  bin_dir: {programs}
  pgpass: {folder}/pgpass
  # If pg_rewind fails, the data is copied again.
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

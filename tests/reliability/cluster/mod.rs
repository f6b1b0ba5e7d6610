//! A PostgreSQL cluster with automatic fail-over that belongs to one test: three nodes with Patroni in strict
//! synchronous mode, one etcd, with which Patroni elects the primary, and `HAProxy`, which sends connections to
//! the primary.

mod node;

use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::balancer::Balancer;
use crate::process::{self, Process};
use crate::server_folder::ServerFolder;
use crate::service::free_port;
use crate::{environment, prerequisites};
use node::Node;

/// How long the cluster may take until it is healthy, after its start or after the restart of a node.
const TIMEOUT: Duration = Duration::from_mins(3);
/// How long a primary runs without the other nodes before it is killed. This is too short for a new election.
const ISOLATION_TIME: Duration = Duration::from_millis(1_500);
/// The pause between two checks of the cluster.
const PAUSE: Duration = Duration::from_millis(200);

/// A running cluster.
pub struct Cluster {
    nodes: Vec<Node>,
    port: u16,
    _balancer: Balancer,
    _etcd: Process,
    /// The last field, because fields are dropped in order: first the processes that would restart servers, then the
    /// servers in this folder.
    _server_folder: ServerFolder,
}

/// Whether this machine has the programs that a cluster needs. Reports the test as skipped if not.
pub fn has_programs() -> bool {
    let found = node::programs().is_some();
    if !found {
        prerequisites::skip("this machine has no PostgreSQL with pg_basebackup and pg_rewind");
    }
    found && environment::has_programs(&["patroni", "etcd", "haproxy"])
}

impl Cluster {
    /// Starts a cluster and waits until it is healthy.
    pub async fn start() -> Self {
        let server_folder = ServerFolder::new("cluster");
        let (etcd, etcd_port) = start_etcd(&server_folder);
        let mut nodes: Vec<Node> =
            (1..=3).map(|number| Node::new(number, &server_folder, etcd_port)).collect();
        nodes.iter_mut().for_each(Node::start);
        let port = free_port();
        let balancer = Balancer::start(server_folder.path(), &configuration(port, &nodes));
        let mut cluster =
            Self { nodes, port, _balancer: balancer, _etcd: etcd, _server_folder: server_folder };
        cluster.wait_until_healthy().await;
        cluster
    }

    /// The URL of a database on the current primary.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{}@127.0.0.1:{}/{database}?target_session_attrs=read-write&connect_timeout=5",
            node::USER,
            self.port
        )
    }

    /// Creates a database. Repeats the attempt until the load balancer forwards it to the primary.
    pub async fn create_database(&self, name: &str) {
        let started = Instant::now();
        loop {
            let created = PgConnection::establish(&self.url("postgres")).map_err(|error| error.to_string());
            let created = created.and_then(|mut connection| {
                let statement = format!("CREATE DATABASE {name} TEMPLATE template0");
                connection.batch_execute(&statement).map_err(|error| error.to_string())
            });
            let Err(error) = created else { return };
            assert!(started.elapsed() < TIMEOUT, "{error}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The index of the primary, if there is one.
    async fn primary(&self) -> Option<usize> {
        for (index, node) in self.nodes.iter().enumerate() {
            if node.has_role("primary").await {
                return Some(index);
            }
        }
        None
    }

    /// Kills all processes of the primary's node at once. Returns the index of the node.
    pub async fn kill_primary(&mut self) -> usize {
        let primary = self.wait_for_primary().await;
        self.nodes[primary].kill();
        primary
    }

    /// Freezes both replicas, lets the primary run alone for [`ISOLATION_TIME`], kills all three nodes, and restarts
    /// the former replicas. Data that only the primary had is lost. Returns the index of the primary's node.
    pub async fn kill_all_after_isolating_primary(&mut self) -> usize {
        let primary = self.wait_for_primary().await;
        self.replicas_of(primary).for_each(|node| node.freeze());
        tokio::time::sleep(ISOLATION_TIME).await;
        self.nodes[primary].kill();
        self.replicas_of(primary).for_each(|node| {
            node.kill();
            node.start();
        });
        primary
    }

    fn replicas_of(&mut self, primary: usize) -> impl Iterator<Item = &mut Node> {
        self.nodes.iter_mut().enumerate().filter(move |(node, _)| *node != primary).map(|(_, node)| node)
    }

    async fn wait_for_primary(&self) -> usize {
        let started = Instant::now();
        loop {
            if let Some(primary) = self.primary().await {
                return primary;
            }
            assert!(started.elapsed() < TIMEOUT, "no node is the primary");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Makes the primary hand over to the synchronous replica, as an operator does before maintenance.
    pub async fn switch_over(&self) {
        let started = Instant::now();
        loop {
            let primary = self.wait_for_primary().await;
            if self.nodes[primary].hand_over().await {
                return;
            }
            assert!(started.elapsed() < TIMEOUT, "no node handed over");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Starts a killed node again.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].start();
    }

    /// Waits until there are a primary and two replicas, and every commit waits for a replica. Before that, data could
    /// be lost with the primary.
    pub async fn wait_until_healthy(&mut self) {
        let started = Instant::now();
        loop {
            let (primary, replicas) = (self.primary().await, self.count("replica").await);
            if primary.is_some() && replicas == 2 && self.count("synchronous").await > 0 {
                return;
            }
            let all_running = self.nodes.iter_mut().all(Node::is_running);
            let logs = || self.nodes.iter().map(Node::log_tail).collect::<Vec<_>>().join("\n");
            assert!(all_running, "a node ended unexpectedly:\n{}", logs());
            assert!(started.elapsed() < TIMEOUT, "primary {primary:?}, {replicas} replicas:\n{}", logs());
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How many nodes have a role.
    async fn count(&self, role: &str) -> usize {
        let mut count = 0;
        for node in &self.nodes {
            count += usize::from(node.has_role(role).await);
        }
        count
    }
}

/// Starts one etcd, and returns it with its port. One is enough, because the tests kill only PostgreSQL nodes.
fn start_etcd(server_folder: &ServerFolder) -> (Process, u16) {
    let folder = server_folder.subfolder("etcd");
    let (clients, peers) = (free_port(), free_port());
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let mut command = process::database_command(process::find("etcd").unwrap());
    command
        .current_dir(&folder)
        .args(["--name=etcd", "--data-dir=data", "--log-level=error", "--unsafe-no-fsync"])
        .arg(format!("--listen-client-urls={}", url(clients)))
        .arg(format!("--advertise-client-urls={}", url(clients)))
        .arg(format!("--listen-peer-urls={}", url(peers)))
        .arg(format!("--initial-advertise-peer-urls={}", url(peers)))
        .arg(format!("--initial-cluster=etcd={}", url(peers)))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    (Process::start(&mut command), clients)
}

/// The configuration of the load balancer, which sends connections to the primary. When a node is no longer the
/// primary, the load balancer closes the connections to it.
fn configuration(port: u16, nodes: &[Node]) -> String {
    let servers: Vec<String> = nodes.iter().map(Node::balancer_line).collect();
    format!(
        "defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 10m\n  timeout server 10m\n  \
         timeout check 2s\nlisten primary\n  bind 127.0.0.1:{port}\n  option httpchk OPTIONS /primary\n  \
         http-check expect status 200\n  \
         default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n{}\n",
        servers.join("\n")
    )
}

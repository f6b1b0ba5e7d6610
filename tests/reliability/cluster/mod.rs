//! Three PostgreSQL nodes that belong to a test and fail over by themselves: Patroni in its strict
//! synchronous mode, one etcd, with which it elects the primary, and `HAProxy`, which sends connections to
//! the primary.

mod node;

use std::process::Stdio;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::balancer::Balancer;
use crate::process::{self, Process};
use crate::service::free_port;
use crate::workplace::Workplace;
use crate::{knobs, required};
use node::Node;

/// How long the cluster may take until all nodes work, after its start or after a killed node is restarted.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long a primary goes on without the others before it is lost: too short for them to replace it.
const ALONE: Duration = Duration::from_millis(1_500);
/// The pause between two checks of the cluster.
const PAUSE: Duration = Duration::from_millis(200);

/// A running cluster.
pub struct Cluster {
    nodes: Vec<Node>,
    port: u16,
    _balancer: Balancer,
    _etcd: Process,
    /// This is the last field, so that its processes are killed after those that would start them again.
    _workplace: Workplace,
}

/// Whether the machine has the programs that a cluster needs.
pub fn has_programs() -> bool {
    let found = node::programs().is_some();
    if !found {
        required::skip("this machine has no PostgreSQL with pg_basebackup and pg_rewind");
    }
    found && knobs::has_programs(&["patroni", "etcd", "haproxy"])
}

impl Cluster {
    /// Starts a cluster and waits until all its nodes work.
    pub async fn start() -> Self {
        let workplace = Workplace::new("cluster");
        let (etcd, etcd_port) = start_etcd(&workplace);
        let mut nodes: Vec<Node> = (1..=3).map(|number| Node::new(number, &workplace, etcd_port)).collect();
        nodes.iter_mut().for_each(Node::start);
        let port = free_port();
        let balancer = Balancer::start(workplace.folder(), &configuration(port, &nodes));
        let mut cluster = Self { nodes, port, _balancer: balancer, _etcd: etcd, _workplace: workplace };
        cluster.is_whole().await;
        cluster
    }

    /// The URL of a database on the node that is the primary at the time.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{}@127.0.0.1:{}/{database}?target_session_attrs=read-write&connect_timeout=5",
            node::USER,
            self.port
        )
    }

    /// Creates a database, and repeats that until the balancer sends it to the primary.
    pub async fn create_database(&self, name: &str) {
        let began = Instant::now();
        loop {
            let created = PgConnection::establish(&self.url("postgres")).map_err(|error| error.to_string());
            let created = created.and_then(|mut connection| {
                let statement = format!("CREATE DATABASE {name} TEMPLATE template0");
                connection.batch_execute(&statement).map_err(|error| error.to_string())
            });
            let Err(error) = created else { return };
            assert!(began.elapsed() < PATIENCE, "{error}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Which node is the primary, if any is.
    async fn leader(&self) -> Option<usize> {
        for (index, node) in self.nodes.iter().enumerate() {
            if node.is("primary").await {
                return Some(index);
            }
        }
        None
    }

    /// Kills the node of the primary at once: Patroni, the server and all its processes. Gives its number.
    pub async fn kill_leader(&mut self) -> usize {
        let leader = self.some_leader().await;
        self.nodes[leader].kill();
        leader
    }

    /// Freezes the nodes that follow the primary, lets it go on alone for a while, kills all three, and
    /// restarts those that followed. What only the primary had is lost with it. Gives the number of its node.
    pub async fn black_out(&mut self) -> usize {
        let leader = self.some_leader().await;
        self.followers_of(leader).for_each(|node| node.freeze());
        tokio::time::sleep(ALONE).await;
        self.nodes[leader].kill();
        self.followers_of(leader).for_each(|node| {
            node.kill();
            node.start();
        });
        leader
    }

    fn followers_of(&mut self, leader: usize) -> impl Iterator<Item = &mut Node> {
        self.nodes.iter_mut().enumerate().filter(move |(node, _)| *node != leader).map(|(_, node)| node)
    }

    async fn some_leader(&self) -> usize {
        let began = Instant::now();
        loop {
            if let Some(leader) = self.leader().await {
                return leader;
            }
            assert!(began.elapsed() < PATIENCE, "no node is the primary");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Asks the primary to hand over to the node that commits wait for, as an operator does before
    /// maintenance.
    pub async fn switch_over(&self) {
        let began = Instant::now();
        loop {
            let leader = self.some_leader().await;
            if self.nodes[leader].hand_over().await {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "no node hands over");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Starts a killed node again.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].start();
    }

    /// Waits until there is a primary, two nodes follow it, and commits wait for one of them: only then
    /// can the next primary be lost.
    pub async fn is_whole(&mut self) {
        let began = Instant::now();
        loop {
            let (leader, followers) = (self.leader().await, self.count("replica").await);
            if leader.is_some() && followers == 2 && self.count("synchronous").await > 0 {
                return;
            }
            let all_live = self.nodes.iter_mut().all(Node::lives);
            let logs = || self.nodes.iter().map(Node::last_words).collect::<Vec<_>>().join("\n");
            assert!(all_live, "a node ended by itself:\n{}", logs());
            assert!(began.elapsed() < PATIENCE, "{leader:?}, {followers} replicas:\n{}", logs());
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn count(&self, role: &str) -> usize {
        let mut count = 0;
        for node in &self.nodes {
            count += usize::from(node.is(role).await);
        }
        count
    }
}

/// Starts etcd. One is enough, as these tests kill primaries and not the store that elects them.
fn start_etcd(workplace: &Workplace) -> (Process, u16) {
    let desk = workplace.desk("etcd");
    let (clients, peers) = (free_port(), free_port());
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let mut command = process::database_command(process::find("etcd").unwrap());
    command
        .current_dir(&desk)
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

/// The configuration of the balancer: it sends connections to the primary, and closes them as soon as that is
/// no longer the primary.
fn configuration(port: u16, nodes: &[Node]) -> String {
    let servers: Vec<String> = nodes.iter().map(Node::as_balanced).collect();
    format!(
        "defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 10m\n  timeout server 10m\n  \
         timeout check 2s\nlisten primary\n  bind 127.0.0.1:{port}\n  option httpchk OPTIONS /primary\n  \
         http-check expect status 200\n  \
         default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n{}\n",
        servers.join("\n")
    )
}

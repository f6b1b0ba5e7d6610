//! The load balancer `HAProxy` as a separate process.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::process::{self, Process};

/// How long a server may take until the load balancer sends requests to it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A running load balancer.
pub struct Balancer {
    _process: Process,
}

impl Balancer {
    /// Starts a load balancer with this configuration, and keeps its files in the folder.
    pub fn start(folder: &Path, configuration: &str) -> Self {
        let file = folder.join("haproxy.cfg");
        std::fs::write(&file, configuration).unwrap();
        let log = File::create(folder.join("haproxy.log")).unwrap();
        let mut command = process::command(process::find("haproxy").unwrap());
        command.arg("-db").arg("-f").arg(file).stdout(log.try_clone().unwrap()).stderr(log);
        Self { _process: Process::start(&mut command) }
    }
}

/// Waits until the load balancer sends requests to a server. `statistics` is the URL of its statistics page.
pub async fn wait_until_routed(statistics: &str, server: &str) {
    let started = Instant::now();
    let row_start = format!("replicas,{server},");
    loop {
        let table = reqwest::get(format!("{statistics}/;csv")).await;
        let table = match table {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if table.lines().any(|line| line.starts_with(&row_start) && line.split(',').any(|cell| cell == "UP"))
        {
            return;
        }
        assert!(started.elapsed() < TIMEOUT, "the load balancer sends nothing to {server}:\n{table}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

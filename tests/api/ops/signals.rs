//! The real binary serves, and ends when it is told to, whatever its surroundings are doing.

use std::io::Read as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use todokede::domain::values::lang::Lang;

use crate::support::binary::{Served, done, failed, full, run, text, todokede};
use crate::support::database::TestDatabase;
use crate::support::{Client, Standby, Tap};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Asks a process to end, as an orchestrator does, and waits for it.
fn end(mut child: Child, signal: &str) -> Output {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let patience = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > patience {
            child.kill().unwrap();
            panic!("it did not end by {signal}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn serving_is_announced_and_ends_cleanly_by_a_signal() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        let Served { child, address, lines } = Served::of(todokede(folder.path(), &[]));
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        std::io::Write::write_all(
            &mut stream,
            b"GET /sandbox/clock HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"now\""), "{answer}");
        for question in [&["health"][..], &["health", "--ready"]] {
            let mut asked = todokede(folder.path(), question);
            done(&asked.env("TODOKEDE_LISTEN", &address).output().unwrap());
        }
        let output = end(child, signal);
        assert_eq!(output.status.code(), Some(0), "{signal}: {}", text(&output.stderr));
        assert!(std::net::TcpStream::connect(&address).is_err());
        let mut asked = todokede(folder.path(), &["health"]);
        assert!(failed(&asked.env("TODOKEDE_LISTEN", &address).output().unwrap(), 1).contains(&address));
        let greeting: Vec<String> = lines.map(Result::unwrap).collect();
        assert!(greeting.join("\n").contains("/sandbox/messages"));
    }
}

#[apply(on_postgres)]
async fn a_service_whose_commits_hang_still_ends_by_a_signal() {
    let folder = folder();
    let database = TestDatabase::ready(folder.path());
    let standby = Standby::of(&database).await;
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", database.url());
    let Served { child, address, lines: _lines } = Served::of(command);
    standby.leaves().await;
    let mut asked = todokede(folder.path(), &["health", "--ready"]);
    asked.env("TODOKEDE_LISTEN", &address).output().unwrap();
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event = 'SyncRep'";
    assert!(database.count(waiting) > 0);
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[apply(on_postgres)]
async fn a_service_whose_database_froze_still_ends_by_a_signal() {
    let folder = folder();
    let database = TestDatabase::ready(folder.path());
    let tap = Tap::open(database.url());
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", tap.url());
    let Served { child, address, lines: _lines } = Served::of(command);
    let client = Client::new(format!("http://{address}"), Lang::En);
    tap.freeze();
    client.get("/v1/transitional-measures/2023").await.refused(503, "UNAVAILABLE");
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_second_signal_ends_it_at_once_and_is_told() {
    let folder = folder();
    let mut command = todokede(folder.path(), &[]);
    command.env("TODOKEDE_DRAIN_SECONDS", "300");
    let Served { mut child, lines: _lines, .. } = Served::of(command);
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it waits until balancers notice");
    let output = end(child, "TERM");
    assert!(failed(&output, 1).contains("second signal"));
}

#[test]
fn the_worker_ends_cleanly_by_a_signal() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        done(&run(folder.path(), &["migrate"]));
        let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut worker = todokede(folder.path(), &["worker"]);
        worker.env("TODOKEDE_METRICS_LISTEN", metrics.to_string());
        let child = worker.stderr(Stdio::piped()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(metrics).is_err() {
            assert!(Instant::now() < patience, "the worker tells no metrics");
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = end(child, signal);
        assert_eq!(output.status.code(), Some(0), "{signal}: {}", text(&output.stderr));
    }
}

#[test]
fn a_service_serves_although_nobody_reads_its_greeting() {
    let folder = folder();
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = todokede(folder.path(), &["serve"]);
    command.env("TODOKEDE_LISTEN", &unused).stdout(full()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    let is_well = || {
        let mut asked = todokede(folder.path(), &["health", "--ready"]);
        asked.env("TODOKEDE_LISTEN", &unused).output().unwrap().status.success()
    };
    while !is_well() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

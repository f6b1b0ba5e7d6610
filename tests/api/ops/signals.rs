//! The real binary ends on a signal even if its database hangs, and serves even if its output cannot be written.

use std::io::Read as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use todokede::domain::values::lang::Lang;

use crate::support::binary::{
    RunningService, assert_failure, assert_success, full_device, run, text, todokede,
};
use crate::support::database::TestDatabase;
use crate::support::{Client, PostgresProxy, StandbySetting};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Sends a signal to a process and waits until the process has ended.
fn end(mut child: Child, signal: &str) -> Output {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let deadline = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the process did not end on {signal}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn the_service_prints_its_address_and_ends_cleanly_on_a_signal() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        let RunningService { child, address, lines } = RunningService::start(todokede(folder.path(), &[]));
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        std::io::Write::write_all(
            &mut stream,
            b"GET /sandbox/clock HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"now\""), "{answer}");
        for arguments in [&["health"][..], &["health", "--ready"]] {
            let mut command = todokede(folder.path(), arguments);
            assert_success(&command.env("TODOKEDE_LISTEN", &address).output().unwrap());
        }
        let output = end(child, signal);
        assert_eq!(output.status.code(), Some(0), "{signal}: {}", text(&output.stderr));
        assert!(std::net::TcpStream::connect(&address).is_err());
        let mut command = todokede(folder.path(), &["health"]);
        assert!(
            assert_failure(&command.env("TODOKEDE_LISTEN", &address).output().unwrap(), 1).contains(&address)
        );
        let printed: Vec<String> = lines.map(Result::unwrap).collect();
        assert!(printed.join("\n").contains("/sandbox/messages"));
    }
}

#[apply(on_postgres)]
async fn a_service_whose_commits_hang_still_ends_on_a_signal() {
    let folder = folder();
    let database = TestDatabase::migrated(folder.path());
    let standby = StandbySetting::enable_for(&database).await;
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", database.url());
    let RunningService { child, address, lines: _lines } = RunningService::start(command);
    standby.require_missing_standby().await;
    let mut health = todokede(folder.path(), &["health", "--ready"]);
    health.env("TODOKEDE_LISTEN", &address).output().unwrap();
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event = 'SyncRep'";
    assert!(database.count(waiting) > 0);
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[apply(on_postgres)]
async fn a_service_whose_database_is_frozen_still_ends_on_a_signal() {
    let folder = folder();
    let database = TestDatabase::migrated(folder.path());
    let proxy = PostgresProxy::start(database.url());
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", proxy.url());
    let RunningService { child, address, lines: _lines } = RunningService::start(command);
    let client = Client::new(format!("http://{address}"), Lang::En);
    // The workers may take the frozen connections before the request does, which then opens another one.
    let mut reply = client.get("/v1/transitional-measures/2023").await;
    for _ in 0..10 {
        proxy.freeze_connections();
        reply = client.get("/v1/transitional-measures/2023").await;
        if reply.status != 200 {
            break;
        }
    }
    reply.assert_problem(503, "UNAVAILABLE");
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_second_signal_ends_the_service_at_once_with_a_message() {
    let folder = folder();
    let mut command = todokede(folder.path(), &[]);
    command.env("TODOKEDE_DRAIN_SECONDS", "300");
    let RunningService { mut child, lines: _lines, .. } = RunningService::start(command);
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        child.try_wait().unwrap().is_none(),
        "after the first signal, load balancers need time to notice the stop"
    );
    let output = end(child, "TERM");
    assert!(assert_failure(&output, 1).contains("second signal"));
}

#[test]
fn the_worker_ends_cleanly_on_a_signal() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        assert_success(&run(folder.path(), &["migrate"]));
        let metrics = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut worker = todokede(folder.path(), &["worker"]);
        worker.env("TODOKEDE_METRICS_LISTEN", metrics.to_string());
        let child = worker.stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(metrics).is_err() {
            assert!(Instant::now() < deadline, "the worker serves no metrics");
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = end(child, signal);
        assert_eq!(output.status.code(), Some(0), "{signal}: {}", text(&output.stderr));
    }
}

#[test]
fn a_service_serves_even_if_its_output_cannot_be_written() {
    let folder = folder();
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = todokede(folder.path(), &["serve"]);
    command.env("TODOKEDE_LISTEN", &address).stdout(full_device()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_ready = || {
        let mut health = todokede(folder.path(), &["health", "--ready"]);
        health.env("TODOKEDE_LISTEN", &address).output().unwrap().status.success()
    };
    while !is_ready() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = end(child, "TERM");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

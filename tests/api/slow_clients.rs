//! Clients that take their time: they are bounded, and nobody waits for them.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{TestApp, Wire};

/// What the crowd below needs in this process, which holds both ends of every connection.
const DESCRIPTORS: u64 = 6_000;

/// Raises the limit of this process where it is too low; a test that cannot have it says so.
fn ensure_descriptors() {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft = line.split_whitespace().nth(3).unwrap();
    if soft == "unlimited" || soft.parse::<u64>().unwrap() >= DESCRIPTORS {
        return;
    }
    let id = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &id, &format!("--nofile={DESCRIPTORS}:")]).status();
    assert!(
        raised.is_ok_and(|status| status.success()),
        "this test opens {DESCRIPTORS} files and may open {soft}: raise the limit with `ulimit -n`"
    );
}

/// Sends a head one byte at a time until the other side has enough of it, and says what it answered.
async fn drip(address: SocketAddr, pause: Duration) -> String {
    let mut wire = Wire::open(address).await;
    for byte in "GET /v1/support HTTP/1.1\r\nX-Slow: ".chars().chain(std::iter::repeat('a')) {
        if !wire.send(&byte.to_string()).await {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            answer = wire.rest() => return answer,
        }
    }
    wire.rest().await
}

#[actix_web::test]
async fn a_head_that_comes_byte_by_byte_is_ended_in_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let begun = Instant::now();
    let answer = drip(app.running.address, Duration::from_millis(50)).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[actix_web::test]
async fn a_connection_without_a_word_is_ended_in_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let answer = Wire::open(app.running.address).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[actix_web::test]
async fn a_body_that_comes_byte_by_byte_is_refused_in_time() {
    let app = TestApp::start_with(&[("TODOKEDE_BODY_SECONDS", "1")]).await;
    let clinic = app.clinic().await;
    let head = "POST /v1/registrations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for framing in ["Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1f4\r\n"] {
        let mut wire = Wire::open(app.running.address).await;
        wire.send(&format!("{head}X-Request-Id: slow-body-1\r\n{framing}")).await;
        let answer = loop {
            wire.send("{").await;
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
                answer = wire.answer() => break answer,
            }
        };
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
        assert!(answer.contains("\"request_id\":\"slow-body-1\""), "{answer}");
    }
    clinic.get("/v1/account").await.is(200);
}

#[actix_web::test]
async fn a_thousand_idle_and_five_hundred_slow_connections_hold_nobody_up() {
    ensure_descriptors();
    let app = TestApp::start().await;
    let address = app.running.address;
    let clinic = app.clinic().await;
    let mut idle = Vec::new();
    for _ in 0..1_000 {
        idle.push(Wire::open(address).await);
    }
    let slow: Vec<_> =
        (0..500).map(|_| actix_web::rt::spawn(drip(address, Duration::from_millis(100)))).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut times = Vec::new();
    for turn in 0..300 {
        let begun = Instant::now();
        let path = ["/v1/account", "/v1/support", "/v1/transitional-measures/2023"][turn % 3];
        clinic.get(path).await.is(200);
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    assert!(p99 < Duration::from_millis(200), "the 99th of a hundred took {p99:?}");
    assert!(slow.iter().all(|slow| !slow.is_finished()), "the slow ones were there all the while");
    for slow in slow {
        slow.abort();
    }
}

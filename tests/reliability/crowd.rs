//! Many idle and slow connections do not delay other callers.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::environment;
use crate::service::Service;

/// The number of connections on which nothing is sent.
const IDLE: usize = 1_000;
/// The number of connections on which a request's head is sent byte by byte.
const SLOW: usize = 500;
/// The pause between two bytes.
const PAUSE: Duration = Duration::from_millis(100);
/// The number of normal requests that are timed.
const REQUESTS: usize = 600;
/// The limit for the 99th percentile of the times of normal requests. On a slow machine the limit is higher:
/// [`MAX_SLOWDOWN`] times the percentile without the other connections.
const P99_LIMIT: Duration = Duration::from_millis(200);
const MAX_SLOWDOWN: u32 = 3;

/// Opens a connection and sends a head that never ends, until the service closes the connection.
async fn send_head_bytewise(address: String) {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let mut head = "GET /v1/support HTTP/1.1\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'a'));
    while connection.write_all(&[head.next().unwrap()]).await.is_ok() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// The 99th percentile of the times of normal requests.
async fn p99(service: &Service) -> Duration {
    let (http, mut times) = (reqwest::Client::new(), Vec::new());
    for number in 0..REQUESTS {
        let path = ["/v1/support", "/v1/transitional-measures/2023", "/sandbox/facilities"][number % 3];
        let started = Instant::now();
        let answer = http.get(format!("{}{path}", service.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

#[actix_web::test]
async fn a_thousand_idle_and_five_hundred_slow_connections_do_not_delay_other_callers() {
    let _exclusive = environment::exclusive().await;
    environment::ensure_open_files(2 * (IDLE + SLOW) as u64);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("todokede.sqlite3").display());
    // The slow connections must stay open while normal requests are timed.
    let mut service = Service::new(&url, folder.path()).with("TODOKEDE_HEAD_SECONDS", "60");
    service.start_and_wait().await;
    let before = p99(&service).await;
    let address = service.url().replace("http://", "");
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    let slow: Vec<_> = (0..SLOW).map(|_| actix_web::rt::spawn(send_head_bytewise(address.clone()))).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let with_connections = p99(&service).await;
    println!(
        "p99 {with_connections:?} with {IDLE} idle and {SLOW} slow connections, {before:?} without them"
    );
    assert!(
        with_connections < P99_LIMIT.max(before * MAX_SLOWDOWN),
        "p99 {with_connections:?}, {before:?} without the idle and slow connections"
    );
    assert!(slow.iter().all(|slow| !slow.is_finished()), "a slow connection was closed too early");
    for connection in &mut idle {
        let read = tokio::time::timeout(Duration::ZERO, connection.read_u8()).await;
        assert!(read.is_err(), "an idle connection was closed too early");
    }
}

//! Many idle and slow connections do not delay other callers.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::knobs;
use crate::service::Service;

/// Connections that say nothing.
const IDLE: usize = 1_000;
/// Connections that send a head byte by byte.
const SLOW: usize = 500;
/// The pause before each byte.
const PAUSE: Duration = Duration::from_millis(100);
/// How many requests of normal callers are timed.
const REQUESTS: usize = 600;
/// The time that 99 of a hundred normal requests must stay below. On a busy machine, which is slow without
/// the crowd too, it is [`TIMES`] the time that they took before.
const P99: Duration = Duration::from_millis(200);
const TIMES: u32 = 3;

/// Opens a connection and sends a head that never ends, until the other side closes the connection.
async fn drip(address: String) {
    let mut wire = TcpStream::connect(address).await.unwrap();
    let mut head = "GET /v1/support HTTP/1.1\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'a'));
    while wire.write_all(&[head.next().unwrap()]).await.is_ok() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// The time that 99 of a hundred normal requests stay below.
async fn p99(service: &Service) -> Duration {
    let (http, mut times) = (reqwest::Client::new(), Vec::new());
    for number in 0..REQUESTS {
        let path = ["/v1/support", "/v1/transitional-measures/2023", "/sandbox/facilities"][number % 3];
        let begun = Instant::now();
        let answer = http.get(format!("{}{path}", service.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

#[actix_web::test]
async fn a_thousand_idle_and_five_hundred_slow_connections_hold_nobody_up() {
    let _alone = knobs::alone().await;
    knobs::ensure_descriptors(2 * (IDLE + SLOW) as u64);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("todokede.sqlite3").display());
    // The slow connections must stay open while normal requests are timed.
    let mut service = Service::new(&url, folder.path()).with("TODOKEDE_HEAD_SECONDS", "60");
    service.serve().await;
    let calm = p99(&service).await;
    let address = service.url().replace("http://", "");
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    let slow: Vec<_> = (0..SLOW).map(|_| actix_web::rt::spawn(drip(address.clone()))).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let crowded = p99(&service).await;
    println!("p99 {crowded:?} beside {IDLE} idle and {SLOW} slow connections, {calm:?} without them");
    assert!(
        crowded < P99.max(calm * TIMES),
        "the 99th of a hundred took {crowded:?}, {calm:?} without a crowd"
    );
    assert!(slow.iter().all(|slow| !slow.is_finished()), "a slow connection was closed too early");
    for connection in &mut idle {
        let read = tokio::time::timeout(Duration::ZERO, connection.read_u8()).await;
        assert!(read.is_err(), "an idle connection was closed too early");
    }
}

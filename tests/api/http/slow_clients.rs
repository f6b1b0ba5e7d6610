//! Slow clients: the time of each step is limited, and no other client waits for them. The limits do not depend on
//! the database, so these tests run only on SQLite.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::{FacilityClient, RawConnection, TestApp, forms};

/// Sends a request's head one byte at a time until the service closes the connection, and returns the answer.
async fn send_head_bytewise(address: SocketAddr, pause: Duration) -> String {
    let mut connection = RawConnection::open(address).await;
    for byte in "GET /v1/support HTTP/1.1\r\nX-Slow: ".chars().chain(std::iter::repeat('a')) {
        if !connection.send(&byte.to_string()).await {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            answer = connection.read_to_end() => return answer,
        }
    }
    connection.read_to_end().await
}

#[apply(on_sqlite)]
async fn a_head_that_is_sent_byte_by_byte_is_refused_in_bounded_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let started = Instant::now();
    let answer = send_head_bytewise(app.running.address, Duration::from_millis(50)).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[apply(on_sqlite)]
async fn a_connection_without_a_request_is_closed_in_bounded_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let answer = RawConnection::open(app.running.address).await.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

/// Settings with which a connection is closed if for two seconds no byte of an answer can be sent on it.
const SHORT_TIMEOUTS: [(&str, &str); 3] =
    [("TODOKEDE_HEAD_SECONDS", "1"), ("TODOKEDE_KEEP_ALIVE_SECONDS", "1"), ("TODOKEDE_REQUEST_SECONDS", "1")];

async fn start_with_short_timeouts() -> TestApp {
    TestApp::start_with(&SHORT_TIMEOUTS).await
}

/// How a request marks the end of its body.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    ContentLength,
    Chunked,
}

/// The head of a request that sends the content of an announced file.
fn upload_head(sender: &FacilityClient, id: &str, content: &[u8], framing: Framing) -> String {
    let framing = match framing {
        Framing::ContentLength => format!("Content-Length: {}", content.len()),
        Framing::Chunked => "Transfer-Encoding: chunked".to_owned(),
    };
    format!(
        "PUT /v1/uploads/{id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/pdf\r\nContent-Digest: {}\r\n{framing}\r\n\r\n",
        sender.token(),
        forms::digest(content),
    )
}

/// Sends a file, `step` bytes in each third of a second, and returns the answer.
async fn send_file_slowly(
    app: &TestApp,
    sender: &FacilityClient,
    content: &[u8],
    step: usize,
    framing: Framing,
) -> String {
    let announced = sender.post("/v1/uploads", &forms::upload(content)).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    let mut connection = RawConnection::open(app.running.address).await;
    connection.send(&upload_head(sender, id, content, framing)).await;
    for some in content.chunks(step) {
        let some = str::from_utf8(some).unwrap();
        match framing {
            Framing::ContentLength => connection.send(some).await,
            Framing::Chunked => connection.send(&format!("{:x}\r\n{some}\r\n", some.len())).await,
        };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(333)) => {}
            answer = connection.read_response() => return answer,
        }
    }
    if framing == Framing::Chunked {
        connection.send("0\r\n\r\n").await;
    }
    connection.read_response().await
}

const REQUEST: &str = "GET /v1/support HTTP/1.1\r\nHost: x\r\n\r\n";
const HALF_A_HEAD: &str = "GET /v1/support HTTP/1.1\r\nHost: ";

#[apply(on_sqlite)]
async fn half_a_head_does_not_keep_a_used_connection_open() {
    let app = start_with_short_timeouts().await;
    let mut after = RawConnection::open(app.running.address).await;
    after.send(REQUEST).await;
    assert!(after.read_response().await.starts_with("HTTP/1.1 200"));
    after.send(HALF_A_HEAD).await;
    let mut together = RawConnection::open(app.running.address).await;
    together.send(&format!("{REQUEST}{HALF_A_HEAD}")).await;
    assert!(together.read_response().await.starts_with("HTTP/1.1 200"));
    let started = Instant::now();
    assert_eq!((after.read_to_end().await, together.read_to_end().await), (String::new(), String::new()));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[apply(on_sqlite)]
async fn unread_answers_do_not_keep_a_connection_open() {
    let app = start_with_short_timeouts().await;
    let mut connection = RawConnection::open(app.running.address).await;
    // The answers are larger than the buffers of both sides.
    connection.send(&REQUEST.replace("/v1/support", "/openapi.json").repeat(100)).await;
    let started = Instant::now();
    while connection.send("G").await {
        assert!(started.elapsed() < Duration::from_secs(20), "the connection stays open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[apply(on_sqlite)]
async fn a_connection_that_gets_answers_stays_open() {
    let app = start_with_short_timeouts().await;
    let mut connection = RawConnection::open(app.running.address).await;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(5) {
        assert!(connection.send(REQUEST).await);
        assert!(connection.read_response().await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[apply(on_sqlite)]
async fn a_body_that_is_sent_byte_by_byte_is_refused_in_bounded_time() {
    let app = TestApp::start_with(&[("TODOKEDE_BODY_SECONDS", "1")]).await;
    let clinic = app.clinic().await;
    let head = "POST /v1/registrations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for framing in ["Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1f4\r\n"] {
        let mut connection = RawConnection::open(app.running.address).await;
        connection.send(&format!("{head}X-Request-Id: slow-body-1\r\n{framing}")).await;
        let answer = loop {
            connection.send("{").await;
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
                answer = connection.read_response() => break answer,
            }
        };
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
        assert!(answer.contains("\"request_id\":\"slow-body-1\""), "{answer}");
    }
    clinic.get("/v1/account").await.assert_status(200);
}

#[apply(on_sqlite)]
async fn a_file_that_is_sent_slowly_is_stored_and_one_that_is_sent_too_slowly_is_refused() {
    let app = start_with_short_timeouts().await;
    let clinic = app.clinic().await;
    let mut file = forms::pdf_of_size(128 * 1024);
    // A body may take one second, and one second more for every 16 KiB. The first transfer sends 30 KiB a second,
    // the second one 3 KiB.
    for framing in [Framing::ContentLength, Framing::Chunked] {
        file.push(b'\n');
        let answer = send_file_slowly(&app, &clinic, &file, 10 * 1024, framing).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        file.push(b'\n');
        let answer = send_file_slowly(&app, &clinic, &file, 1024, framing).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    }
}

/// A request for a file's content.
fn download_request(owner: &FacilityClient, id: &str) -> String {
    let token = owner.token();
    format!("GET /v1/uploads/{id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// A file that is larger than the buffers on both sides of a connection with a small receive buffer.
fn large_file() -> Vec<u8> {
    forms::pdf_of_size(6 * 1024 * 1024)
}

#[apply(on_sqlite)]
async fn a_client_that_reads_slowly_and_steadily_gets_the_whole_file() {
    /// How many bytes are read on average in each [`PAUSE`].
    const CHUNK: usize = 16 * 1024;
    const PAUSE: Duration = Duration::from_millis(30);
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&large_file()).await;
    let app = app.restart(&SHORT_TIMEOUTS).await;
    let mut connection = RawConnection::open_with_small_buffer(app.running.address).await;
    connection.send(&download_request(&clinic, &id)).await;
    let (mut received, started) = (0, Instant::now());
    while received < large_file().len() {
        let count = connection.read_some(4 * CHUNK).await;
        assert!(count > 0, "the connection was closed after {received} bytes and {:?}", started.elapsed());
        received += count;
        // A read that came late is followed by shorter pauses, so the average speed stays the same.
        tokio::time::sleep_until((started + PAUSE * u32::try_from(received / CHUNK).unwrap()).into()).await;
    }
}

#[apply(on_sqlite)]
async fn a_request_counts_as_under_way_until_its_client_has_read_the_answer() {
    let app = TestApp::start_with(&[("TODOKEDE_MAX_REQUESTS_PER_CLIENT", "2")]).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&large_file()).await;
    let mut unread = Vec::new();
    for _ in 0..2 {
        let mut connection = RawConnection::open_with_small_buffer(app.running.address).await;
        connection.send(&download_request(&clinic, &id)).await;
        // A byte of the answer came, so the request is under way.
        assert!(connection.read_some(1).await > 0);
        unread.push(connection);
    }
    clinic.get("/v1/account").await.assert_problem(503, "OVERLOADED");
    drop(unread);
    while app.running.state.traffic.under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    clinic.get("/v1/account").await.assert_status(200);
}

#[apply(on_sqlite)]
async fn a_client_that_is_refused_while_it_sends_its_body_can_read_the_answer() {
    let app = TestApp::start().await;
    let mut connection = RawConnection::open(app.running.address).await;
    let head = "POST /v1/registrations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    connection.send(&format!("{head}Content-Length: 20971520\r\n\r\n")).await;
    for _ in 0..30 {
        assert!(connection.send(&" ".repeat(65_536)).await, "the service closed the connection too early");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let answer = connection.read_response().await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("BODY_TOO_LARGE"), "{answer}");
}

#[apply(on_sqlite)]
async fn slow_files_of_one_account_do_not_block_files_of_another() {
    let app = TestApp::start().await;
    let (slow, other) = (app.clinic().await, app.dentist().await);
    let announced = slow.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    let head = upload_head(&slow, id, &forms::pdf(), Framing::ContentLength);
    let mut arriving = Vec::new();
    for _ in 0..8 {
        let mut connection = RawConnection::open(app.running.address).await;
        connection.send(&head).await;
        arriving.push(connection);
    }
    while app.running.state.upload_permits.available_permits() > 8 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    forms::send_content(&slow, id, &forms::pdf()).await.assert_problem(503, "OVERLOADED");
    other.attach(&forms::pdf()).await;
    drop(arriving);
}

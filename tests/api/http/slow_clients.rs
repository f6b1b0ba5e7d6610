//! Slow clients: their time is limited, and no other client waits for them. The limits do not depend on the
//! database, so these tests run on one only.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::{FacilityClient, RawConnection, TestApp, forms};

/// Sends a head one byte at a time until the service ends the connection, and gives its answer.
async fn drip(address: SocketAddr, pause: Duration) -> String {
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
async fn a_head_that_comes_byte_by_byte_is_ended_in_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let begun = Instant::now();
    let answer = drip(app.running.address, Duration::from_millis(50)).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[apply(on_sqlite)]
async fn a_connection_without_a_request_is_ended_in_time() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let answer = RawConnection::open(app.running.address).await.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

/// Settings with which a connection ends that gets no byte of an answer for two seconds.
const IMPATIENT: [(&str, &str); 3] =
    [("TODOKEDE_HEAD_SECONDS", "1"), ("TODOKEDE_KEEP_ALIVE_SECONDS", "1"), ("TODOKEDE_REQUEST_SECONDS", "1")];

async fn impatient() -> TestApp {
    TestApp::start_with(&IMPATIENT).await
}

/// How the end of a body is marked.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Length,
    Chunks,
}

/// The head of a request that sends an announced file.
fn head_of_file(sender: &FacilityClient, id: &str, content: &[u8], framing: Framing) -> String {
    let framing = match framing {
        Framing::Length => format!("Content-Length: {}", content.len()),
        Framing::Chunks => "Transfer-Encoding: chunked".to_owned(),
    };
    format!(
        "PUT /v1/uploads/{id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/pdf\r\nContent-Digest: {}\r\n{framing}\r\n\r\n",
        sender.token(),
        forms::digest(content),
    )
}

/// Sends a file, `step` bytes in each third of a second, and gives the answer.
async fn trickle(
    app: &TestApp,
    sender: &FacilityClient,
    content: &[u8],
    step: usize,
    framing: Framing,
) -> String {
    let announced = sender.post("/v1/uploads", &forms::upload(content)).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    let mut connection = RawConnection::open(app.running.address).await;
    connection.send(&head_of_file(sender, id, content, framing)).await;
    for some in content.chunks(step) {
        let some = str::from_utf8(some).unwrap();
        match framing {
            Framing::Length => connection.send(some).await,
            Framing::Chunks => connection.send(&format!("{:x}\r\n{some}\r\n", some.len())).await,
        };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(333)) => {}
            answer = connection.read_response() => return answer,
        }
    }
    if framing == Framing::Chunks {
        connection.send("0\r\n\r\n").await;
    }
    connection.read_response().await
}

const WHOLE: &str = "GET /v1/support HTTP/1.1\r\nHost: x\r\n\r\n";
const HALF: &str = "GET /v1/support HTTP/1.1\r\nHost: ";

#[apply(on_sqlite)]
async fn half_a_head_does_not_keep_a_used_connection_open() {
    let app = impatient().await;
    let mut after = RawConnection::open(app.running.address).await;
    after.send(WHOLE).await;
    assert!(after.read_response().await.starts_with("HTTP/1.1 200"));
    after.send(HALF).await;
    let mut together = RawConnection::open(app.running.address).await;
    together.send(&format!("{WHOLE}{HALF}")).await;
    assert!(together.read_response().await.starts_with("HTTP/1.1 200"));
    let begun = Instant::now();
    assert_eq!((after.read_to_end().await, together.read_to_end().await), (String::new(), String::new()));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[apply(on_sqlite)]
async fn unread_answers_do_not_keep_a_connection_open() {
    let app = impatient().await;
    let mut connection = RawConnection::open(app.running.address).await;
    // More than the buffers of both sides hold.
    connection.send(&WHOLE.replace("/v1/support", "/openapi.json").repeat(100)).await;
    let begun = Instant::now();
    while connection.send("G").await {
        assert!(begun.elapsed() < Duration::from_secs(20), "the connection stays open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[apply(on_sqlite)]
async fn a_connection_that_gets_answers_stays_open() {
    let app = impatient().await;
    let mut connection = RawConnection::open(app.running.address).await;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        assert!(connection.send(WHOLE).await);
        assert!(connection.read_response().await.starts_with("HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[apply(on_sqlite)]
async fn a_body_that_comes_byte_by_byte_is_refused_in_time() {
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
async fn a_file_may_be_sent_slowly_but_not_too_slowly() {
    let app = impatient().await;
    let clinic = app.clinic().await;
    let mut scan = forms::pdf();
    scan.resize(128 * 1024, b'x');
    // Sending takes four seconds. A body that does not grow may take one.
    for framing in [Framing::Length, Framing::Chunks] {
        scan.push(b'y');
        let answer = trickle(&app, &clinic, &scan, 10 * 1024, framing).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        scan.push(b'y');
        let answer = trickle(&app, &clinic, &scan, 1024, framing).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    }
}

/// A request for a file's bytes.
fn fetch(owner: &FacilityClient, id: &str) -> String {
    let token = owner.token();
    format!("GET /v1/uploads/{id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
}

/// A file that is larger than the buffers on both sides of a narrow connection.
fn long_scan() -> Vec<u8> {
    let mut scan = forms::pdf();
    scan.resize(6 * 1024 * 1024, b'x');
    scan
}

#[apply(on_sqlite)]
async fn a_client_that_reads_slowly_and_steadily_gets_the_whole_file() {
    /// How many bytes are read in each pause.
    const PIECE: usize = 16 * 1024;
    const PAUSE: Duration = Duration::from_millis(30);
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&long_scan()).await;
    let app = app.restart(&IMPATIENT).await;
    let mut connection = RawConnection::open_with_small_buffer(app.running.address).await;
    connection.send(&fetch(&clinic, &id)).await;
    let (mut received, begun) = (0, Instant::now());
    while received < long_scan().len() {
        let count = connection.read_some(4 * PIECE).await;
        assert!(count > 0, "cut after {received} bytes and {:?}", begun.elapsed());
        received += count;
        // On a busy machine the pace is the same, with larger pieces.
        tokio::time::sleep_until((begun + PAUSE * u32::try_from(received / PIECE).unwrap()).into()).await;
    }
}

#[apply(on_sqlite)]
async fn an_unread_answer_counts_as_a_request_of_its_client_under_way() {
    let app = TestApp::start_with(&[("TODOKEDE_MAX_REQUESTS_PER_CLIENT", "2")]).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&long_scan()).await;
    let mut unread = Vec::new();
    for _ in 0..2 {
        let mut connection = RawConnection::open_with_small_buffer(app.running.address).await;
        connection.send(&fetch(&clinic, &id)).await;
        // The answer has begun, so its request is under way.
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
async fn a_client_that_is_refused_while_it_sends_can_still_read_the_answer() {
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
    let head = head_of_file(&slow, id, &forms::pdf(), Framing::Length);
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

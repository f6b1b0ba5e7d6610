//! Requests that the HTTP library cannot read: they get a problem document, too. The test does not depend on the database.

use std::time::Duration;

use serde_json::Value;
use todokede::http::problems::ProblemDocument;

use crate::support::{RawConnection, TestApp, forms};

/// Sends bytes and returns everything that the service sends until it closes the connection.
async fn answers(app: &TestApp, bytes: &[u8]) -> String {
    let mut connection = RawConnection::open(app.running.address).await;
    connection.send_bytes(bytes).await;
    connection.read_to_end().await
}

/// Asserts that an answer is complete, closes the connection, and has the form of every problem.
#[track_caller]
fn assert_refused(answer: &str, status: &str, code: &str, what: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{what}: {answer}"));
    let (first, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(first, format!("HTTP/1.1 {status}"), "{what}: {answer}");
    let header = |name: &str| {
        let mut found = headers.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = found.next().unwrap_or_else(|| panic!("{what}: no {name} in {head}"));
        assert_eq!(found.next(), None, "{what}: {name} twice");
        value.to_owned()
    };
    assert_eq!(header("content-length"), body.len().to_string(), "{what}: {answer}");
    assert_eq!(header("connection"), "close", "{what}");
    assert_eq!(header("content-type"), "application/problem+json", "{what}");
    assert_eq!(header("content-language"), "ja", "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("cache-control"), "no-store", "{what}");
    assert!(header("content-security-policy").contains("default-src 'none'"), "{what}");
    assert!(header("date").ends_with(" GMT"), "{what}");
    let document: ProblemDocument = serde_json::from_str(body).unwrap();
    assert_eq!(
        (document.code.as_str(), Some(document.status.to_string().as_str())),
        (code, status.split(' ').next()),
        "{what}"
    );
    assert_eq!(document.request_id, header("x-request-id"), "{what}");
    assert_eq!(document.instance, "", "{what}");
}

#[apply(on_sqlite)]
async fn a_malformed_head_gets_a_problem_document() {
    let app = TestApp::start().await;
    let cases: [(&str, &[u8]); 13] = [
        ("no request line", b"hello\r\n\r\n"),
        ("two words", b"GET /livez\r\n\r\n"),
        ("a space in the path", b"GET /v1/a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("an unknown version", b"GET /livez HTTP/9.9\r\nHost: a\r\n\r\n"),
        ("NUL in the request line", b"GET /liv\0ez HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("NUL in a header", b"GET /livez HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"),
        ("a space in a header's name", b"GET /livez HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n"),
        ("a header without a name", b"GET /livez HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
        ("two lengths", b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
        (
            "a length and chunks",
            b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        ("a length with a sign", b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}"),
        ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("the hello of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abcdefgh\r\n\r\n"),
    ];
    for (what, bytes) in cases {
        assert_refused(&answers(&app, bytes).await, "400 Bad Request", "MALFORMED_REQUEST", what);
    }
    app.anonymous().get("/livez").await.assert_status(200);
}

#[apply(on_sqlite)]
async fn a_head_over_the_limits_gets_a_problem_document() {
    let app = TestApp::start().await;
    let many: String = "X-Many: a\r\n".repeat(120);
    let long = format!("X-Long: {}\r\n", "a".repeat(200 * 1024));
    for (what, headers) in [("many headers", many), ("a long header", long)] {
        let request = format!("GET /livez HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        let answer = answers(&app, request.as_bytes()).await;
        assert_refused(&answer, "431 Request Header Fields Too Large", "HEAD_TOO_LARGE", what);
    }
}

#[apply(on_sqlite)]
async fn a_target_that_is_too_long_gets_a_problem_document() {
    let app = TestApp::start().await;
    for length in [65_534, 70_000, 200 * 1024] {
        let request = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(length));
        let answer = answers(&app, request.as_bytes()).await;
        assert_refused(&answer, "414 URI Too Long", "TARGET_TOO_LONG", &length.to_string());
    }
    let longest = format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "a".repeat(65_533));
    assert!(
        answers(&app, longest.as_bytes()).await.starts_with("HTTP/1.1 404"),
        "the longest target is read"
    );
}

#[apply(on_sqlite)]
async fn a_target_that_is_too_long_is_noticed_after_other_requests_and_no_body_is_taken_for_one() {
    let app = TestApp::start().await;
    let long = "a".repeat(70_000);
    let mut connection = RawConnection::open(app.running.address).await;
    connection.send_bytes(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(connection.read_response().await.starts_with("HTTP/1.1 200"));
    connection.send_bytes(format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await;
    assert_refused(&connection.read_to_end().await, "414 URI Too Long", "TARGET_TOO_LONG", "a later request");

    let body = format!("a {long}");
    let head = format!("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    let all = answers(&app, (head + &body + "broken\r\n\r\n").as_bytes()).await;
    assert!(all.starts_with("HTTP/1.1 404") && !all.contains("TARGET_TOO_LONG"), "{all}");
}

#[apply(on_sqlite)]
async fn a_head_that_does_not_arrive_in_time_gets_a_problem_document() {
    let app = TestApp::start_with(&[("TODOKEDE_HEAD_SECONDS", "1")]).await;
    for (what, bytes) in [("nothing", &b""[..]), ("a part", b"GET /livez HTTP/1.1\r\nHost: a\r\n")] {
        assert_refused(&answers(&app, bytes).await, "408 Request Timeout", "REQUEST_TIMEOUT", what);
    }
}

#[apply(on_sqlite)]
async fn a_malformed_request_after_others_does_not_change_their_answers() {
    let app = TestApp::start().await;
    let mut connection = RawConnection::open(app.running.address).await;
    // Each answer is read before the malformed request is sent: the library then stops reading, and the kernel may reset
    // the connection.
    let mut all = String::new();
    for request in ["GET /openapi.json", "HEAD /v1/support", "GET /v1/nowhere", "GET /"] {
        connection.send_bytes(format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await;
        all += &if request.starts_with("HEAD") {
            connection.read_head().await
        } else {
            connection.read_response().await
        };
    }
    connection.send_bytes(b"broken\r\n\r\n").await;
    let rest = all + &connection.read_to_end().await;
    let statuses: Vec<&str> =
        rest.split("HTTP/1.1 ").skip(1).map(|answer| answer.split(' ').next().unwrap()).collect();
    assert_eq!(
        statuses,
        ["200", "200", "404", "302", "400"],
        "the answers of the application and the last one"
    );
    let (_, last) = rest.rsplit_once("HTTP/1.1 400").unwrap();
    assert_refused(&format!("HTTP/1.1 400{last}"), "400 Bad Request", "MALFORMED_REQUEST", "the last");
}

#[apply(on_sqlite)]
async fn a_body_that_looks_like_an_answer_of_the_library_is_sent_unchanged() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".repeat(2_000);
    let content = String::from_utf8(forms::pdf_with(&format!("({answer})"))).unwrap();
    let upload = clinic.attach(content.as_bytes()).await;
    let read = clinic.get(&format!("/v1/uploads/{upload}/content")).await.assert_status(200);
    assert_eq!(read.text, content);
}

#[apply(on_sqlite)]
async fn malformed_chunks_are_refused_once_and_the_connection_ends() {
    let app = TestApp::start().await;
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    for chunks in ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}xx0\r\n\r\n", "fffffffffffffffff\r\n{}\r\n"] {
        let answer = answers(&app, (head.to_owned() + chunks).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(answer.contains("\"code\":\"MALFORMED_"), "{answer}");
    }
}

#[apply(on_sqlite)]
async fn an_answer_after_100_continue_is_the_applications() {
    let app = TestApp::start().await;
    let body = r#"{"email":"nobody@clinic.example","password":"wrong"}"#;
    let mut connection = RawConnection::open(app.running.address).await;
    let head = format!(
        "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    connection.send_bytes(head.as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    connection.send_bytes(body.as_bytes()).await;
    let all = connection.read_to_end().await;
    let (interim, answer) = all.split_once("\r\n\r\n").unwrap();
    assert_eq!(interim, "HTTP/1.1 100 Continue");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], "LOGIN_FAILED");
}

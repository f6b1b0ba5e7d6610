//! A handler that panics or takes too long ends only its own request.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};
use reqwest::Method;
use todokede::domain::values::lang::Lang;
use todokede::http::edge::edge;

use crate::support::{Client, RawConnection, TestApp, send};

async fn panicking() -> HttpResponse {
    panic!("架空 太郎, a value of the request")
}

async fn sleeping() -> HttpResponse {
    tokio::time::sleep(Duration::from_mins(10)).await;
    HttpResponse::Ok().finish()
}

/// Starts a server with the service's real middleware (`edge`) and with handlers that fail.
fn start_failing_server(app: &TestApp) -> SocketAddr {
    let state = app.running.state.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/panic", web::to(panicking))
            .route("/sleep", web::to(sleeping))
            .route("/fine", web::to(async || HttpResponse::Ok().body("fine")))
            .wrap(from_fn(edge))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    address
}

#[apply(on_both_databases)]
async fn a_panic_is_answered_with_a_problem_and_the_request_id_and_the_connection_stays_open() {
    let app = TestApp::start().await;
    let mut connection = RawConnection::open(start_failing_server(&app)).await;
    for _ in 0..3 {
        connection.send("GET /panic HTTP/1.1\r\nHost: x\r\nX-Request-Id: 0f-panic-0f\r\n\r\n").await;
        let answer = connection.read_response().await;
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
        assert!(answer.contains("x-request-id: 0f-panic-0f"), "{answer}");
        assert!(answer.contains("\"request_id\":\"0f-panic-0f\""), "{answer}");
        assert!(answer.contains("\"code\":\"INTERNAL\"") && !answer.contains("架空"), "{answer}");
    }
    connection.send("GET /fine HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(connection.read_response().await.ends_with("fine"));
    assert_eq!(app.running.state.traffic.under_way(), 0);
}

#[apply(on_both_databases)]
async fn a_panic_is_answered_in_the_callers_language_and_with_all_headers() {
    let app = TestApp::start().await;
    let address = start_failing_server(&app);
    for (lang, word) in [(Lang::Ja, "障害"), (Lang::En, "Internal error")] {
        let client = Client::new(format!("http://{address}"), lang);
        let reply = client.post("/panic", &serde_json::json!({ "name": "架空 太郎" })).await;
        reply.assert_problem(500, "INTERNAL");
        assert!(reply.body["title"].as_str().unwrap().contains(word), "{}", reply.text);
        assert_eq!(reply.body["instance"], "/panic");
        for header in ["cache-control", "x-content-type-options", "content-language"] {
            assert!(!reply.header(header).is_empty(), "{header}");
        }
        let request = client.request(Method::POST, "/panic").header("Origin", "http://localhost:5173");
        let reply = send(request).await;
        assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:5173");
    }
}

#[apply(on_both_databases)]
async fn a_handler_that_takes_too_long_is_ended_and_the_outcome_of_a_write_is_unknown() {
    let app = TestApp::start_with(&[("TODOKEDE_REQUEST_SECONDS", "1")]).await;
    let client = Client::new(format!("http://{}", start_failing_server(&app)), Lang::Ja);
    for (method, code) in [
        (Method::GET, "OVERLOADED"),
        (Method::POST, "OUTCOME_UNKNOWN"),
        (Method::PUT, "OUTCOME_UNKNOWN"),
        (Method::PATCH, "OUTCOME_UNKNOWN"),
        (Method::DELETE, "OUTCOME_UNKNOWN"),
    ] {
        let request = client.request(method.clone(), "/sleep").header("Origin", "http://localhost:5173");
        let reply = send(request).await;
        reply.assert_problem(503, code);
        assert_eq!(reply.header("access-control-allow-origin"), "http://localhost:5173", "{method}");
        assert_eq!(reply.body["retryable"], true, "{method}");
        let seconds: u8 = reply.header("retry-after").parse().unwrap();
        assert!((2..=6).contains(&seconds), "{method}");
    }
    assert_eq!(app.running.state.traffic.under_way(), 0);
}

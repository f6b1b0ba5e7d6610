//! Too many requests at once: reads are refused first, filings last, watchers never.

use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, body, middleware, web};
use serde_json::{Value, json};
use todokede::routes::edge::edge;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::TestApp;

const BODY: &str = r#"{"email":"slow@clinic.example"}"#;

/// A registration whose last byte has not come.
async fn held(app: &TestApp) -> TcpStream {
    let before = app.running.state.traffic.under_way();
    let mut stream = TcpStream::connect(app.running.address).await.unwrap();
    let head = format!(
        "POST /v1/registrations HTTP/1.1\r\nHost: todokede.test\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    stream.write_all(format!("{head}{}", BODY.split_at(BODY.len() - 1).0).as_bytes()).await.unwrap();
    while app.running.state.traffic.under_way() == before {
        tokio::task::yield_now().await;
    }
    stream
}

async fn finish(mut stream: TcpStream) -> String {
    stream.write_all(&BODY.as_bytes()[BODY.len() - 1..]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[actix_web::test]
async fn filings_get_in_while_reads_are_refused_and_all_is_well_again_afterwards() {
    let app = TestApp::start_with(&[("TODOKEDE_MAX_REQUESTS", "4")]).await;
    let somebody = app.anonymous();
    let registration = json!({ "email": "quick@clinic.example" });
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(held(&app).await);
    }
    let reply = somebody.get("/sandbox/facilities").await;
    reply.refused(503, "OVERLOADED");
    assert_eq!(reply.header("retry-after"), "2");
    somebody.post("/v1/registrations", &registration).await.is(202);

    slow.push(held(&app).await);
    somebody.post("/v1/registrations", &registration).await.refused(503, "OVERLOADED");
    for path in ["/livez", "/readyz"] {
        somebody.get(path).await.is(200);
    }

    for stream in slow {
        let answer = finish(stream).await;
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    }
    somebody.get("/sandbox/facilities").await.is(200);
    somebody.post("/v1/registrations", &registration).await.is(202);
    app.mails("quick@clinic.example", "PROVISIONAL_REGISTRATION").await;
}

async fn panics() -> HttpResponse {
    panic!("a secret of the handler")
}

#[actix_web::test]
async fn a_panic_in_a_handler_is_a_problem_with_the_requests_id_and_nothing_of_its_cause() {
    let app = TestApp::start().await;
    let broken = App::new()
        .app_data(app.running.state.clone())
        .route("/broken", web::get().to(panics))
        .wrap(middleware::from_fn(edge));
    let broken = init_service(broken).await;
    let request = TestRequest::get().uri("/broken").insert_header(("X-Request-Id", "request-of-mine"));
    let error = try_call_service(&broken, request.to_request()).await.err().unwrap();
    let response = error.error_response();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers().get("x-request-id").unwrap(), "request-of-mine");
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
    let text = body::to_bytes(response.into_body()).await.unwrap();
    let problem: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!((&problem["code"], &problem["request_id"]), (&json!("INTERNAL"), &json!("request-of-mine")));
    assert!(!problem.to_string().contains("secret"));
    assert_eq!(app.running.state.traffic.under_way(), 0, "it counts no longer");
}

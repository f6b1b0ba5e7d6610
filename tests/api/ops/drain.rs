//! The stop of a service: the service first reports that it is not ready, and then finishes the requests under way.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{BlockingJobs, POOL_OF_SIX, RawConnection, TestApp, send};

#[apply(on_both_databases)]
async fn a_service_that_is_about_to_stop_is_not_ready_and_still_answers() {
    let app = TestApp::start_with(&[("TODOKEDE_DRAIN_SECONDS", "2")]).await;
    let (client, address) = (app.anonymous(), app.running.address);
    client.get("/readyz").await.assert_status(200);
    assert_eq!(client.get("/livez").await.header("connection"), "");
    let stopping = actix_web::rt::spawn(app.running.stop());
    while client.get("/readyz").await.status == 200 {}
    let reply = client.get("/readyz").await;
    reply.assert_problem(503, "NOT_READY");
    assert!(reply.body.get("checks").is_none(), "{}", reply.text);
    for (path, status) in [("/livez", 200), ("/v1/support", 200), ("/v1/account", 401), ("/nothing", 404)] {
        let reply = client.get(path).await.assert_status(status);
        assert_eq!(reply.header("connection"), "close", "{path}");
    }
    let reply =
        client.post("/v1/registrations", &json!({ "email": "late@clinic.example" })).await.assert_status(202);
    assert_eq!(reply.header("connection"), "close");
    stopping.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[apply(on_both_databases)]
async fn a_service_that_stops_finishes_the_request_under_way() {
    let app = TestApp::start_with(&[POOL_OF_SIX]).await;
    let (blocking_jobs, traffic) =
        (BlockingJobs::block_writes(&app).await, app.running.state.traffic.clone());
    let body = json!({ "email": "reception@clinic.example" });
    let registration =
        actix_web::rt::spawn(send(app.anonymous().request(Method::POST, "/v1/registrations").json(&body)));
    while traffic.under_way() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut idle = RawConnection::open(app.running.address).await;
    let stopping = actix_web::rt::spawn(app.running.stop());
    assert_eq!(idle.read_to_end().await, "", "a connection without a request is closed at once");
    assert!(!stopping.is_finished() && !registration.is_finished());
    drop(blocking_jobs);
    let reply = registration.await.unwrap().assert_status(202);
    assert_eq!(reply.header("connection"), "close");
    stopping.await.unwrap().unwrap();
}

#[apply(on_both_databases)]
async fn no_request_fails_if_callers_stop_once_the_service_is_not_ready() {
    let app = TestApp::start_with(&[("TODOKEDE_DRAIN_SECONDS", "3")]).await;
    let answered = Rc::new(Cell::new(0));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (client, answered) = (app.anonymous(), Rc::clone(&answered));
            actix_web::rt::spawn(async move {
                while client.get("/readyz").await.status == 200 {
                    client.get("/v1/support").await.assert_status(200);
                    answered.set(answered.get() + 1);
                }
            })
        })
        .collect();
    while answered.get() < 100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.running.stop().await.unwrap();
    for caller in callers {
        caller.await.unwrap();
    }
}

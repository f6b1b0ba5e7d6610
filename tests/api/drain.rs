//! Stopping: callers are told first, requests under way are finished, mails too.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use todokede::domain::lang::Lang;

use crate::support::database::{TestDatabase, is_postgres};
use crate::support::{Client, Held, POOL, Tap, TestApp, Wire, binary, send};

#[actix_web::test]
async fn a_service_that_is_about_to_stop_says_so_and_still_answers() {
    let app = TestApp::start_with(&[("TODOKEDE_DRAIN_SECONDS", "2")]).await;
    let (client, address) = (app.anonymous(), app.running.address);
    client.get("/readyz").await.is(200);
    assert_eq!(client.get("/livez").await.header("connection"), "");
    let stopping = actix_web::rt::spawn(app.running.stop());
    while client.get("/readyz").await.status == 200 {}
    let reply = client.get("/readyz").await;
    reply.refused(503, "NOT_READY");
    assert_eq!(reply.body["checks"][0], json!({ "part": "serving", "passes": false }));
    for (path, status) in [("/livez", 200), ("/v1/support", 200), ("/v1/account", 401), ("/nothing", 404)] {
        let reply = client.get(path).await.is(status);
        assert_eq!(reply.header("connection"), "close", "{path}");
    }
    let reply = client.post("/v1/registrations", &json!({ "email": "late@clinic.example" })).await.is(202);
    assert_eq!(reply.header("connection"), "close");
    stopping.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[actix_web::test]
async fn a_request_under_way_is_finished_and_its_mail_is_delivered() {
    let app = TestApp::start_with(&[POOL]).await;
    let (held, traffic) = (Held::writes(&app).await, app.running.state.traffic.clone());
    let body = json!({ "email": "reception@clinic.example" });
    let filing =
        actix_web::rt::spawn(send(app.anonymous().request(Method::POST, "/v1/registrations").json(&body)));
    while traffic.under_way() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut idle = Wire::open(app.running.address).await;
    let stopping = actix_web::rt::spawn(app.running.stop());
    assert_eq!(idle.rest().await, "", "who asks for nothing holds nothing up");
    assert!(!stopping.is_finished() && !filing.is_finished());
    drop(held);
    let reply = filing.await.unwrap().is(202);
    assert_eq!(reply.header("connection"), "close");
    stopping.await.unwrap().unwrap();
}

#[actix_web::test]
async fn a_caller_who_heeds_readiness_loses_no_request() {
    let app = TestApp::start_with(&[("TODOKEDE_DRAIN_SECONDS", "3")]).await;
    let answered = Rc::new(Cell::new(0));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (client, answered) = (app.anonymous(), Rc::clone(&answered));
            actix_web::rt::spawn(async move {
                while client.get("/readyz").await.status == 200 {
                    client.get("/v1/support").await.is(200);
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

#[actix_web::test]
async fn a_process_whose_database_froze_ends_without_it() {
    if !is_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::ready(folder.path());
    let tap = Tap::open(database.url());
    let mut command = binary::todokede(folder.path(), &["serve"]);
    let mut child = command.env("DATABASE_URL", tap.url()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.strip_prefix("todokede listens on ").unwrap();
    let client = Client::new(url.to_owned(), Lang::En);
    tap.freeze();
    client.get("/v1/transitional-measures/2023").await.refused(503, "UNAVAILABLE");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let ended = actix_web::rt::task::spawn_blocking(move || child.wait().unwrap());
    let ended = tokio::time::timeout(Duration::from_mins(1), ended).await.expect("it does not end");
    assert!(ended.unwrap().success());
}

//! Under overload, reads are refused earlier than writes. After the overload, every request is served again.

use reqwest::Method;
use serde_json::json;

use crate::support::{BlockingJobs, Client, POOL_OF_SIX, Reply, TestApp, send};

/// The service accepts eight requests at a time, and refuses reads while six are under way.
const EIGHT_REQUESTS: (&str, &str) = ("TODOKEDE_MAX_REQUESTS", "8");
/// The path of an operation that reads the database.
const READ_PATH: &str = "/v1/transitional-measures/2023";

/// Waits until exactly `count` requests are under way.
async fn wait_until_under_way(app: &TestApp, count: usize) {
    while app.running.state.traffic.under_way() != count {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn register(client: &Client, number: usize) -> tokio::task::JoinHandle<Reply> {
    let body = json!({ "email": format!("clinic-{number}@clinic.example") });
    let request = client.request(Method::POST, "/v1/registrations").json(&body);
    actix_web::rt::spawn(send(request))
}

fn read(client: &Client) -> tokio::task::JoinHandle<Reply> {
    actix_web::rt::spawn(send(client.request(Method::GET, READ_PATH)))
}

#[track_caller]
fn assert_overloaded(reply: &Reply) {
    reply.assert_problem(503, "OVERLOADED");
    assert_eq!(reply.body["retryable"], true);
    let seconds: u8 = reply.header("retry-after").parse().unwrap();
    assert!((2..=6).contains(&seconds), "{seconds}");
}

#[apply(on_both_databases)]
async fn too_many_reads_are_refused_while_writes_are_served() {
    let app = TestApp::start_with(&[EIGHT_REQUESTS, POOL_OF_SIX]).await;
    let client = app.anonymous();
    let blocking_jobs = BlockingJobs::block_reads(&app).await;
    let waiting: Vec<_> = (0..6).map(|_| read(&client)).collect();
    wait_until_under_way(&app, 6).await;
    assert_overloaded(&client.get(READ_PATH).await);
    register(&client, 0).await.unwrap().assert_status(202);
    client.get("/livez").await.assert_status(200);
    drop(blocking_jobs);
    for read in waiting {
        read.await.unwrap().assert_status(200);
    }
    client.get(READ_PATH).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn too_many_writes_make_the_service_refuse_everything_except_probes() {
    let app = TestApp::start_with(&[EIGHT_REQUESTS, POOL_OF_SIX]).await;
    let client = app.anonymous();
    let blocking_jobs = BlockingJobs::block_writes(&app).await;
    let mut waiting: Vec<_> = (0..6).map(|number| register(&client, number)).collect();
    wait_until_under_way(&app, 6).await;
    assert_overloaded(&client.get(READ_PATH).await);
    waiting.extend((6..8).map(|number| register(&client, number)));
    wait_until_under_way(&app, 8).await;
    assert_overloaded(&register(&client, 8).await.unwrap());
    assert_overloaded(&client.get("/").await);
    client.get("/livez").await.assert_status(200);
    drop(blocking_jobs);
    for registration in waiting {
        registration.await.unwrap().assert_status(202);
    }
    register(&client, 8).await.unwrap().assert_status(202);
    client.get(READ_PATH).await.assert_status(200);
    assert_eq!(app.running.state.traffic.under_way(), 0);
}

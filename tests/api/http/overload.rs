//! More requests than can be done: reads are turned away first, nobody waits for ever, and it is
//! over when it is over.

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, Held, POOL, Reply, TestApp, send};

/// Reads are turned away from six on.
const EIGHT: (&str, &str) = ("TODOKEDE_MAX_REQUESTS", "8");
/// An operation that asks the database.
const READ: &str = "/v1/transitional-measures/2023";

/// Waits until so many requests are under way.
async fn until_under_way(app: &TestApp, count: usize) {
    while app.running.state.traffic.under_way() != count {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn register(client: &Client, place: usize) -> tokio::task::JoinHandle<Reply> {
    let body = json!({ "email": format!("clinic-{place}@clinic.example") });
    let request = client.request(Method::POST, "/v1/registrations").json(&body);
    actix_web::rt::spawn(send(request))
}

fn read(client: &Client) -> tokio::task::JoinHandle<Reply> {
    actix_web::rt::spawn(send(client.request(Method::GET, READ)))
}

#[track_caller]
fn turned_away(reply: &Reply) {
    reply.refused(503, "OVERLOADED");
    assert_eq!(reply.body["retryable"], true);
    let seconds: u8 = reply.header("retry-after").parse().unwrap();
    assert!((2..=6).contains(&seconds), "{seconds}");
}

#[apply(on_both_databases)]
async fn when_reads_pile_up_they_are_turned_away_and_filings_get_in() {
    let app = TestApp::start_with(&[EIGHT, POOL]).await;
    let client = app.anonymous();
    let held = Held::reads(&app).await;
    let waiting: Vec<_> = (0..6).map(|_| read(&client)).collect();
    until_under_way(&app, 6).await;
    turned_away(&client.get(READ).await);
    register(&client, 0).await.unwrap().is(202);
    client.get("/livez").await.is(200);
    drop(held);
    for read in waiting {
        read.await.unwrap().is(200);
    }
    client.get(READ).await.is(200);
}

#[apply(on_both_databases)]
async fn when_filings_pile_up_everything_is_turned_away_but_probes() {
    let app = TestApp::start_with(&[EIGHT, POOL]).await;
    let client = app.anonymous();
    let held = Held::writes(&app).await;
    let mut waiting: Vec<_> = (0..6).map(|place| register(&client, place)).collect();
    until_under_way(&app, 6).await;
    turned_away(&client.get(READ).await);
    waiting.extend((6..8).map(|place| register(&client, place)));
    until_under_way(&app, 8).await;
    turned_away(&register(&client, 8).await.unwrap());
    turned_away(&client.get("/").await);
    client.get("/livez").await.is(200);
    drop(held);
    for filed in waiting {
        filed.await.unwrap().is(202);
    }
    register(&client, 8).await.unwrap().is(202);
    client.get(READ).await.is(200);
    assert_eq!(app.running.state.traffic.under_way(), 0);
}

//! What Prometheus reads: on a port of its own, complete, and never more than the source can name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use todokede::domain::values::lang::Lang;

use crate::support::{Client, Held, POOL, Reply, TestApp, Wire, send};

const METRICS: (&str, &str) = ("TODOKEDE_METRICS_LISTEN", "127.0.0.1:0");

fn scraper(app: &TestApp) -> Client {
    Client::new(format!("http://{}", app.running.metrics_address().unwrap()), Lang::En)
}

/// The series with their values.
fn series(reply: &Reply) -> BTreeMap<String, f64> {
    let lines = reply.text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[apply(on_both_databases)]
async fn metrics_are_nowhere_unless_they_are_asked_for_and_never_on_the_apis_port() {
    let app = TestApp::start().await;
    assert_eq!(app.running.metrics_address(), None);
    let app = TestApp::start_with(&[METRICS]).await;
    app.anonymous().get("/metrics").await.refused(404, "NOT_FOUND");
    let scraper = scraper(&app);
    let reply = scraper.get("/metrics").await.is(200);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(reply.header("content-type"), media_type);
    assert!(reply.text.ends_with("# EOF\n"));
    for path in ["/", "/v1/support", "/livez", "/docs/", "/metrics/", "/openapi.json"] {
        assert_eq!(scraper.get(path).await.status, 404, "{path}");
    }
    assert_eq!(scraper.post("/metrics", &json!({})).await.status, 404);
}

#[apply(on_both_databases)]
async fn the_page_lists_every_metric_and_no_other() {
    let app = TestApp::start_with(&[METRICS]).await;
    let reply = scraper(&app).get("/metrics").await;
    let told: BTreeSet<&str> =
        reply.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let page = include_str!("../../../docs/metrics.md");
    let listed: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let silent: BTreeSet<&str> = listed.difference(&told).copied().collect();
    // Families whose every label is still to come say nothing at first.
    let begun_later =
        ["todokede_request_duration_seconds", "todokede_requests", "todokede_requests_rate_limited"];
    assert_eq!(told.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(silent, BTreeSet::from(begun_later));
    // An alarm at the growth of this one would miss a series that begins with the first.
    assert!(reply.text.contains("todokede_requests_turned_away_total{errand=\"filing\"} 0\n"));
}

#[apply(on_both_databases)]
async fn requests_are_counted_by_pattern_and_callers_cannot_make_series() {
    let app = TestApp::start_with(&[METRICS, ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "1/3600")]).await;
    let client = app.anonymous();
    for place in 0..20 {
        client.get(&format!("/v1/declarations/dcl_{place}")).await.is(401);
        client.get(&format!("/wp-{place}.php?{place}")).await.is(404);
        let odd: Method = format!("X{place}").parse().unwrap();
        send(client.request(odd, "/v1/account")).await.is(405);
    }
    let body = json!({ "email": "taro@clinic.example" });
    client.post("/v1/registrations", &body).await.is(202);
    client.post("/v1/registrations", &body).await.is(429);
    app.mails("taro@clinic.example", "PROVISIONAL_REGISTRATION").await;
    let reply = scraper(&app).get("/metrics").await;
    let series = series(&reply);
    let requests = |method: &str, route: &str, status: &str| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        series.get(&format!("todokede_requests_total{labels}")).copied().unwrap_or_default()
    };
    assert!((requests("GET", "/v1/declarations/{id}", "4xx") - 20.0).abs() < 0.5, "{}", reply.text);
    assert!((requests("GET", "other", "4xx") - 20.0).abs() < 0.5, "{}", reply.text);
    assert!((requests("OTHER", "/v1/account", "4xx") - 20.0).abs() < 0.5, "{}", reply.text);
    assert!((requests("POST", "/v1/registrations", "2xx") - 1.0).abs() < 0.5);
    assert!(series["todokede_requests_rate_limited_total{budget=\"mails-per-address\"}"] > 0.5);
    assert!(series["todokede_mails_total{outcome=\"sent\"}"] > 0.5);
    assert!(series["todokede_database_committed_jobs_total"] > 0.5);
    for personal in ["taro", "dcl_", "wp-", "X1", "127.0.0.1"] {
        assert!(!reply.text.contains(personal), "{personal}: {}", reply.text);
    }
}

#[apply(on_both_databases)]
async fn a_request_whose_caller_hung_up_is_counted_all_the_same() {
    let app = TestApp::start_with(&[METRICS, POOL]).await;
    let held = Held::writes(&app).await;
    let mut wire = Wire::open(app.running.address).await;
    let form = "{\"email\":\"reception@clinic.example\"}";
    let head = "POST /v1/registrations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    wire.send(&format!("{head}Content-Length: {}\r\n\r\n{form}", form.len())).await;
    while app.running.state.traffic.under_way() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    wire.reset();
    while app.running.state.traffic.under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(held);
    let counted = series(&scraper(&app).get("/metrics").await);
    let name = "todokede_requests_total{method=\"POST\",route=\"/v1/registrations\",status=\"4xx\"}";
    assert_eq!(counted.get(name), Some(&1.0), "{counted:?}");
}

#[apply(on_sqlite)]
async fn half_a_request_does_not_keep_a_scrapers_place_for_good() {
    let app = TestApp::start_with(&[METRICS]).await;
    let mut wire = Wire::open(app.running.metrics_address().unwrap()).await;
    wire.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(wire.answer().await.starts_with("HTTP/1.1 404"));
    wire.send("GET /metr").await;
    assert_eq!(wire.rest().await, "");
}

//! Metrics for Prometheus: they have their own port, all are documented, and callers cannot add series.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use todokede::domain::values::lang::Lang;

use crate::support::{BlockingJobs, Client, POOL_OF_SIX, RawConnection, Reply, TestApp, send};

const METRICS: (&str, &str) = ("TODOKEDE_METRICS_LISTEN", "127.0.0.1:0");

/// A client of the metrics port.
fn scraper(app: &TestApp) -> Client {
    Client::new(format!("http://{}", app.running.metrics_address().unwrap()), Lang::En)
}

/// The values of an answer, by series.
fn series(reply: &Reply) -> BTreeMap<String, f64> {
    let lines = reply.text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[apply(on_both_databases)]
async fn metrics_are_served_only_if_a_port_is_set_and_only_on_that_port() {
    let app = TestApp::start().await;
    assert_eq!(app.running.metrics_address(), None);
    let app = TestApp::start_with(&[METRICS]).await;
    app.anonymous().get("/metrics").await.assert_problem(404, "NOT_FOUND");
    let scraper = scraper(&app);
    let reply = scraper.get("/metrics").await.assert_status(200);
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(reply.header("content-type"), media_type);
    assert!(reply.text.ends_with("# EOF\n"));
    for path in ["/", "/v1/support", "/livez", "/docs/", "/metrics/", "/openapi.json"] {
        assert_eq!(scraper.get(path).await.status, 404, "{path}");
    }
    assert_eq!(scraper.post("/metrics", &json!({})).await.status, 404);
}

#[apply(on_both_databases)]
async fn docs_metrics_lists_every_metric_and_no_other() {
    let app = TestApp::start_with(&[METRICS]).await;
    let reply = scraper(&app).get("/metrics").await;
    let served: BTreeSet<&str> =
        reply.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let page = include_str!("../../../docs/metrics.md");
    let listed: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let not_served: BTreeSet<&str> = listed.difference(&served).copied().collect();
    // A metric whose series all have labels is missing until its first event.
    let missing_at_first =
        ["todokede_request_duration_seconds", "todokede_requests", "todokede_requests_rate_limited"];
    assert_eq!(served.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(not_served, BTreeSet::from(missing_at_first));
    // This series must exist with the value 0, so that an alert on its increase notices the first event.
    assert!(reply.text.contains("todokede_requests_turned_away_total{errand=\"filing\"} 0\n"));
}

#[apply(on_both_databases)]
async fn requests_are_counted_by_route_and_callers_cannot_add_series() {
    let app = TestApp::start_with(&[METRICS, ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "1/3600")]).await;
    let client = app.anonymous();
    for number in 0..20 {
        client.get(&format!("/v1/declarations/dcl_{number}")).await.assert_status(401);
        client.get(&format!("/wp-{number}.php?{number}")).await.assert_status(404);
        let unknown: Method = format!("X{number}").parse().unwrap();
        send(client.request(unknown, "/v1/account")).await.assert_status(405);
    }
    let body = json!({ "email": "taro@clinic.example" });
    client.post("/v1/registrations", &body).await.assert_status(202);
    client.post("/v1/registrations", &body).await.assert_status(429);
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
    assert!(series["todokede_requests_rate_limited_total{budget=\"mails-per-client\"}"] > 0.5);
    assert!(series["todokede_mails_total{outcome=\"sent\"}"] > 0.5);
    assert!(series["todokede_database_committed_jobs_total"] > 0.5);
    for personal in ["taro", "dcl_", "wp-", "X1", "127.0.0.1"] {
        assert!(!reply.text.contains(personal), "{personal}: {}", reply.text);
    }
}

#[apply(on_both_databases)]
async fn a_request_whose_caller_closed_the_connection_is_counted() {
    let app = TestApp::start_with(&[METRICS, POOL_OF_SIX]).await;
    let blocking_jobs = BlockingJobs::block_writes(&app).await;
    let mut connection = RawConnection::open(app.running.address).await;
    let form = "{\"email\":\"reception@clinic.example\"}";
    let head = "POST /v1/registrations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    connection.send(&format!("{head}Content-Length: {}\r\n\r\n{form}", form.len())).await;
    while app.running.state.traffic.under_way() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.reset();
    while app.running.state.traffic.under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(blocking_jobs);
    let counted = series(&scraper(&app).get("/metrics").await);
    let name = "todokede_requests_total{method=\"POST\",route=\"/v1/registrations\",status=\"4xx\"}";
    assert_eq!(counted.get(name), Some(&1.0), "{counted:?}");
}

#[apply(on_sqlite)]
async fn requests_that_could_not_be_read_are_counted_by_their_status() {
    let app = TestApp::start_with(&[METRICS, ("TODOKEDE_HEAD_SECONDS", "1")]).await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(70_000));
    for request in ["broken\r\n\r\n", "broken\r\n\r\n", "GET / HTTP/1.1\r\n", &long] {
        let mut connection = RawConnection::open(app.running.address).await;
        connection.send(request).await;
        assert!(connection.read_to_end().await.starts_with("HTTP/1.1 4"));
    }
    // Requests on the operator's port are not those of callers.
    let mut connection = RawConnection::open(app.running.metrics_address().unwrap()).await;
    connection.send("broken\r\n\r\n").await;
    assert!(connection.read_to_end().await.contains("MALFORMED_REQUEST"));
    let series = series(&scraper(&app).get("/metrics").await);
    let counts = ["400", "408", "414", "431"]
        .map(|status| series[&format!("todokede_requests_unread_total{{status=\"{status}\"}}")].to_string());
    assert_eq!(counts, ["2", "1", "1", "0"]);
}

#[apply(on_sqlite)]
async fn half_a_request_does_not_keep_a_connection_to_the_metrics_port_open() {
    let app = TestApp::start_with(&[METRICS]).await;
    let mut connection = RawConnection::open(app.running.metrics_address().unwrap()).await;
    connection.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(connection.read_response().await.starts_with("HTTP/1.1 404"));
    connection.send("GET /metr").await;
    assert_eq!(connection.read_to_end().await, "");
}

//! Pages of allowed origins may use the API from a browser (CORS), pages of other origins may not.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use todokede::routes::documents;

use crate::support::contract::{ApiFixture, document, operations};
use crate::support::production::Production;
use crate::support::{Client, RawConnection, Reply, TestApp, send};

/// The origin of a page on this machine, which a sandbox allows.
const LOCAL: &str = "http://localhost:5173";
/// The origin of the portal of the tests.
const PORTAL: &str = "https://portal.todokede.test";

/// Values of `Origin` that no service of these tests allows.
const STRANGERS: [&str; 16] = [
    "null",
    "",
    "*",
    "https://attacker.example",
    "http://portal.todokede.test",
    "https://portal.todokede.test.",
    "https://portal.todokede.test/",
    "https://portal.todokede.test:443",
    "https://portal.todokede.test:8443",
    "https://Portal.todokede.test",
    "https://x.portal.todokede.test",
    "https://portal.todokede.test.attacker.example",
    "https://portal.todokede.test, https://attacker.example",
    "https://localhost:5173",
    "http://localhost.attacker.example:5173",
    "http://127.0.0.2:5173",
];

/// The names of the CORS headers of an answer.
fn cors_headers(reply: &Reply) -> Vec<&str> {
    reply
        .headers
        .keys()
        .map(reqwest::header::HeaderName::as_str)
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

/// The names in a header that is a list, in small letters.
fn names(reply: &Reply, header: &str) -> BTreeSet<String> {
    reply.header(header).split(", ").map(str::to_lowercase).collect()
}

async fn get_from(client: &Client, path: &str, origin: &str) -> Reply {
    send(client.request(Method::GET, path).header("Origin", origin)).await
}

async fn preflight(client: &Client, path: &str, method: &str, origin: &str) -> Reply {
    let request = client.request(Method::OPTIONS, path).header("Origin", origin);
    send(request.header("Access-Control-Request-Method", method)).await
}

#[track_caller]
fn assert_readable(reply: &Reply, origin: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), origin, "{}", reply.text);
    assert!(names(reply, "vary").contains("origin"), "{}", reply.header("vary"));
    assert!(names(reply, "access-control-expose-headers").contains("x-request-id"));
}

#[apply(on_sqlite)]
async fn a_sandbox_allows_every_page_on_this_machine_and_those_of_its_list() {
    let app = TestApp::start_with(&[("TODOKEDE_CORS_ORIGINS", PORTAL)]).await;
    for origin in [
        PORTAL,
        LOCAL,
        "http://localhost",
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "http://todokede.test",
    ] {
        assert_readable(&get_from(&app.anonymous(), "/v1/support", origin).await.assert_status(200), origin);
        let answer = preflight(&app.anonymous(), "/v1/support", "GET", origin).await.assert_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
}

#[apply(on_sqlite)]
async fn production_allows_the_origins_of_its_list_and_its_own_only() {
    let production = Production::start_with(&[("TODOKEDE_CORS_ORIGINS", PORTAL)]).await;
    for origin in [PORTAL, "https://api.todokede.test"] {
        assert_readable(&get_from(&production.anonymous(), "/v1/support", origin).await, origin);
    }
    for origin in STRANGERS.into_iter().chain([LOCAL, "http://127.0.0.1", "http://[::1]"]) {
        let reply = get_from(&production.anonymous(), "/v1/support", origin).await.assert_status(200);
        assert_eq!(cors_headers(&reply), [""; 0], "{origin}");
    }
    production.stop().await;
}

#[apply(on_sqlite)]
async fn a_page_of_another_origin_is_served_as_before_without_a_word_about_origins() {
    let app = TestApp::start_with(&[("TODOKEDE_CORS_ORIGINS", PORTAL)]).await;
    for origin in STRANGERS {
        let reply = get_from(&app.anonymous(), "/v1/support", origin).await.assert_status(200);
        assert_eq!(cors_headers(&reply), [""; 0], "{origin}");
        assert!(names(&reply, "vary").contains("origin"), "{origin}");
        let refused = preflight(&app.anonymous(), "/v1/support?x", "GET", origin).await;
        refused.assert_problem(405, "METHOD_NOT_ALLOWED");
        assert_eq!(cors_headers(&refused), [""; 0], "{origin}");
    }
    let twice = app.anonymous().request(Method::GET, "/v1/support").header("Origin", LOCAL);
    let reply = send(twice.header("Origin", LOCAL)).await.assert_status(200);
    assert_eq!(cors_headers(&reply), [""; 0], "two origins");
    let without = app.anonymous().get("/v1/support").await;
    assert_eq!(cors_headers(&without), [""; 0], "no origin");
}

#[apply(on_sqlite)]
async fn a_preflight_for_every_operation_allows_its_method_and_its_headers() {
    let fixture = ApiFixture::new().await;
    for operation in operations() {
        let (id, path) = (operation.id(), fixture.path(&operation));
        let reply = preflight(&fixture.app.anonymous(), &path, operation.method.as_str(), LOCAL).await;
        let reply = reply.assert_status(204);
        assert_eq!(reply.header("access-control-allow-origin"), LOCAL, "{id}");
        assert!(
            names(&reply, "access-control-allow-methods").contains(&operation.method.as_str().to_lowercase())
        );
        let allowed = names(&reply, "access-control-allow-headers");
        let described = operation.parameters().filter(|parameter| parameter["in"] == "header");
        let described = described.map(|parameter| parameter["name"].as_str().unwrap().to_lowercase());
        let always = ["authorization", "content-type", "accept-language", "x-request-id"].map(str::to_owned);
        for header in described.chain(always) {
            assert!(allowed.contains(&header), "{id}: {header}");
        }
        assert_eq!(reply.header("access-control-max-age"), "7200", "{id}");
        assert_eq!(reply.header("ratelimit-policy"), "", "{id}: a preflight costs nothing");
        let may_use_cookie = operation.listed().uses_cookie;
        assert_eq!(
            reply.header("access-control-allow-credentials"),
            if may_use_cookie { "true" } else { "" },
            "{id}"
        );
    }
}

#[apply(on_sqlite)]
async fn pages_may_read_every_header_that_the_document_describes_and_the_introduction_names_them() {
    let app = TestApp::start().await;
    let reply = get_from(&app.anonymous(), "/v1/support", LOCAL).await;
    let exposed = names(&reply, "access-control-expose-headers");
    // No page may read the cookie.
    let described = document()["components"]["headers"].as_object().unwrap().clone();
    for name in described.keys().filter(|name| *name != "Set-Cookie") {
        assert!(exposed.contains(&name.to_lowercase()), "{name}");
    }
    let introduction = documents::PUBLIC.describe(true).info.description.unwrap();
    for name in reply.header("access-control-expose-headers").split(", ") {
        assert!(introduction.contains(&format!("`{name}`")), "{name}");
    }
}

#[apply(on_sqlite)]
async fn pages_can_read_why_a_request_was_refused() {
    let app = TestApp::start_with(&[("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "1/3600")]).await;
    let anonymous = app.anonymous();
    let from_page = |method, path| anonymous.request(method, path).header("Origin", LOCAL);
    let form = |email: &str| from_page(Method::POST, "/v1/registrations").json(&json!({ "email": email }));
    send(form("a@clinic.example")).await.assert_status(202);
    let refused = [
        (send(from_page(Method::GET, "/v1/nowhere")).await, 404, "NOT_FOUND"),
        (send(from_page(Method::PUT, "/v1/support")).await, 405, "METHOD_NOT_ALLOWED"),
        (send(from_page(Method::GET, "/v1/account")).await, 401, "TOKEN_MISSING"),
        (send(from_page(Method::GET, "/v1/support?x")).await, 400, "INVALID_PARAMETER"),
        (send(from_page(Method::POST, "/v1/registrations")).await, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (send(form("a")).await, 422, "INVALID_CONTENT"),
        (send(form("b@clinic.example")).await, 429, "RATE_LIMITED"),
    ];
    for (reply, status, code) in &refused {
        reply.assert_problem(*status, code);
        assert_readable(reply, LOCAL);
    }
    let exposed = names(&refused[6].0, "access-control-expose-headers");
    for header in ["retry-after", "ratelimit", "ratelimit-policy"] {
        assert!(exposed.contains(header) && !refused[6].0.header(header).is_empty(), "{header}");
    }
    let unknown = preflight(&anonymous, "/v1/nowhere", "BREW", LOCAL).await;
    unknown.assert_status(204);
}

#[apply(on_sqlite)]
async fn a_page_can_read_why_a_request_did_not_arrive() {
    let app = TestApp::start_with(&[("TODOKEDE_BODY_SECONDS", "1")]).await;
    let long = "a".repeat(200 * 1024);
    let allowed = format!("\r\naccess-control-allow-origin: {LOCAL}\r\n");
    for (request, code) in [
        (format!("GET / HTTP/1.1\r\nHost: a\r\nOrigin: {LOCAL}\r\nX-Long: {long}\r\n\r\n"), "HEAD_TOO_LARGE"),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nOrigin: {LOCAL}\r\nX Y: b\r\n\r\n"), "MALFORMED_REQUEST"),
        (
            format!(
                "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nOrigin: {LOCAL}\r\nContent-Type: application/json\r\n\
                 Content-Length: 9\r\nConnection: close\r\n\r\n{{"
            ),
            "REQUEST_TIMEOUT",
        ),
    ] {
        for (request, is_allowed) in [(request.clone(), true), (request.replace(LOCAL, PORTAL), false)] {
            let mut connection = RawConnection::open(app.running.address).await;
            connection.send_bytes(request.as_bytes()).await;
            let answer = connection.read_to_end().await;
            assert!(answer.contains(code), "{answer}");
            assert_eq!(answer.contains(&allowed), is_allowed, "{answer}");
            assert_eq!(answer.contains("access-control-"), is_allowed, "{answer}");
            assert!(answer.contains("\r\nvary: Accept-Language, Authorization, Origin\r\n"), "{answer}");
        }
    }
}

#[apply(on_sqlite)]
async fn a_preflight_counts_for_its_route_and_is_answered_in_an_overload() {
    let app = TestApp::start_with(&[("TODOKEDE_MAX_REQUESTS_PER_CLIENT", "1")]).await;
    let _permit = app.running.state.traffic.admit(todokede::ops::traffic::RequestClass::Filing, "127.0.0.1");
    app.anonymous().get("/v1/support").await.assert_problem(503, "OVERLOADED");
    preflight(&app.anonymous(), "/v1/sessions", "POST", LOCAL).await.assert_status(204);
    let (report, backlog) =
        tokio::join!(app.running.state.readiness.report(), app.running.state.readiness.backlog());
    let metrics = app.running.state.metrics.text(&report, backlog, false).unwrap();
    let line = metrics.lines().find(|line| line.contains("OPTIONS")).unwrap();
    assert!(line.contains("/v1/sessions"), "{line}");
}

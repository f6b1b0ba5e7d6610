//! Every path and method of the OpenAPI document is served; every other is refused with the right problem.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use sha2::{Digest as _, Sha256};

use crate::support::contract::{ApiFixture, Operation, operations};
use crate::support::production::Production;
use crate::support::{RawConnection, TestApp, send};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Pages, answers with a body and without one, and refusals.
const PATHS: [&str; 8] = [
    "/livez",
    "/v1/support",
    "/v1/nowhere",
    "/v1/account",
    "/docs/",
    "/docs/staff/",
    "/problems/",
    "/openapi.json",
];

#[apply(on_both_databases)]
async fn every_answer_forbids_what_a_browser_must_not_do_with_it() {
    let app = TestApp::start().await;
    for path in PATHS {
        let reply = app.anonymous().get(path).await;
        let policy = reply.header("content-security-policy");
        for rule in ["default-src 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src"));
        let expected = path.starts_with("/docs/").then_some(" script-src 'self'");
        assert_eq!(scripts, expected, "{path}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("strict-transport-security"), "", "{path}: the sandbox has no HTTPS");
    }
}

#[apply(on_sqlite)]
async fn every_html_page_has_a_charset_and_allows_only_the_style_sheet_that_it_contains() {
    let app = TestApp::start().await;
    for path in [
        "/problems/",
        "/problems/invalid-content",
        "/problems/malformed-request",
        "/sandbox/links/registration",
        "/docs/",
        "/docs/staff/",
        "/docs/oauth2-redirect.html",
    ] {
        let reply = app.anonymous().get(path).await.assert_status(200);
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{path}");
        if path.starts_with("/docs/") {
            continue;
        }
        let (_, style) = reply.text.split_once("<style>").unwrap();
        let (style, rest) = style.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = reply.header("content-security-policy");
        assert!(policy.contains(&format!("style-src 'sha256-{digest}';")), "{path}: {policy}");
        assert!(!rest.contains("<style") && !reply.text.contains(" style="), "{path}: another style");
    }
}

#[apply(on_both_databases)]
async fn a_service_behind_https_says_that_browsers_must_always_use_https() {
    let production = Production::start().await;
    for path in PATHS {
        let reply = production.anonymous().get(path).await;
        assert_eq!(reply.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    production.stop().await;
}

#[apply(on_both_databases)]
async fn every_operation_is_served_and_head_gets_the_answer_of_get_without_a_body() {
    let fixture = ApiFixture::new().await;
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        let got = send(fixture.request(&operation, &fixture.clinic)).await;
        // The content of the fixture's upload has not been sent.
        let expected = if operation.id() == "getUploadContent" { 409 } else { 200 };
        assert_eq!(got.status, expected, "{}: {}", operation.id(), got.text);
        let head = Operation { method: Method::HEAD, ..operation };
        let headed = send(fixture.request(&head, &fixture.clinic)).await;
        assert_eq!((headed.status, headed.text.as_str()), (got.status, ""), "{}", head.id());
        assert_eq!(headed.header("content-type"), got.header("content-type"), "{}", head.id());
    }
    for operation in operations().into_iter().filter(|operation| operation.method != Method::GET) {
        let request = fixture.app.anonymous().request(operation.method.clone(), &fixture.path(&operation));
        let reply = send(request).await;
        assert!(![404, 405, 500].contains(&reply.status), "{}: {}", operation.id(), reply.text);
    }
}

#[apply(on_both_databases)]
async fn the_answer_to_head_has_no_body_even_if_another_request_follows() {
    let app = TestApp::start().await;
    let mut connection = RawConnection::open(app.running.address).await;
    let request_text =
        |method, path| format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let head_request = request_text("HEAD", "/sandbox/facilities").replace("Connection: close\r\n", "");
    connection.send(&format!("{head_request}{}", request_text("GET", "/livez"))).await;
    let answers = connection.read_to_end().await;
    // The server may also close the connection without an answer, or after the first one.
    let (head, rest) = answers.split_once("\r\n\r\n").unwrap_or_default();
    assert!(
        head.is_empty() || head.starts_with("HTTP/1.1 200") && !head.contains("content-length: 0"),
        "{head}"
    );
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 200"), "{rest}");
}

#[apply(on_both_databases)]
async fn the_files_of_swagger_ui_are_read_only_and_cached_for_an_hour() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for (file, media_type) in [
        ("", "text/html"),
        ("swagger-ui.css", "text/css"),
        ("index.html", "text/html"),
        ("staff/", "text/html"),
        ("staff/swagger-ui.css", "text/css"),
    ] {
        let path = format!("/docs/{file}");
        let reply = client.get(&path).await.assert_status(200);
        assert!(reply.header("content-type").starts_with(media_type), "{path}");
        assert_eq!(reply.header("cache-control"), "public, max-age=3600");
        let put = client.post(&path, &serde_json::json!({})).await;
        assert_eq!(put.assert_problem(405, "METHOD_NOT_ALLOWED").header("allow"), "GET, HEAD", "{path}");
    }
    for path in ["/docs/nothing.js", "/docs/../Cargo.toml", "/docs/%2e%2e/Cargo.toml"] {
        client.get(path).await.assert_problem(404, "NOT_FOUND");
    }
}

/// Whether a path matches a template such as `/v1/sessions/{id}`.
fn matches_template(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(expected, given)| expected.starts_with('{') || expected == given)
}

#[apply(on_both_databases)]
async fn a_method_that_a_path_lacks_is_refused_with_the_allowed_methods() {
    let fixture = ApiFixture::new().await;
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations() {
        let methods = paths.entry(operation.path.clone()).or_default();
        methods.insert(operation.method.to_string());
        if operation.method == Method::GET {
            methods.insert("HEAD".to_owned());
        }
    }
    for (template, allowed) in &paths {
        let path = template.replace("{id}", "dcl_x").replace("{round}", "2023");
        // `/v1/sessions/refresh` also matches `/v1/sessions/{id}`.
        let taken: BTreeSet<&String> = paths
            .iter()
            .filter(|(other, _)| matches_template(other, &path))
            .flat_map(|(_, methods)| methods)
            .collect();
        for method in METHODS
            .iter()
            .chain(&["OPTIONS", "TRACE"])
            .filter(|method| !taken.contains(&(**method).to_owned()))
        {
            let request = fixture.clinic.request(method.parse().unwrap(), &path);
            let reply = send(request).await;
            assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text);
            let shown: BTreeSet<String> = reply.header("allow").split(", ").map(str::to_owned).collect();
            assert_eq!(&shown, allowed, "{method} {path}");
            if *method != "HEAD" {
                reply.assert_problem(405, "METHOD_NOT_ALLOWED");
            }
        }
    }
}

#[apply(on_both_databases)]
async fn pages_and_documents_allow_get_and_head_only() {
    let app = TestApp::start().await;
    for path in [
        "/",
        "/docs",
        "/docs/staff",
        "/problems/",
        "/problems/not-found",
        "/openapi.json",
        "/openapi.yaml",
        "/openapi-staff.json",
        "/openapi-staff.yaml",
    ] {
        let reply = send(app.anonymous().request(Method::POST, path)).await;
        assert_eq!(reply.assert_problem(405, "METHOD_NOT_ALLOWED").header("allow"), "GET, HEAD", "{path}");
    }
}

#[apply(on_both_databases)]
async fn an_unknown_path_is_not_found() {
    let app = TestApp::start().await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/account/",
        "/V1/account",
        "/problems/nothing/more",
        "/v1//account",
        "/.env",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            send(app.anonymous().request(method, path)).await.assert_problem(404, "NOT_FOUND");
        }
    }
}

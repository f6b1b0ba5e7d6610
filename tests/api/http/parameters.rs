//! Invalid queries, paths and headers of every operation. The operations are read from the OpenAPI document.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::contract::{ApiFixture, Operation, operations};
use crate::support::{Reply, TestApp, send};

/// Adds a valid body, so that the request has only the fault that is tested.
fn with_valid_body(request: RequestBuilder, operation: &Operation) -> RequestBuilder {
    match operation.example() {
        Some(example) => request.json(example),
        None if operation.id() == "storeUploadContent" => request.body("x"),
        None => request,
    }
}

async fn send_to(fixture: &ApiFixture, operation: &Operation, path: &str) -> Reply {
    let request = fixture.clinic.request(operation.method.clone(), path);
    let request = request.header("Idempotency-Key", "valid-key").header("If-Match", "*");
    send(with_valid_body(request, operation)).await
}

#[apply(on_both_databases)]
async fn invalid_queries_are_refused() {
    let fixture = ApiFixture::new().await;
    for operation in operations() {
        let mut queries = Vec::new();
        if operation.has_parameter("page_size") {
            queries.extend([
                "page_size=0",
                "page_size=101",
                "page_size=-1",
                "page_size=x",
                "page_size=",
                "page_size=1.5",
            ]);
            queries.extend(["page_size=99999999999999999999", "page_size=1&page_size=2", "page_token=%21"]);
            queries.extend([
                "page_token=e30",
                "page_token=",
                "page_token=bnVsbA",
                "page_token=%ff",
                "surplus=1",
            ]);
        }
        if operation.has_parameter("prefecture") {
            queries.extend(["prefecture=1", "prefecture=x1", "prefecture=131", "kind=medical", "kind="]);
        }
        let path = fixture.path(&operation);
        let path = path.split('?').next().unwrap();
        for query in queries {
            let reply = send_to(&fixture, &operation, &format!("{path}?{query}")).await;
            assert_eq!(reply.status, 400, "{} ?{query}: {}", operation.id(), reply.text);
            reply.assert_problem(400, "INVALID_PARAMETER");
            let name = query.split('=').next().unwrap();
            assert_eq!(reply.body["errors"][0]["parameter"], name, "{}", reply.text);
        }
    }
}

#[apply(on_both_databases)]
async fn every_fault_of_a_query_is_named_at_once() {
    let app = TestApp::start().await;
    let reply = app
        .anonymous()
        .get("/sandbox/facilities?page_size=0&kind=CLINIC&x=1&page_token=a&page_token=b")
        .await;
    let errors = reply.assert_problem(400, "INVALID_PARAMETER").body["errors"].as_array().unwrap();
    let seen: Vec<_> =
        errors.iter().map(|error| (error["parameter"].clone(), error["code"].clone())).collect();
    let expected = [
        ("page_size", "OUT_OF_RANGE"),
        ("kind", "UNKNOWN_VALUE"),
        ("x", "UNKNOWN_PARAMETER"),
        ("page_token", "REPEATED_PARAMETER"),
    ];
    assert_eq!(seen, expected.map(|(name, code)| (json!(name), json!(code))));
    assert!(errors.iter().all(|error| error["detail"].as_str().unwrap().ends_with('。')), "{}", reply.text);
}

#[apply(on_both_databases)]
async fn invalid_ids_are_not_found() {
    let fixture = ApiFixture::new().await;
    let long = "x".repeat(5_000);
    for operation in operations().into_iter().filter(|operation| operation.path.contains('{')) {
        let ids = [
            "1",
            "dcl_",
            "acc_0h2k4m6p8r0t2v4x6z8b0d2f4h",
            "%00",
            "%ff",
            "%27%3B--",
            "..%2f..",
            "%F0%9F%98%80",
            "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4!",
            &long,
        ];
        for id in ids {
            let path = operation.path.replace("{id}", id).replace("{round}", id);
            let reply = send_to(&fixture, &operation, &path).await;
            assert_eq!(reply.status, 404, "{} {path}: {}", operation.id(), reply.text);
            reply.assert_problem(404, "NOT_FOUND");
        }
    }
}

#[apply(on_both_databases)]
async fn invalid_idempotency_keys_are_refused() {
    let fixture = ApiFixture::new().await;
    let long = "k".repeat(256);
    for operation in operations().into_iter().filter(|operation| operation.has_parameter("Idempotency-Key")) {
        for key in ["", "\"\"", "two words", "\"open", &long] {
            let request = fixture.clinic.request(operation.method.clone(), &fixture.path(&operation));
            let request =
                with_valid_body(request.header("If-Match", "*").header("Idempotency-Key", key), &operation);
            let reply = send(request).await;
            assert_eq!(reply.status, 400, "{} {key}: {}", operation.id(), reply.text);
            reply.assert_problem(400, "INVALID_PARAMETER");
            assert_eq!(reply.body["errors"][0]["header"], "Idempotency-Key", "{}", reply.text);
        }
    }
}

#[apply(on_both_databases)]
async fn a_query_parameter_that_an_operation_does_not_have_is_refused_and_has_no_effect() {
    let fixture = ApiFixture::new().await;
    for operation in operations()
        .into_iter()
        .filter(|operation| !operation.parameters().any(|parameter| parameter["in"] == "query"))
    {
        for query in ["validate_only=true", "dry_run=true", "x", "%00"] {
            let path = format!("{}?{query}", fixture.path(&operation));
            let request = fixture.clinic.request(operation.method.clone(), &path).header("If-Match", "*");
            let request = with_valid_body(request.header("Idempotency-Key", "valid-key"), &operation);
            let reply = send(request).await;
            assert_eq!(reply.status, 400, "{} {query}: {}", operation.id(), reply.text);
            reply.assert_problem(400, "INVALID_PARAMETER");
        }
    }
    fixture.clinic.get("/v1/account").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn the_character_nul_is_refused_in_every_query_parameter() {
    let fixture = ApiFixture::new().await;
    for operation in operations() {
        for parameter in operation.parameters().filter(|parameter| parameter["in"] == "query") {
            let path = fixture.path(&operation).split('?').next().unwrap().to_owned();
            let path = format!("{path}?{}=a%00", parameter["name"].as_str().unwrap());
            let request = fixture.clinic.request(operation.method.clone(), &path).header("If-Match", "*");
            let request = with_valid_body(request.header("Idempotency-Key", "valid-key"), &operation);
            send(request).await.assert_problem(400, "INVALID_PARAMETER");
        }
    }
}

#[apply(on_both_databases)]
async fn a_change_needs_the_etag_of_the_current_version() {
    let fixture = ApiFixture::new().await;
    for operation in operations().into_iter().filter(|operation| operation.has_parameter("If-Match")) {
        for (tag, status, code) in [
            (None, 428, "PRECONDITION_REQUIRED"),
            (Some(""), 428, "PRECONDITION_REQUIRED"),
            (Some("\"outdated\""), 412, "PRECONDITION_FAILED"),
            (Some("W/\"outdated\""), 412, "PRECONDITION_FAILED"),
        ] {
            let request = fixture.clinic.request(operation.method.clone(), &fixture.path(&operation));
            let request = tag.into_iter().fold(request, |request, tag| request.header("If-Match", tag));
            let reply =
                send(with_valid_body(request.header("Idempotency-Key", "valid-key"), &operation)).await;
            assert_eq!(reply.status, status, "{} {tag:?}: {}", operation.id(), reply.text);
            reply.assert_problem(status, code);
        }
    }
}

#[apply(on_both_databases)]
async fn a_valid_request_id_is_kept_and_an_invalid_one_is_replaced() {
    let fixture = ApiFixture::new().await;
    let send_with_id =
        |id: String| send(fixture.clinic.request(Method::GET, "/v1/nothing").header("X-Request-Id", id));
    let valid = "clinic-2023-0001".to_owned();
    assert_eq!(
        send_with_id(valid.clone()).await.assert_problem(404, "NOT_FOUND").header("x-request-id"),
        valid
    );
    for invalid in [
        "x".repeat(65),
        "x".repeat(8_000),
        "short".into(),
        "with space in it".into(),
        "<script>alert(1)".into(),
    ] {
        let reply = send_with_id(invalid.clone()).await;
        let given = reply.assert_problem(404, "NOT_FOUND").header("x-request-id");
        assert!(given != invalid && given.len() == 36, "{given}");
        assert!(!reply.text.contains(&invalid), "{}", reply.text);
    }
}

#[apply(on_both_databases)]
async fn unusual_headers_do_not_change_the_answer() {
    let fixture = ApiFixture::new().await;
    for (name, value) in [
        ("Accept-Language", ";;q=,,en;q=NaN,ja;q=inf"),
        ("If-None-Match", "\",\",,\"\"\""),
        ("X-Forwarded-For", "' OR 1=1, ::, 999.1.1.1"),
        ("User-Agent", "\"><script>"),
        ("Accept", "text/html"),
        ("Range", "bytes=5-1"),
    ] {
        let request = fixture.clinic.request(Method::GET, "/v1/account").header(name, value);
        assert_eq!(
            send(request).await.assert_status(200).body["email"],
            json!(fixture.clinic.email),
            "{name}"
        );
    }
}

#[apply(on_both_databases)]
async fn invalid_queries_of_the_sandbox_are_refused() {
    let app = TestApp::start().await;
    for query in [
        "messages?page_size=0",
        "messages?page_size=101",
        "messages?page_size=x",
        "messages?page_token=x",
        "messages?sender=x",
        "facilities?prefecture=1",
        "facilities?prefecture=%25%25",
        "facilities?prefecture=131",
        "facilities?kind=CLINIC",
        "facilities?kind=medical",
        "facilities?page_token=%00",
    ] {
        let reply = app.anonymous().get(&format!("/sandbox/{query}")).await;
        reply.assert_problem(400, "INVALID_PARAMETER");
    }
}

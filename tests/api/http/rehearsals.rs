//! Rehearsals: a request with `validate_only=true` is checked and answered, but stores nothing.

use serde_json::json;

use crate::support::contract::{ApiFixture, operations};
use crate::support::{PASSWORD, Rows, TestApp, forms, send};

/// The number of rows of each table, and of used links, ended sessions and replaced refresh tokens.
fn stored_rows(app: &TestApp) -> Vec<i64> {
    let tables = [
        "accounts",
        "links",
        "link_requests",
        "sessions",
        "refresh_tokens",
        "known_devices",
        "outbox",
        "audit_log",
        "idempotency_keys",
        "declarations",
        "successions",
        "former_facilities",
        "postal_items",
        "uploads",
    ];
    let marks = [("links", "used_at"), ("sessions", "ended_at"), ("refresh_tokens", "replaced_at")];
    let marked = marks.map(|(table, column)| app.rows(table).with_non_null(column));
    tables.map(|table| app.rows(table)).iter().chain(&marked).map(Rows::count).collect()
}

#[apply(on_both_databases)]
async fn a_rehearsal_of_any_operation_that_takes_one_stores_nothing() {
    let fixture = ApiFixture::new().await;
    let app = &fixture.app;
    let registration = app.registration_token("new@clinic.example").await;
    let form = forms::account(&registration, &app.unused_facility("MEDICAL").await);
    let (new_clinic, declaration) = (app.clinic().await, forms::no_network());
    let account = fixture.clinic.get("/v1/account").await.assert_status(200);
    let before = stored_rows(app);
    let rehearsed = operations().into_iter().filter(|operation| operation.has_parameter("validate_only"));
    for operation in rehearsed.filter(|operation| operation.id() != "storeUploadContent") {
        let reply = match operation.id() {
            "createAccount" => app.anonymous().post("/v1/accounts?validate_only=true", &form).await,
            "fileDeclaration" => send(fixture.request(&operation, &new_clinic).json(&declaration)).await,
            "reviseDeclaration" => {
                send(fixture.request(&operation, &fixture.clinic).json(&declaration)).await
            }
            "fileSuccession" => fixture.send(&operation, &new_clinic).await,
            _ => fixture.send(&operation, &fixture.clinic).await,
        };
        assert!([200, 204].contains(&reply.status), "{}: {}", operation.id(), reply.text);
        assert_eq!(stored_rows(app), before, "{}", operation.id());
    }
    let after = fixture.clinic.get("/v1/account").await.assert_status(200);
    assert_eq!((after.etag(), &after.text), (account.etag(), &account.text));
}

#[test]
fn an_operation_that_takes_a_password_or_a_token_of_an_account_cannot_be_rehearsed() {
    let secrets = ["password", "current_password", "token", "refresh_token"];
    for operation in operations().iter().filter(|operation| operation.has_parameter("validate_only")) {
        let members = operation.example().cloned().unwrap_or_default();
        let taken = secrets.iter().filter(|secret| members.get(**secret).is_some());
        // A registration needs its rehearsal for the confirmation screen. Its password belongs to no account yet.
        assert!(operation.id() == "createAccount" || taken.count() == 0, "{}", operation.id());
        assert!(!operation.path.starts_with("/v1/sessions"), "{}", operation.id());
    }
}

#[apply(on_both_databases)]
async fn the_rehearsal_of_a_registration_shows_what_the_registration_stores() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("PHARMACY").await);
    let rehearsed = app.anonymous().post("/v1/accounts?validate_only=true", &form).await.assert_status(200);
    let created = app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    for member in ["email", "facility", "founder", "contact"] {
        assert_eq!(rehearsed.body[member], created.body[member], "{member}");
    }
    assert_eq!(rehearsed.body.get("id"), None);
    let mails = rehearsed.body["mails"].as_array().unwrap();
    assert_eq!(mails.len(), 1);
    let sent = app.mails("new@clinic.example", mails[0]["kind"].as_str().unwrap()).await;
    assert_eq!((&sent[0]["subject"], &sent[0]["to"]), (&mails[0]["subject"], &mails[0]["to"]));
    assert!(!rehearsed.text.contains(PASSWORD) && !rehearsed.text.contains(&token));
}

#[apply(on_both_databases)]
async fn validate_only_takes_true_or_false_and_nothing_else() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let body = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    for query in ["validate_only=1", "validate_only=", "validate_only=TRUE", "validate=true", "dry_run=true"]
    {
        let reply = clinic.patch(&format!("/v1/account?{query}"), &body, "*").await;
        reply.assert_problem(400, "INVALID_PARAMETER");
    }
    assert_ne!(clinic.get("/v1/account").await.body["contact"]["name"], "架空 三郎");
    clinic.patch("/v1/account?validate_only=false", &body, "*").await.assert_status(200);
    assert_eq!(clinic.get("/v1/account").await.body["contact"]["name"], "架空 三郎");
}

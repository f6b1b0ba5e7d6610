//! Previews: operations that answer what a write would store, for the confirmation screen.

use crate::support::contract::{ApiFixture, Operation, operations};
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

/// The operations that have a preview, and their previews: those of the letter's confirmation screens.
const PREVIEWED: [(&str, &str); 6] = [
    ("createAccount", "previewAccount"),
    ("changeAccount", "previewAccountChange"),
    ("fileDeclaration", "previewDeclaration"),
    ("reviseDeclaration", "previewDeclarationRevision"),
    ("fileSuccession", "previewSuccession"),
    ("reviseSuccession", "previewSuccessionRevision"),
];

#[apply(on_both_databases)]
async fn no_preview_stores_anything() {
    let fixture = ApiFixture::new().await;
    let app = &fixture.app;
    let registration = app.registration_token("new@clinic.example").await;
    let form = forms::account(&registration, &app.unused_facility("MEDICAL").await);
    let (new_clinic, declaration) = (app.clinic().await, forms::no_network());
    let account = fixture.clinic.get("/v1/account").await.assert_status(200);
    let before = stored_rows(app);
    for operation in operations().into_iter().filter(|operation| operation.path.ends_with("/preview")) {
        let reply = match operation.id() {
            "previewAccount" => app.anonymous().post("/v1/accounts/preview", &form).await,
            "previewDeclaration" => send(fixture.request(&operation, &new_clinic).json(&declaration)).await,
            "previewDeclarationRevision" => {
                send(fixture.request(&operation, &fixture.clinic).json(&declaration)).await
            }
            "previewSuccession" => fixture.send(&operation, &new_clinic).await,
            _ => fixture.send(&operation, &fixture.clinic).await,
        };
        let reply = reply.assert_status(200);
        assert_eq!((reply.etag(), reply.header("location")), ("", ""), "{}", operation.id());
        assert!(reply.body["mails"].is_array(), "{}", operation.id());
        assert_eq!(stored_rows(app), before, "{}", operation.id());
    }
    let after = fixture.clinic.get("/v1/account").await.assert_status(200);
    assert_eq!((after.etag(), &after.text), (account.etag(), &account.text));
}

#[test]
fn every_confirmation_screen_has_a_preview_with_the_same_form_and_nothing_else_has_one() {
    let all = operations();
    let find = |id: &str| all.iter().find(|operation| operation.id() == id).unwrap();
    for (write, preview) in PREVIEWED.map(|(write, preview)| (find(write), find(preview))) {
        assert_eq!(write.spec["requestBody"], preview.spec["requestBody"], "{}", preview.id());
        assert_eq!(preview.path, format!("{}/preview", write.path), "{}", preview.id());
        assert_eq!(preview.has_parameter("If-Match"), write.has_parameter("If-Match"), "{}", preview.id());
        assert!(!preview.has_parameter("Idempotency-Key"), "{}", preview.id());
        let statuses = |operation: &Operation, kept: fn(&str) -> bool| {
            let statuses = operation.spec["responses"].as_object().unwrap().keys();
            statuses.filter(|status| kept(status)).cloned().collect::<Vec<_>>()
        };
        let is_refusal = |status: &str| status.starts_with('4');
        assert_eq!(statuses(preview, is_refusal), statuses(write, is_refusal), "{}", preview.id());
    }
    let previews = all.iter().filter(|operation| operation.id().starts_with("preview"));
    assert_eq!(previews.count(), PREVIEWED.len());
}

#[test]
fn every_operation_has_one_success_status_and_no_range_of_statuses() {
    for operation in operations() {
        let statuses: Vec<_> = operation.spec["responses"].as_object().unwrap().keys().collect();
        let successful = statuses.iter().filter(|status| status.starts_with('2')).count();
        let redirecting = statuses.iter().filter(|status| ["302", "303"].contains(&status.as_str())).count();
        assert_eq!(successful + redirecting, 1, "{}: {statuses:?}", operation.id());
        for status in statuses {
            assert!(status.parse::<u16>().is_ok(), "{}: {status}", operation.id());
        }
    }
}

#[apply(on_both_databases)]
async fn the_preview_of_a_registration_shows_what_the_registration_stores() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("PHARMACY").await);
    let preview = app.anonymous().post("/v1/accounts/preview", &form).await.assert_status(200);
    let created = app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    for member in ["email", "facility", "founder", "contact"] {
        assert_eq!(preview.body[member], created.body[member], "{member}");
    }
    assert_eq!(preview.body.get("id"), None);
    let mails = preview.body["mails"].as_array().unwrap();
    assert_eq!(mails.len(), 1);
    let sent = app.mails("new@clinic.example", mails[0]["kind"].as_str().unwrap()).await;
    assert_eq!((&sent[0]["subject"], &sent[0]["to"]), (&mails[0]["subject"], &mails[0]["to"]));
    assert!(!preview.text.contains(PASSWORD) && !preview.text.contains(&token));
}

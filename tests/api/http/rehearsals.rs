//! Rehearsals: a request with `validate_only=true` is checked and answered, but stores nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Rows, TestApp, forms, send};

/// A valid password that differs from `PASSWORD`.
const OTHER_PASSWORD: &str = "雪の朝に隣の犬と川岸まで歩いた";

/// The number of rows of each table, and of used links, ended sessions and replaced refresh tokens.
fn stored_rows(app: &TestApp) -> Vec<i64> {
    let tables = [
        "accounts",
        "links",
        "sessions",
        "refresh_tokens",
        "known_clients",
        "outbox",
        "audit_log",
        "idempotency_keys",
        "declarations",
        "successions",
        "former_facilities",
        "postal_items",
    ];
    let marks = [("links", "used_at"), ("sessions", "ended_at"), ("refresh_tokens", "replaced_at")];
    let marked = marks.map(|(table, column)| app.rows(table).with_non_null(column));
    tables.map(|table| app.rows(table)).iter().chain(&marked).map(Rows::count).collect()
}

#[apply(on_both_databases)]
async fn a_rehearsal_of_any_write_stores_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let anonymous = app.anonymous();
    let registration = app.registration_token("new@clinic.example").await;
    anonymous.post("/v1/password-resets", &json!({ "email": clinic.email })).await.assert_status(202);
    let reset = app.token(&clinic.email, "PASSWORD_RESET").await;
    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
    let email_change = app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await;
    let form = forms::account(&registration, &app.unused_facility("MEDICAL").await);
    let account = clinic.get("/v1/account").await.assert_status(200);
    let post = Method::POST;
    let writes: Vec<(&Client, Method, &str, Value, u16)> = vec![
        (&anonymous, post.clone(), "/v1/registrations", json!({ "email": "other@clinic.example" }), 202),
        (&anonymous, post.clone(), "/v1/registrations", json!({ "email": clinic.email }), 202),
        (&anonymous, post.clone(), "/v1/accounts", form, 200),
        (
            &anonymous,
            post.clone(),
            "/v1/sessions",
            json!({ "email": clinic.email, "password": PASSWORD }),
            200,
        ),
        (
            &anonymous,
            post.clone(),
            "/v1/sessions/refresh",
            json!({ "refresh_token": clinic.refresh_token }),
            200,
        ),
        (&clinic, Method::DELETE, "/v1/sessions/current", json!({}), 200),
        (&anonymous, post.clone(), "/v1/password-resets", json!({ "email": clinic.email }), 202),
        (
            &anonymous,
            post.clone(),
            "/v1/password-resets/completion",
            json!({ "token": reset, "password": OTHER_PASSWORD }),
            200,
        ),
        (&clinic, post.clone(), "/v1/account/email-changes", change, 202),
        (&anonymous, post, "/v1/account/email-changes/completion", json!({ "token": email_change }), 200),
        (
            &clinic,
            Method::PATCH,
            "/v1/account",
            json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } }),
            200,
        ),
        (
            &clinic,
            Method::PUT,
            "/v1/account/password",
            json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD }),
            200,
        ),
    ];
    let before = stored_rows(&app);
    for (client, method, path, body, status) in writes {
        let request = client
            .request(method, &format!("{path}?validate_only=true"))
            .header("If-Match", "*")
            .header("Idempotency-Key", "rehearsal")
            .json(&body);
        let reply = send(request).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text);
        assert_eq!(stored_rows(&app), before, "{path}");
    }
    let after = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!((after.etag(), &after.text), (account.etag(), &account.text));
    clinic.log_in_again(&app).await;
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
    let body = json!({ "email": "a@clinic.example" });
    for query in ["validate_only=1", "validate_only=", "validate_only=TRUE", "validate=true", "dry_run=true"]
    {
        let reply = app.anonymous().post(&format!("/v1/registrations?{query}"), &body).await;
        reply.assert_problem(400, "INVALID_PARAMETER");
    }
    assert_eq!(app.rows("links").count(), 0);
    app.anonymous().post("/v1/registrations?validate_only=false", &body).await.assert_status(202);
    assert_eq!(app.mails("a@clinic.example", "PROVISIONAL_REGISTRATION").await.len(), 1);
}

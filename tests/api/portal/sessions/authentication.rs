//! What moves the account or its rights requires a password of the last 15 minutes.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp, forms, send};

/// Refreshes a session some time after its login.
async fn refresh_after(app: &TestApp, clinic: &FacilityClient, pause: Duration) -> Client {
    app.advance(pause);
    let form = json!({ "refresh_token": clinic.refresh_token });
    let reply = app.anonymous().post("/v1/sessions/refresh", &form).await.assert_status(201);
    clinic.with_token(reply.body["access_token"].as_str().unwrap())
}

async fn confirm(client: &Client, password: &str) -> Reply {
    let request = client.request(Method::PUT, "/v1/sessions/current/authentication");
    send(request.json(&json!({ "password": password }))).await
}

fn assert_refused(reply: &Reply) {
    reply.assert_problem(401, "REAUTHENTICATION_REQUIRED");
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=900";
    assert_eq!(reply.header("www-authenticate"), challenge);
}

fn new_contact() -> Value {
    json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } })
}

#[apply(on_both_databases)]
async fn an_old_session_changes_neither_the_account_nor_its_rights_until_the_password_is_confirmed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    let mut waiting = form.clone();
    waiting["successor"]["code"] = json!("1319999990");
    let session = refresh_after(&app, &clinic, Duration::minutes(15)).await;
    let key = uuid::Uuid::new_v4().to_string();
    let refused = [
        session.patch("/v1/account", &new_contact(), "*").await,
        session.preview_of("/v1/account", &new_contact(), "*").await,
        session.patch("/v1/account", &json!({ "contact": { "name": "" } }), "*").await,
        session.file_with_key("/v1/successions", &form, &key).await,
        session.file("/v1/successions/preview", &form).await,
    ];
    for reply in &refused {
        assert_refused(reply);
    }
    assert_eq!(app.rows("successions").count(), 0);
    // A declaration only concerns the facility itself, and its deadline does not wait.
    session.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    session.get("/v1/account").await.assert_status(200);

    let confirmed = confirm(&session, PASSWORD).await.assert_status(200);
    let until: chrono::DateTime<chrono::Utc> =
        confirmed.body["authenticated_until"].as_str().unwrap().parse().unwrap();
    let left = until - app.now();
    assert!(left > Duration::minutes(14) && left <= Duration::minutes(15), "{left}");
    session.patch("/v1/account", &new_contact(), "*").await.assert_status(200);
    session.file_with_key("/v1/successions", &form, &key).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn the_correction_of_a_succession_requires_the_password_and_its_withdrawal_does_not() {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff")]).await;
    let clinic = app.clinic().await;
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    let filed = clinic.file("/v1/successions", &form).await.assert_status(201);
    let path = format!("/v1/successions/{}", filed.body["id"].as_str().unwrap());
    let session = refresh_after(&app, &clinic, Duration::minutes(16)).await;
    assert_refused(&session.put(&path, &form, filed.etag()).await);
    session.withdraw(&path, filed.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_password_counts_for_fifteen_minutes_and_only_in_its_session() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let session = refresh_after(&app, &clinic, Duration::minutes(14)).await;
    session.patch("/v1/account", &new_contact(), "*").await.assert_status(200);
    app.advance(Duration::minutes(1));
    assert_refused(&session.patch("/v1/account", &new_contact(), "*").await);
    let other_session = clinic.log_in_again(&app).await;
    other_session.patch("/v1/account", &new_contact(), "*").await.assert_status(200);
    assert_refused(&session.patch("/v1/account", &new_contact(), "*").await);
    let sessions = session.get("/v1/sessions").await.assert_status(200);
    let until = |number: usize| sessions.body["items"][number]["authenticated_until"].as_str().unwrap();
    assert!(until(0) > until(1), "{}", sessions.text);
}

#[apply(on_both_databases)]
async fn a_wrong_password_confirms_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let session = refresh_after(&app, &clinic, Duration::minutes(16)).await;
    confirm(&session, "guess").await.assert_faults(&[("/password", "PASSWORD_WRONG")]);
    confirm(&session, "").await.assert_faults(&[("/password", "PASSWORD_WRONG")]);
    assert_refused(&session.patch("/v1/account", &new_contact(), "*").await);
    confirm(&app.anonymous(), PASSWORD).await.assert_problem(401, "TOKEN_MISSING");
    session.delete("/v1/sessions/current").await.assert_status(204);
    confirm(&session, PASSWORD).await.assert_problem(401, "SESSION_ENDED");
}

#[apply(on_both_databases)]
async fn the_owner_gets_a_mail_about_a_change_and_none_if_nothing_changes() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let own = clinic.get("/v1/account").await.assert_status(200);
    clinic.patch("/v1/account", &json!({}), "*").await.assert_status(200);
    clinic.patch("/v1/account", &json!({ "contact": own.body["contact"] }), "*").await.assert_status(200);
    assert_eq!(app.rows("outbox").with("kind", "ACCOUNT_CHANGED").count(), 0);
    clinic.patch("/v1/account", &new_contact(), "*").await.assert_status(200);
    let mails = app.mails(&clinic.email, "ACCOUNT_CHANGED").await;
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("変更された項目：担当者") && !text.contains("架空 三郎"), "{text}");
}

//! A password reset replaces a forgotten password with a mailed link, and ends all sessions and other links of the
//! account.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{FacilityClient, PASSWORD, TestApp};

/// A valid password that differs from `PASSWORD`.
const OTHER_PASSWORD: &str = "雪の朝に隣の犬と川岸まで歩いた";
const REQUEST_PATH: &str = "/v1/password-resets";
const COMPLETION_PATH: &str = "/v1/password-resets/completion";

async fn reset_token(app: &TestApp, email: &str) -> String {
    app.anonymous().post(REQUEST_PATH, &json!({ "email": email })).await.assert_status(202);
    app.token(email, "PASSWORD_RESET").await
}

#[apply(on_both_databases)]
async fn a_password_reset_replaces_the_password_and_ends_every_session_of_the_account() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.log_in_again(&app).await;
    let neighbour = app.clinic().await;
    let token = reset_token(&app, &clinic.email).await;
    clinic.get("/v1/account").await.assert_status(200);

    let form = json!({ "token": token, "password": OTHER_PASSWORD });
    let completed = app.anonymous().post(COMPLETION_PATH, &form).await.assert_status(204);
    assert_eq!(completed.text, "");
    for ended in [&clinic, &other] {
        ended.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
        let refresh = json!({ "refresh_token": ended.refresh_token });
        app.anonymous()
            .post("/v1/sessions/refresh", &refresh)
            .await
            .assert_problem(401, "REFRESH_TOKEN_INVALID");
    }
    neighbour.get("/v1/account").await.assert_status(200);
    let old = json!({ "email": clinic.email, "password": PASSWORD });
    app.anonymous().post("/v1/sessions", &old).await.assert_problem(401, "LOGIN_FAILED");
    FacilityClient::log_in(&app, &clinic.email, OTHER_PASSWORD, String::new()).await;
    assert_eq!(app.mails(&clinic.email, "PASSWORD_RESET_COMPLETED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn known_and_unknown_addresses_get_the_same_answer_and_only_known_ones_get_a_mail() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let anonymous = app.anonymous();
    let known = anonymous
        .post(REQUEST_PATH, &json!({ "email": clinic.email.to_uppercase() }))
        .await
        .assert_status(202);
    let unknown =
        anonymous.post(REQUEST_PATH, &json!({ "email": "nobody@clinic.example" })).await.assert_status(202);
    assert_eq!(known.text, unknown.text);
    let names = |reply: &crate::support::Reply| {
        let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(app.mails(&clinic.email, "PASSWORD_RESET").await.len(), 1);
    assert_eq!(app.rows("outbox").with("recipient", "nobody@clinic.example").count(), 0);
}

#[apply(on_both_databases)]
async fn a_reset_link_is_valid_for_one_hour() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let token = reset_token(&app, &clinic.email).await;
    let form = json!({ "token": token, "password": OTHER_PASSWORD });
    app.advance(Duration::hours(1));
    app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(410, "LINK_EXPIRED");
    clinic.log_in_again(&app).await;

    let token = reset_token(&app, &clinic.email).await;
    let form = json!({ "token": token, "password": OTHER_PASSWORD });
    app.advance(Duration::minutes(59));
    app.anonymous().post(COMPLETION_PATH, &form).await.assert_status(204);
}

#[apply(on_both_databases)]
async fn the_use_of_a_reset_link_or_a_change_of_password_ends_all_reset_links() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (first, second) = (reset_token(&app, &clinic.email).await, reset_token(&app, &clinic.email).await);
    app.anonymous()
        .post(COMPLETION_PATH, &json!({ "token": second, "password": OTHER_PASSWORD }))
        .await
        .assert_status(204);
    for used in [first, second] {
        let form = json!({ "token": used, "password": PASSWORD });
        app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(410, "LINK_USED");
    }
    let third = reset_token(&app, &clinic.email).await;
    let clinic = FacilityClient::log_in(&app, &clinic.email, OTHER_PASSWORD, String::new()).await;
    let change = json!({ "current_password": OTHER_PASSWORD, "new_password": PASSWORD });
    clinic.put("/v1/account/password", &change, "*").await.assert_status(200);
    let form = json!({ "token": third, "password": OTHER_PASSWORD });
    app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(410, "LINK_USED");
    app.mails(&clinic.email, "PASSWORD_RESET_COMPLETED").await;
}

#[apply(on_both_databases)]
async fn of_many_simultaneous_uses_of_one_reset_link_one_succeeds() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let token = reset_token(&app, &clinic.email).await;
    let requests = (0..4).map(|_| {
        let (anonymous, form) = (app.anonymous(), json!({ "token": token, "password": OTHER_PASSWORD }));
        async move { anonymous.post(COMPLETION_PATH, &form).await.status }
    });
    let mut statuses = join_all(requests).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410, 410, 410]);
    assert_eq!(app.mails(&clinic.email, "PASSWORD_RESET_COMPLETED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn unknown_tokens_and_tokens_of_other_operations_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let registration = app.registration_token("new@clinic.example").await;
    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
    let email_change = app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await;
    for token in [registration, email_change, clinic.refresh_token.clone(), "k".repeat(43), "x".to_owned()] {
        let form = json!({ "token": token, "password": OTHER_PASSWORD });
        app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(404, "LINK_UNKNOWN");
    }
    let reset = reset_token(&app, &clinic.email).await;
    let token = json!({ "token": reset });
    app.anonymous().post("/v1/registrations/confirmation", &token).await.assert_problem(404, "LINK_UNKNOWN");
    clinic.post("/v1/account/email-changes/completion", &token).await.assert_problem(404, "LINK_UNKNOWN");
    clinic.log_in_again(&app).await;
}

#[apply(on_both_databases)]
async fn a_reset_link_is_valid_only_for_the_address_that_it_was_mailed_to() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let token = reset_token(&app, &clinic.email).await;
    // The operations of the service end the link when the address changes, so the test changes the row.
    let account = app.rows("accounts").with("email_key", &clinic.email);
    account.set("email", "office@clinic.example");
    let form = json!({ "token": token, "password": OTHER_PASSWORD });
    app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(410, "LINK_USED");
}

#[apply(on_both_databases)]
async fn missing_and_invalid_members_are_reported() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    anonymous.post(REQUEST_PATH, &json!({})).await.assert_faults(&[("/email", "REQUIRED")]);
    let reply = anonymous.post(COMPLETION_PATH, &json!({})).await;
    reply.assert_faults(&[("/token", "REQUIRED"), ("/password", "REQUIRED")]);
    let reply = anonymous
        .post(COMPLETION_PATH, &json!({ "token": 5, "password": OTHER_PASSWORD, "code": "1" }))
        .await;
    reply.assert_faults(&[("/token", "WRONG_TYPE"), ("/code", "UNKNOWN_MEMBER")]);
}

#[apply(on_both_databases)]
async fn a_password_reset_ends_the_link_of_a_pending_change_of_address() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let thief = json!({ "email": "thief@elsewhere.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &thief).await.assert_status(202);
    let stolen = app.token("thief@elsewhere.example", "EMAIL_CHANGE_CONFIRMATION").await;
    let token = reset_token(&app, &clinic.email).await;
    app.anonymous()
        .post(COMPLETION_PATH, &json!({ "token": token, "password": OTHER_PASSWORD }))
        .await
        .assert_status(204);

    let clinic = FacilityClient::log_in(&app, &clinic.email, OTHER_PASSWORD, String::new()).await;
    let completion = json!({ "token": stolen });
    let reply = clinic.post("/v1/account/email-changes/completion", &completion).await;
    reply.assert_problem(410, "LINK_USED");
    app.mails(&clinic.email, "PASSWORD_RESET_COMPLETED").await;
}

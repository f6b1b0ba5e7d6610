//! A change of the login address needs the password and a link that is mailed to the new address. The old address
//! gets a mail at the request and at the completion.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{FacilityClient, PASSWORD, TestApp, forms};

const REQUEST_PATH: &str = "/v1/account/email-changes";
const COMPLETION_PATH: &str = "/v1/account/email-changes/completion";
/// The new address.
const NEW_ADDRESS: &str = "office@clinic.example";

async fn change_token(app: &TestApp, clinic: &FacilityClient, email: &str) -> String {
    clinic.post(REQUEST_PATH, &json!({ "email": email, "password": PASSWORD })).await.assert_status(202);
    app.token(email, "EMAIL_CHANGE_CONFIRMATION").await
}

#[apply(on_both_databases)]
async fn the_link_mailed_to_the_new_address_changes_it_and_the_old_address_gets_two_mails() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let etag = clinic.get("/v1/account").await.etag().to_owned();
    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    let notice = app.mails(&clinic.email, "EMAIL_CHANGE_REQUESTED").await;
    let text = notice[0]["text"].as_str().unwrap();
    assert!(text.contains("o***@clinic.example") && !text.contains(NEW_ADDRESS), "{text}");
    assert_eq!(clinic.get("/v1/account").await.body["email"], *clinic.email);

    let completed = clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_status(200);
    assert_eq!(completed.body, json!({ "email": NEW_ADDRESS }));
    assert_eq!(app.mails(&clinic.email, "EMAIL_CHANGED").await.len(), 1);
    let account = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(account.body["email"], NEW_ADDRESS);
    assert_ne!(account.etag(), etag);
    let old = json!({ "email": clinic.email, "password": PASSWORD });
    app.anonymous().post("/v1/sessions", &old).await.assert_problem(401, "LOGIN_FAILED");
    FacilityClient::log_in(&app, NEW_ADDRESS, PASSWORD, String::new()).await;
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_problem(410, "LINK_USED");
}

#[apply(on_both_databases)]
async fn a_stranger_who_gets_the_link_because_of_a_mistyped_address_cannot_use_it() {
    let app = TestApp::start().await;
    let (clinic, stranger) = (app.clinic().await, app.clinic().await);
    let mistyped = change_token(&app, &clinic, "offlce@clinic.example").await;
    let form = json!({ "token": mistyped });
    app.anonymous().post(COMPLETION_PATH, &form).await.assert_problem(401, "TOKEN_MISSING");
    stranger.post(COMPLETION_PATH, &form).await.assert_problem(404, "LINK_UNKNOWN");

    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    clinic.post(COMPLETION_PATH, &form).await.assert_problem(410, "LINK_USED");
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_status(200);
    assert_eq!(clinic.get("/v1/account").await.body["email"], NEW_ADDRESS);
}

#[apply(on_both_databases)]
async fn a_request_for_a_taken_address_also_ends_earlier_links() {
    let app = TestApp::start().await;
    let (clinic, owner) = (app.clinic().await, app.clinic().await);
    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    let request = json!({ "email": owner.email, "password": PASSWORD });
    clinic.post(REQUEST_PATH, &request).await.assert_status(202);
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_problem(410, "LINK_USED");
}

#[apply(on_both_databases)]
async fn the_old_address_can_be_registered_again_and_its_reset_links_are_no_longer_valid() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    app.anonymous().post("/v1/password-resets", &json!({ "email": clinic.email })).await.assert_status(202);
    let reset = app.token(&clinic.email, "PASSWORD_RESET").await;
    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_status(200);

    let form = json!({ "token": reset, "password": "雪の朝に隣の犬と川岸まで歩いた" });
    app.anonymous().post("/v1/password-resets/completion", &form).await.assert_problem(410, "LINK_USED");
    let token = app.registration_token(&clinic.email).await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_taken_address_gets_the_same_answer_as_a_free_one_and_its_owner_gets_a_mail() {
    let app = TestApp::start().await;
    let (clinic, owner) = (app.clinic().await, app.clinic().await);
    let request_form = |email: &str| json!({ "email": email, "password": PASSWORD });
    let free = clinic.post(REQUEST_PATH, &request_form(NEW_ADDRESS)).await.assert_status(202);
    // A newer request withdraws one that still waits.
    app.deliver_mails().await;
    let taken =
        clinic.post(REQUEST_PATH, &request_form(&owner.email.to_uppercase())).await.assert_status(202);
    assert_eq!(free.text, taken.text);
    let mails = app.mails(&owner.email, "NEW_ADDRESS_TAKEN").await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    assert!(!text.contains("#token=") && !text.contains(&clinic.email), "{text}");
    assert_eq!(app.mails(&clinic.email, "EMAIL_CHANGE_REQUESTED").await.len(), 2);
    assert_eq!(app.rows("links").with("purpose", "EMAIL_CHANGE").count(), 1);
}

#[apply(on_both_databases)]
async fn a_change_is_refused_at_its_completion_if_the_address_was_registered_meanwhile() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    let registration = app.registration_token(NEW_ADDRESS).await;
    let form = forms::account(&registration, &app.unused_facility("MEDICAL").await);
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_problem(409, "EMAIL_TAKEN");
    assert_eq!(clinic.get("/v1/account").await.body["email"], *clinic.email);
    assert!(app.mails(&clinic.email, "EMAIL_CHANGED").await.is_empty());
}

#[apply(on_both_databases)]
async fn a_registration_is_refused_at_its_completion_if_an_account_changed_to_its_address() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let registration = app.registration_token(NEW_ADDRESS).await;
    let token = change_token(&app, &clinic, NEW_ADDRESS).await;
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_status(200);
    let form = forms::account(&registration, &app.unused_facility("MEDICAL").await);
    for path in ["/v1/accounts/preview", "/v1/accounts"] {
        app.anonymous().post(path, &form).await.assert_problem(409, "EMAIL_TAKEN");
    }
}

#[apply(on_both_databases)]
async fn of_two_simultaneous_changes_to_one_address_one_is_refused() {
    let app = TestApp::start().await;
    let (one, two) = (app.clinic().await, app.clinic().await);
    let tokens = [change_token(&app, &one, NEW_ADDRESS).await, change_token(&app, &two, NEW_ADDRESS).await];
    let requests = [&one, &two].into_iter().zip(&tokens).map(|(clinic, token)| {
        let body = json!({ "token": token });
        async move { clinic.post(COMPLETION_PATH, &body).await }
    });
    let replies = join_all(requests).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.assert_problem(409, "EMAIL_TAKEN");
    }
    assert_eq!(app.rows("accounts").with("email_key", "office@clinic.example").count(), 1);
}

#[apply(on_both_databases)]
async fn a_change_needs_the_password_and_a_valid_new_address() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let own = clinic.email.to_uppercase();
    for (body, faults) in [
        (json!({ "email": NEW_ADDRESS, "password": "guess" }), vec![("/password", "PASSWORD_WRONG")]),
        (json!({ "email": NEW_ADDRESS }), vec![("/password", "REQUIRED")]),
        (json!({ "password": PASSWORD }), vec![("/email", "REQUIRED")]),
        (json!({ "email": own, "password": PASSWORD }), vec![("/email", "EMAIL_UNCHANGED")]),
        (
            json!({ "email": "no address", "password": "guess" }),
            vec![("/email", "EMAIL_FORM"), ("/password", "PASSWORD_WRONG")],
        ),
        (
            json!({ "email": "a..b@carrier.example", "password": PASSWORD }),
            vec![("/email", "EMAIL_CARRIER_DOTS")],
        ),
    ] {
        clinic.post(REQUEST_PATH, &body).await.assert_faults(&faults);
    }
    let valid = json!({ "email": NEW_ADDRESS, "password": PASSWORD });
    app.anonymous().post(REQUEST_PATH, &valid).await.assert_problem(401, "TOKEN_MISSING");
    assert_eq!(app.rows("links").with("purpose", "EMAIL_CHANGE").count(), 0);
    assert!(app.mails(&clinic.email, "EMAIL_CHANGE_REQUESTED").await.is_empty());
}

#[apply(on_both_databases)]
async fn a_link_is_valid_for_a_day() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let expired = change_token(&app, &clinic, "late@clinic.example").await;
    app.advance(Duration::hours(24));
    let clinic = clinic.log_in_again(&app).await;
    clinic.post(COMPLETION_PATH, &json!({ "token": expired })).await.assert_problem(410, "LINK_EXPIRED");

    let token = change_token(&app, &clinic, "second@clinic.example").await;
    app.advance(Duration::hours(23));
    let clinic = clinic.log_in_again(&app).await;
    clinic.post(COMPLETION_PATH, &json!({ "token": token })).await.assert_status(200);
}

//! Wrong passwords in a row: after 100 of them, only devices that have logged in before can log in.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp};

async fn log_in(app: &TestApp, email: &str, password: &str, device: Option<&str>) -> Reply {
    let mut login = json!({ "email": email, "password": password });
    if let Some(device) = device {
        login["device_token"] = json!(device);
    }
    app.anonymous().post("/v1/sessions", &login).await
}

/// Sends one wrong password, and stores that it was number `in_a_row`.
async fn guess_until(app: &TestApp, clinic: &FacilityClient, in_a_row: i64) {
    log_in(app, &clinic.email, "guess", None).await.assert_problem(401, "LOGIN_FAILED");
    app.database.execute(&format!("UPDATE wrong_passwords SET in_a_row = {in_a_row}"));
}

/// The body of an answer without what differs in every answer.
fn without_id(reply: &Reply) -> Value {
    let mut body = reply.body.clone();
    let members = body.as_object_mut().unwrap();
    members.remove("request_id");
    members.remove("instance");
    body
}

#[apply(on_both_databases)]
async fn after_a_hundred_wrong_passwords_only_a_known_device_can_log_in_until_the_owner_has_logged_in() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    guess_until(&app, &clinic, 99).await;
    let wrong = log_in(&app, &clinic.email, "guess", None).await;
    wrong.assert_problem(401, "LOGIN_FAILED");
    // The answer does not show whether the password is right.
    let right = log_in(&app, &clinic.email, PASSWORD, None).await;
    right.assert_problem(401, "LOGIN_FAILED");
    assert_eq!(without_id(&right), without_id(&wrong));
    log_in(&app, &clinic.email, PASSWORD, Some("unknown")).await.assert_problem(401, "LOGIN_FAILED");
    assert_eq!(app.rows("wrong_passwords").with("in_a_row", "102").count(), 1);

    log_in(&app, &clinic.email, PASSWORD, Some(&clinic.device_token)).await.assert_status(201);
    assert_eq!(app.rows("wrong_passwords").count(), 0);
    log_in(&app, &clinic.email, PASSWORD, None).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn the_hundredth_wrong_password_is_the_last_that_is_compared() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    guess_until(&app, &clinic, 99).await;
    log_in(&app, &clinic.email, PASSWORD, None).await.assert_status(201);
    guess_until(&app, &clinic, 100).await;
    log_in(&app, &clinic.email, PASSWORD, None).await.assert_problem(401, "LOGIN_FAILED");
}

#[apply(on_both_databases)]
async fn an_owner_on_a_new_device_sets_a_new_password_and_can_log_in() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    guess_until(&app, &clinic, 100).await;
    let address = json!({ "email": clinic.email });
    app.anonymous().post("/v1/password-resets", &address).await.assert_status(202);
    let password = "雪の朝に隣の犬と川岸まで歩いた";
    let form = json!({ "token": app.token(&clinic.email, "PASSWORD_RESET").await, "password": password });
    app.anonymous().post("/v1/password-resets/completion", &form).await.assert_status(204);
    log_in(&app, &clinic.email, password, None).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_device_that_sends_twenty_wrong_passwords_is_no_longer_known() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let device = Some(clinic.device_token.as_str());
    app.database.execute("UPDATE known_devices SET failures = 18");
    guess_until(&app, &clinic, 100).await;
    log_in(&app, &clinic.email, "typo", device).await.assert_problem(401, "LOGIN_FAILED");
    log_in(&app, &clinic.email, PASSWORD, device).await.assert_status(201);
    // A right password begins a new row.
    app.database.execute("UPDATE known_devices SET failures = failures + 18");
    guess_until(&app, &clinic, 100).await;
    for _ in 0..2 {
        log_in(&app, &clinic.email, "typo", device).await.assert_problem(401, "LOGIN_FAILED");
    }
    log_in(&app, &clinic.email, PASSWORD, device).await.assert_problem(401, "LOGIN_FAILED");
}

#[apply(on_both_databases)]
async fn wrong_passwords_are_counted_for_addresses_without_an_account_as_well() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut answers = Vec::new();
    for email in [clinic.email.to_uppercase().as_str(), "nobody@clinic.example"] {
        for in_a_row in 1..=3 {
            let reply = log_in(&app, email, "guess", None).await;
            answers.push((reply.status, without_id(&reply)));
            assert_eq!(app.rows("wrong_passwords").with("in_a_row", in_a_row).count(), 1);
        }
        app.database.execute("DELETE FROM wrong_passwords");
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // The address is not stored.
    log_in(&app, "nobody@clinic.example", "guess", None).await;
    assert_eq!(app.rows("audit_log").with("action", "session.login_refused").count(), 7);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE subject LIKE '%clinic.example%'"), 0);
}

#[apply(on_both_databases)]
async fn the_owner_gets_one_mail_after_ten_wrong_passwords_in_a_row() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    guess_until(&app, &clinic, 8).await;
    for mails in [0, 1, 1] {
        log_in(&app, &clinic.email, "guess", None).await.assert_problem(401, "LOGIN_FAILED");
        assert_eq!(app.mails(&clinic.email, "LOGINS_REFUSED").await.len(), mails);
    }
}

#[apply(on_both_databases)]
async fn the_notice_has_the_time_of_the_tenth_wrong_password_however_late_it_is_mailed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    guess_until(&app, &clinic, 9).await;
    app.database.add_failing_trigger("link_requests", "BEFORE DELETE", "1 = 1");
    app.set_clock("2023-02-03T11:30:00+09:00");
    log_in(&app, &clinic.email, "guess", None).await.assert_problem(401, "LOGIN_FAILED");
    app.set_clock("2023-02-03T14:00:00+09:00");
    app.database.drop_failing_trigger("link_requests");
    let mails = app.mails(&clinic.email, "LOGINS_REFUSED").await;
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert!(mail["text"].as_str().unwrap().contains("令和5年2月3日（金）11時30分"), "{mail}");
}

#[apply(on_both_databases)]
async fn wrong_passwords_at_the_same_time_are_all_counted() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    join_all((0..8).map(|_| log_in(&app, &clinic.email, "guess", None))).await;
    assert_eq!(app.rows("wrong_passwords").with("in_a_row", "8").count(), 1);
}

#[apply(on_both_databases)]
async fn the_holder_of_a_stolen_session_has_a_hundred_guesses_in_a_row_of_its_own() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    // Wrong passwords of logins do not count: strangers must not keep the owner from changing the password.
    guess_until(&app, &clinic, 100).await;
    let change = |current: &str| json!({ "current_password": current, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let wrong = clinic.request(Method::PUT, "/v1/account/password").json(&change("guess"));
    crate::support::send(wrong).await.assert_faults(&[("/current_password", "PASSWORD_WRONG")]);
    app.database.execute("UPDATE wrong_passwords SET in_a_row = 100");
    let right = clinic.request(Method::PUT, "/v1/account/password").json(&change(PASSWORD));
    crate::support::send(right).await.assert_faults(&[("/current_password", "PASSWORD_WRONG")]);
    let address = json!({ "email": "office@clinic.example", "password": PASSWORD });
    clinic
        .post("/v1/account/email-changes", &address)
        .await
        .assert_faults(&[("/password", "PASSWORD_WRONG")]);
    app.database.execute("UPDATE wrong_passwords SET in_a_row = 98");
    let right = clinic.request(Method::PUT, "/v1/account/password").json(&change(PASSWORD));
    crate::support::send(right).await.assert_status(200);
    assert_eq!(app.rows("wrong_passwords").count(), 0);
}

#[apply(on_both_databases)]
async fn an_owner_whom_a_stolen_session_has_locked_out_logs_in_and_changes_the_password() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let confirm = async |client: &Client, password: &str| {
        let request = client.request(Method::PUT, "/v1/sessions/current/authentication");
        crate::support::send(request.json(&json!({ "password": password }))).await
    };
    confirm(&clinic, "guess").await.assert_faults(&[("/password", "PASSWORD_WRONG")]);
    app.database.execute("UPDATE wrong_passwords SET in_a_row = 100");
    confirm(&clinic, PASSWORD).await.assert_faults(&[("/password", "PASSWORD_WRONG")]);
    let owner = clinic.log_in_again(&app).await;
    let form = json!({ "current_password": PASSWORD, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let change = owner.request(Method::PUT, "/v1/account/password").json(&form);
    crate::support::send(change).await.assert_status(200);
    confirm(&clinic, PASSWORD).await.assert_problem(401, "SESSION_ENDED");
}

#[apply(on_both_databases)]
async fn wrong_passwords_for_an_address_do_not_count_for_the_account_that_gets_it() {
    let app = TestApp::start().await;
    for email in ["reception@clinic.example", "office@clinic.example"] {
        log_in(&app, email, "guess", None).await.assert_problem(401, "LOGIN_FAILED");
    }
    app.database.execute("UPDATE wrong_passwords SET in_a_row = 100");
    let token = app.registration_token("reception@clinic.example").await;
    let form = crate::support::forms::account(&token, &app.unused_facility("MEDICAL").await);
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let session = log_in(&app, "reception@clinic.example", PASSWORD, None).await.assert_status(201);
    let session = app.anonymous().with_token(session.body["access_token"].as_str().unwrap());
    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    session.post("/v1/account/email-changes", &change).await.assert_status(202);
    let form = json!({ "token": app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await });
    session.post("/v1/account/email-changes/completion", &form).await.assert_status(200);
    log_in(&app, "office@clinic.example", PASSWORD, None).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn the_owner_gets_one_mail_after_ten_wrong_passwords_in_a_row_within_sessions() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let confirm = async || {
        let request = clinic.request(Method::PUT, "/v1/sessions/current/authentication");
        let reply = crate::support::send(request.json(&json!({ "password": "guess" }))).await;
        reply.assert_faults(&[("/password", "PASSWORD_WRONG")]);
    };
    confirm().await;
    app.database.execute("UPDATE wrong_passwords SET in_a_row = 8");
    for mails in [0, 1, 1] {
        confirm().await;
        assert_eq!(app.rows("outbox").with("kind", "PASSWORD_CHECKS_FAILED").count(), mails);
    }
}

//! Devices that have logged in before, each known by a token of its own.

use reqwest::Method;
use serde_json::json;

use crate::support::{PASSWORD, Reply, TestApp, send};

async fn log_in(app: &TestApp, email: &str, device: Option<&str>) -> Reply {
    let mut login = json!({ "email": email, "password": PASSWORD });
    if let Some(device) = device {
        login["device_token"] = json!(device);
    }
    app.anonymous().post("/v1/sessions", &login).await.assert_status(201)
}

#[apply(on_both_databases)]
async fn the_owner_gets_a_mail_about_each_device_that_was_not_known_but_the_first() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), 0);
    let known = log_in(&app, &clinic.email, Some(&clinic.device_token)).await;
    assert!(known.body.get("device_token").is_none(), "{}", known.text);
    assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), 0);

    let neighbour = app.clinic().await;
    for (mails, device) in [(1, None), (2, Some("unknown")), (3, Some(neighbour.device_token.as_str()))] {
        let reply = log_in(&app, &clinic.email, device).await;
        let issued = reply.body["device_token"].as_str().unwrap();
        assert_ne!(device, Some(issued));
        assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), mails);
        log_in(&app, &clinic.email, Some(issued)).await;
    }
    assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), 3);
    let mail = &app.mails(&clinic.email, "NEW_DEVICE").await[0];
    assert!(mail["text"].as_str().unwrap().contains("127.0.0.1"), "{mail}");
}

#[apply(on_both_databases)]
async fn a_device_stays_known_after_a_logout_and_only_the_hash_of_its_token_is_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.delete("/v1/sessions/current").await.assert_status(204);
    let reply = log_in(&app, &clinic.email, Some(&clinic.device_token)).await;
    assert!(reply.body.get("device_token").is_none());
    assert_eq!(app.rows("known_devices").count(), 1);
    assert_eq!(app.rows("audit_log").with("action", "session.opened").count(), 2);
}

#[apply(on_both_databases)]
async fn a_new_password_forgets_all_devices_and_the_change_answers_a_new_token() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let change = json!({ "current_password": PASSWORD, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let changed =
        send(clinic.request(Method::PUT, "/v1/account/password").json(&change)).await.assert_status(200);
    let device = changed.body["device_token"].as_str().unwrap();
    let log_in = async |device: &str| {
        let form = json!({
            "email": clinic.email,
            "password": change["new_password"],
            "device_token": device,
        });
        app.anonymous().post("/v1/sessions", &form).await.assert_status(201)
    };
    assert!(log_in(device).await.body.get("device_token").is_none());
    assert!(log_in(&clinic.device_token).await.body["device_token"].is_string());
}

#[apply(on_both_databases)]
async fn of_more_than_twenty_devices_those_that_never_logged_in_again_are_forgotten_first() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let second = log_in(&app, &clinic.email, None).await;
    for _ in 0..18 {
        app.advance(chrono::Duration::seconds(1));
        log_in(&app, &clinic.email, None).await;
    }
    app.advance(chrono::Duration::seconds(1));
    log_in(&app, &clinic.email, Some(&clinic.device_token)).await;
    app.advance(chrono::Duration::seconds(1));
    log_in(&app, &clinic.email, None).await;
    assert_eq!(app.rows("known_devices").count(), 20);
    let reply = log_in(&app, &clinic.email, Some(&clinic.device_token)).await;
    assert!(reply.body.get("device_token").is_none());
    let reply = log_in(&app, &clinic.email, second.body["device_token"].as_str()).await;
    assert!(reply.body["device_token"].is_string());
}

#[apply(on_both_databases)]
async fn a_client_that_never_sends_its_token_causes_five_mails_an_hour_and_no_device_of_the_owner_is_forgotten()
 {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    log_in(&app, &clinic.email, Some(&clinic.device_token)).await;
    for _ in 0..22 {
        log_in(&app, &clinic.email, None).await;
    }
    assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), 5);
    assert!(log_in(&app, &clinic.email, Some(&clinic.device_token)).await.body.get("device_token").is_none());
    app.advance(chrono::Duration::hours(1));
    log_in(&app, &clinic.email, None).await;
    assert_eq!(app.rows("outbox").with("kind", "NEW_DEVICE").count(), 6);
}

#[apply(on_both_databases)]
async fn the_end_of_another_session_forgets_its_device_and_a_logout_everywhere_all_devices() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let lost = log_in(&app, &clinic.email, None).await;
    let session = lost.header("location").to_owned();
    let (own, lost) = (clinic.device_token.as_str(), lost.body["device_token"].as_str().unwrap());
    clinic.delete(&session).await.assert_status(204);
    assert_eq!(app.rows("known_devices").count(), 1);
    assert!(log_in(&app, &clinic.email, Some(own)).await.body.get("device_token").is_none());
    assert!(log_in(&app, &clinic.email, Some(lost)).await.body["device_token"].is_string());
    // The end of an old session of the device that sends the request does not make it unknown.
    let old = log_in(&app, &clinic.email, Some(own)).await.header("location").to_owned();
    clinic.delete(&old).await.assert_status(204);
    assert!(log_in(&app, &clinic.email, Some(own)).await.body.get("device_token").is_none());
    clinic.delete("/v1/sessions").await.assert_status(204);
    assert_eq!(app.rows("known_devices").count(), 0);
}

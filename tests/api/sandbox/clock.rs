//! `/sandbox/clock`: anybody may move a sandbox's clock forward.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::{Client, Reply, TestApp};

async fn clock(client: &Client) -> DateTime<Utc> {
    client.get("/sandbox/clock").await.assert_status(200).body["now"].as_str().unwrap().parse().unwrap()
}

async fn move_clock(client: &Client, now: &Value) -> Reply {
    client.put("/sandbox/clock", &json!({ "now": now }), "*").await
}

#[apply(on_both_databases)]
async fn the_clock_moves_forward_only() {
    let app = TestApp::start().await;
    let anyone = app.anonymous();
    let before = clock(&anyone).await;
    assert!(before.to_rfc3339().starts_with("2023-02-03T00:00"), "{before}");
    for (now, fault) in [
        (json!("2023-02-02T23:59:59Z"), "INSTANT_IN_PAST"),
        (json!("1970-01-01T00:00:00Z"), "INSTANT_IN_PAST"),
        (json!("2023-03-31"), "INSTANT_FORM"),
        (json!("2023-03-31T23:50:00"), "INSTANT_FORM"),
        (json!("2023-02-30T00:00:00Z"), "INSTANT_FORM"),
        (json!(""), "INSTANT_FORM"),
        (json!(1_700_000_000), "WRONG_TYPE"),
    ] {
        move_clock(&anyone, &now).await.assert_faults(&[("/now", fault)]);
    }
    let wanted = json!("2023-03-31T23:50:00+09:00");
    assert!(clock(&anyone).await < before + Duration::minutes(5), "a refused request moved the clock");
    let moved = move_clock(&anyone, &wanted).await.assert_status(200);
    assert_eq!(moved.body["now"], "2023-03-31T14:50:00.000Z");
    let after = clock(&anyone).await;
    assert!(after.to_rfc3339().starts_with("2023-03-31T14:50"), "{after}");
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(clock(&anyone).await > after, "the clock stands still");
    move_clock(&anyone, &json!("2023-03-31T23:49:00+09:00"))
        .await
        .assert_faults(&[("/now", "INSTANT_IN_PAST")]);
}

#[apply(on_both_databases)]
async fn moving_the_clock_expires_tokens_and_links() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let link = app.registration_token("late@clinic.example").await;
    let ahead = |by: Duration| json!((app.now() + by).to_rfc3339());
    move_clock(&clinic, &ahead(Duration::minutes(9))).await.assert_status(200);
    clinic.get("/v1/account").await.assert_status(200);
    move_clock(&clinic, &ahead(Duration::minutes(2))).await.assert_status(200);
    clinic.get("/v1/account").await.assert_problem(401, "TOKEN_EXPIRED");
    clinic.log_in_again(&app).await.get("/v1/account").await.assert_status(200);
    move_clock(&clinic, &ahead(Duration::hours(24))).await.assert_status(200);
    let confirmation =
        app.anonymous().post("/v1/registrations/confirmation", &json!({ "token": link })).await;
    confirmation.assert_problem(410, "LINK_EXPIRED");
}

#[apply(on_both_databases)]
async fn a_moved_clock_survives_a_restart_even_with_another_setting() {
    let app = TestApp::start().await;
    move_clock(&app.anonymous(), &json!("2023-03-31T23:50:00+09:00")).await.assert_status(200);
    let before = clock(&app.anonymous()).await;
    for setting in ["2023-02-03T09:00:00+09:00", "2031-01-01T00:00:00Z"] {
        let app = match setting {
            "2023-02-03T09:00:00+09:00" => TestApp::start().await,
            _ => TestApp::start_with(&[("TODOKEDE_CLOCK", setting)]).await,
        };
        let started = clock(&app.anonymous()).await;
        let setting: DateTime<Utc> = setting.parse().unwrap();
        assert!(
            (started - setting).abs() < Duration::minutes(1),
            "a new sandbox starts at the time of its setting"
        );
    }
    let app = app.restart(&[("TODOKEDE_CLOCK", "2031-01-01T00:00:00Z")]).await;
    let after = clock(&app.anonymous()).await;
    assert!(after >= before && after < before + Duration::minutes(5), "{before} {after}");
    let app = app.restart(&[]).await;
    assert!(clock(&app.anonymous()).await >= after);
}

#[apply(on_both_databases)]
async fn the_clock_cannot_be_moved_beyond_the_year_2199() {
    let app = TestApp::start().await;
    for now in ["2200-01-01T00:00:00Z", "9999-12-31T23:59:59.9Z"] {
        move_clock(&app.anonymous(), &json!(now)).await.assert_faults(&[("/now", "INSTANT_FORM")]);
    }
    move_clock(&app.anonymous(), &json!("2199-12-31T00:00:00Z")).await.assert_status(200);
    app.anonymous()
        .post("/v1/registrations", &json!({ "email": "a@clinic.example" }))
        .await
        .assert_status(202);
}

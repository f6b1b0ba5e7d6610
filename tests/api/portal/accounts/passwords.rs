//! What a password must be, wherever one is set, and how a logged-in account changes it.

use serde_json::{Value, json};

use crate::support::{Actor, PASSWORD, TestApp, forms};

/// Another good password.
const OTHER: &str = "雪の朝に隣の犬と川岸まで歩いた";
/// The address whose mail name a password must not hold.
const EMAIL: &str = "uketsuke-tantou@clinic.example";

/// Passwords that are refused for the facility, with what is said against each.
fn bad_passwords(facility: &Value) -> Vec<(String, &'static str)> {
    let (code, name) = (facility["facility_code"].as_str().unwrap(), facility["name"].as_str().unwrap());
    let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xFF10).unwrap()).collect();
    vec![
        ("fourteen chars".to_owned(), "TOO_SHORT"),
        (String::new(), "TOO_SHORT"),
        ("長".repeat(129), "TOO_LONG"),
        ("passwordpassword".to_owned(), "PASSWORD_COMMON"),
        ("ＰＡＳＳＷＯＲＤ１２３４５６７８９".to_owned(), "PASSWORD_COMMON"),
        ("aaaaaaaaaaaaaaaaaaaa".to_owned(), "PASSWORD_COMMON"),
        ("               ".to_owned(), "PASSWORD_COMMON"),
        (format!("kaminari-{code}-zoku"), "PASSWORD_HOLDS_IDENTITY"),
        (format!("kaminari-{wide}-zoku"), "PASSWORD_HOLDS_IDENTITY"),
        (format!("雷雲と{name}と虹の橋"), "PASSWORD_HOLDS_IDENTITY"),
        ("Bright-UKETSUKE-Tantou-lamp".to_owned(), "PASSWORD_HOLDS_IDENTITY"),
    ]
}

async fn registered(app: &TestApp, facility: &Value) -> Actor {
    let token = app.registration_token(EMAIL).await;
    app.anonymous().post("/v1/accounts", &forms::account(&token, facility)).await.is(201);
    Actor::log_in(app, EMAIL, PASSWORD, facility["facility_code"].as_str().unwrap().to_owned()).await
}

#[apply(on_both_databases)]
async fn the_same_rules_hold_wherever_a_password_is_set() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token(EMAIL).await;
    let stranger = app.anonymous();
    for (password, fault) in bad_passwords(&facility) {
        let mut form = forms::account(&token, &facility);
        form["password"] = json!(password);
        stranger.post("/v1/accounts", &form).await.blames(&[("/password", fault)]);
    }
    let clinic = registered(&app, &facility).await;
    stranger.post("/v1/password-resets", &json!({ "email": EMAIL })).await.is(202);
    let reset = app.token(EMAIL, "PASSWORD_RESET").await;
    for (password, fault) in bad_passwords(&facility) {
        let change = json!({ "current_password": PASSWORD, "new_password": password });
        clinic.put("/v1/account/password", &change, "*").await.blames(&[("/new_password", fault)]);
        let form = json!({ "token": reset, "password": password });
        stranger.post("/v1/password-resets/completion", &form).await.blames(&[("/password", fault)]);
    }
    Actor::log_in(&app, EMAIL, PASSWORD, String::new()).await;
}

#[apply(on_both_databases)]
async fn a_password_typed_in_full_width_or_decomposed_opens_the_same_account() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token(EMAIL).await;
    let mut form = forms::account(&token, &facility);
    form["password"] = json!("ガラスの窓 Aozora 2 mai");
    app.anonymous().post("/v1/accounts", &form).await.is(201);
    for typed in
        ["ガラスの窓　Ａｏｚｏｒａ　２　ｍａｉ", "ｶﾞﾗｽの窓 Aozora 2 mai", "カ\u{3099}ラスの窓 Aozora 2 mai"]
    {
        Actor::log_in(&app, EMAIL, typed, String::new()).await;
    }
    let near = json!({ "email": EMAIL, "password": "ガラスの窓 aozora 2 mai" });
    app.anonymous().post("/v1/sessions", &near).await.refused(401, "LOGIN_FAILED");
}

#[apply(on_both_databases)]
async fn changing_the_password_ends_the_other_sessions_and_only_those_and_tells_the_owner() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.again(&app).await;
    let bystander = app.clinic().await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    clinic.put("/v1/account/password", &change, "*").await.is(204);

    clinic.get("/v1/account").await.is(200);
    bystander.get("/v1/account").await.is(200);
    other.get("/v1/account").await.refused(401, "SESSION_ENDED");
    let refresh = json!({ "refresh_token": other.refresh_token });
    app.anonymous().post("/v1/sessions/refresh", &refresh).await.refused(401, "REFRESH_TOKEN_INVALID");
    let refresh = json!({ "refresh_token": clinic.refresh_token });
    app.anonymous().post("/v1/sessions/refresh", &refresh).await.is(201);
    let old = json!({ "email": clinic.email, "password": PASSWORD });
    app.anonymous().post("/v1/sessions", &old).await.refused(401, "LOGIN_FAILED");
    Actor::log_in(&app, &clinic.email, OTHER, String::new()).await;
    assert_eq!(app.mails(&clinic.email, "PASSWORD_CHANGED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_change_of_password_without_the_present_one_changes_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.again(&app).await;
    for (body, faults) in [
        (
            json!({ "current_password": "wrong", "new_password": OTHER }),
            vec![("/current_password", "PASSWORD_WRONG")],
        ),
        (
            json!({ "current_password": "wrong", "new_password": "short" }),
            vec![("/current_password", "PASSWORD_WRONG"), ("/new_password", "TOO_SHORT")],
        ),
        (json!({}), vec![("/current_password", "REQUIRED"), ("/new_password", "REQUIRED")]),
        (json!({ "new_password": OTHER }), vec![("/current_password", "REQUIRED")]),
        (
            json!({ "current_password": PASSWORD, "new_password": OTHER, "email": "x" }),
            vec![("/email", "UNKNOWN_MEMBER")],
        ),
    ] {
        clinic.put("/v1/account/password", &body, "*").await.blames(&faults);
    }
    let good = json!({ "current_password": PASSWORD, "new_password": OTHER });
    app.anonymous().put("/v1/account/password", &good, "*").await.refused(401, "TOKEN_MISSING");
    let screen = clinic.put("/v1/account/password?validate_only=true", &good, "*").await.is(200);
    assert_eq!(screen.body["valid"], true);
    assert_eq!(screen.body["mails"][0]["kind"], "PASSWORD_CHANGED");
    other.get("/v1/account").await.is(200);
    assert!(app.mails(&clinic.email, "PASSWORD_CHANGED").await.is_empty());
    clinic.again(&app).await;
}

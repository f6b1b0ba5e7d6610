//! The rules for passwords, which all operations share, and the change of an account's password.

use serde_json::{Value, json};

use crate::support::{FacilityClient, PASSWORD, TestApp, forms};

/// A valid password that differs from `PASSWORD`.
const OTHER_PASSWORD: &str = "雪の朝に隣の犬と川岸まで歩いた";
/// The address of the account. A password must not contain the part before the `@`.
const EMAIL: &str = "uketsuke-tantou@clinic.example";

/// Passwords that are refused for this facility, each with the code of its fault.
fn bad_passwords(facility: &Value) -> Vec<(String, &'static str)> {
    let (code, name) = (facility["facility_code"].as_str().unwrap(), facility["name"].as_str().unwrap());
    let full_width: String =
        code.chars().map(|character| char::from_u32(u32::from(character) - 0x30 + 0xFF10).unwrap()).collect();
    vec![
        ("fourteen chars".to_owned(), "TOO_SHORT"),
        (String::new(), "TOO_SHORT"),
        ("長".repeat(129), "TOO_LONG"),
        ("passwordpassword".to_owned(), "PASSWORD_COMMON"),
        ("ＰＡＳＳＷＯＲＤ１２３４５６７８９".to_owned(), "PASSWORD_COMMON"),
        ("aaaaaaaaaaaaaaaaaaaa".to_owned(), "PASSWORD_COMMON"),
        ("               ".to_owned(), "PASSWORD_COMMON"),
        (format!("kaminari-{code}-zoku"), "PASSWORD_HOLDS_IDENTITY"),
        (format!("kaminari-{full_width}-zoku"), "PASSWORD_HOLDS_IDENTITY"),
        (format!("雷雲と{name}と虹の橋"), "PASSWORD_HOLDS_IDENTITY"),
        ("Bright-UKETSUKE-Tantou-lamp".to_owned(), "PASSWORD_HOLDS_IDENTITY"),
    ]
}

async fn register(app: &TestApp, facility: &Value) -> FacilityClient {
    let token = app.registration_token(EMAIL).await;
    app.anonymous().post("/v1/accounts", &forms::account(&token, facility)).await.assert_status(201);
    FacilityClient::log_in(app, EMAIL, PASSWORD, facility["facility_code"].as_str().unwrap().to_owned()).await
}

#[apply(on_both_databases)]
async fn registration_change_and_reset_check_passwords_by_the_same_rules() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token(EMAIL).await;
    let anonymous = app.anonymous();
    for (password, fault) in bad_passwords(&facility) {
        let mut form = forms::account(&token, &facility);
        form["password"] = json!(password);
        anonymous.post("/v1/accounts", &form).await.assert_faults(&[("/password", fault)]);
    }
    let clinic = register(&app, &facility).await;
    anonymous.post("/v1/password-resets", &json!({ "email": EMAIL })).await.assert_status(202);
    let reset = app.token(EMAIL, "PASSWORD_RESET").await;
    for (password, fault) in bad_passwords(&facility) {
        let change = json!({ "current_password": PASSWORD, "new_password": password });
        clinic.put("/v1/account/password", &change, "*").await.assert_faults(&[("/new_password", fault)]);
        let form = json!({ "token": reset, "password": password });
        anonymous.post("/v1/password-resets/completion", &form).await.assert_faults(&[("/password", fault)]);
    }
    FacilityClient::log_in(&app, EMAIL, PASSWORD, String::new()).await;
}

#[apply(on_both_databases)]
async fn a_password_may_be_typed_in_full_width_half_width_or_decomposed_characters() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token(EMAIL).await;
    let mut form = forms::account(&token, &facility);
    form["password"] = json!("ガラスの窓 Aozora 2 mai");
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    for typed in
        ["ガラスの窓　Ａｏｚｏｒａ　２　ｍａｉ", "ｶﾞﾗｽの窓 Aozora 2 mai", "カ\u{3099}ラスの窓 Aozora 2 mai"]
    {
        FacilityClient::log_in(&app, EMAIL, typed, String::new()).await;
    }
    let wrong_case = json!({ "email": EMAIL, "password": "ガラスの窓 aozora 2 mai" });
    app.anonymous().post("/v1/sessions", &wrong_case).await.assert_problem(401, "LOGIN_FAILED");
}

#[apply(on_both_databases)]
async fn a_change_of_password_ends_all_sessions_of_the_account_opens_a_new_one_and_sends_a_mail() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.log_in_again(&app).await;
    let neighbour = app.clinic().await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let changed = clinic.put("/v1/account/password", &change, "*").await.assert_status(200);

    neighbour.get("/v1/account").await.assert_status(200);
    // A thief may have a copy of the tokens of the session that changed the password.
    for ended in [&clinic, &other] {
        ended.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
        let refresh = json!({ "refresh_token": ended.refresh_token });
        let refreshed = app.anonymous().post("/v1/sessions/refresh", &refresh).await;
        refreshed.assert_problem(401, "REFRESH_TOKEN_INVALID");
    }
    let renewed = clinic.with_token(changed.body["access_token"].as_str().unwrap());
    let sessions = renewed.get("/v1/sessions").await.assert_status(200);
    let open = sessions.body["items"].as_array().unwrap();
    assert_eq!((open.len(), &open[0]["current"]), (1, &json!(true)));
    let refresh = json!({ "refresh_token": changed.body["refresh_token"] });
    app.anonymous().post("/v1/sessions/refresh", &refresh).await.assert_status(201);
    let old = json!({ "email": clinic.email, "password": PASSWORD });
    app.anonymous().post("/v1/sessions", &old).await.assert_problem(401, "LOGIN_FAILED");
    FacilityClient::log_in(&app, &clinic.email, OTHER_PASSWORD, String::new()).await;
    assert_eq!(app.mails(&clinic.email, "PASSWORD_CHANGED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn an_invalid_change_of_password_changes_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.log_in_again(&app).await;
    for (body, faults) in [
        (
            json!({ "current_password": "wrong", "new_password": OTHER_PASSWORD }),
            vec![("/current_password", "PASSWORD_WRONG")],
        ),
        (
            json!({ "current_password": "wrong", "new_password": "short" }),
            vec![("/current_password", "PASSWORD_WRONG"), ("/new_password", "TOO_SHORT")],
        ),
        (json!({}), vec![("/current_password", "REQUIRED"), ("/new_password", "REQUIRED")]),
        (json!({ "new_password": OTHER_PASSWORD }), vec![("/current_password", "REQUIRED")]),
        (
            json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD, "email": "x" }),
            vec![("/email", "UNKNOWN_MEMBER")],
        ),
    ] {
        clinic.put("/v1/account/password", &body, "*").await.assert_faults(&faults);
    }
    let valid = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    app.anonymous().put("/v1/account/password", &valid, "*").await.assert_problem(401, "TOKEN_MISSING");
    other.get("/v1/account").await.assert_status(200);
    assert!(app.mails(&clinic.email, "PASSWORD_CHANGED").await.is_empty());
    clinic.log_in_again(&app).await;
}

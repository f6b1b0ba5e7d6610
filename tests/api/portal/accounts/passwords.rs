//! The rules for passwords, which all operations share, and the change of an account's password.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use todokede::domain::values::lang::Lang;

use crate::support::binary::{assert_failure, text, todokede};
use crate::support::{Client, FacilityClient, PASSWORD, TestApp, forms};

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
        ("1qaz2wsx3edc4rfv".to_owned(), "PASSWORD_COMMON"),
        ("trustno1trustno1".to_owned(), "PASSWORD_COMMON"),
        ("あいうえおかきくけこさしすせそ".to_owned(), "PASSWORD_COMMON"),
        ("ナイフと架空太郎と虹の橋と猫".to_owned(), "TOO_SHORT"),
        ("古いナイフと架空太郎と虹の橋と猫".to_owned(), "PASSWORD_HOLDS_IDENTITY"),
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

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02X}").unwrap();
        text
    })
}

/// Writes a list of breached passwords, in the form of the download of Have I Been Pwned.
fn write_list(file: &Path, passwords: &[&str]) {
    let line = |password: &&str| hex(&Sha1::digest(password.as_bytes())) + ":3\r\n";
    let mut lines: Vec<String> = passwords.iter().map(line).collect();
    lines.sort();
    std::fs::write(file, lines.concat()).unwrap();
}

#[apply(on_sqlite)]
async fn breached_passwords_are_refused_everywhere_and_accepted_while_the_list_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("breached.txt");
    write_list(&list, &[OTHER_PASSWORD, "correct horse battery staple"]);
    let app = TestApp::start_with(&[
        ("TODOKEDE_BREACHED_PASSWORDS", list.to_str().unwrap()),
        ("TODOKEDE_METRICS_LISTEN", "127.0.0.1:0"),
    ])
    .await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token(EMAIL).await;
    let anonymous = app.anonymous();
    let mut form = forms::account(&token, &facility);
    form["password"] = json!(OTHER_PASSWORD);
    let breached = [("/password", "PASSWORD_BREACHED")];
    anonymous.post("/v1/accounts/preview", &form).await.assert_faults(&breached);
    let refused = anonymous.post("/v1/accounts", &form).await;
    refused.assert_faults(&breached);
    assert!(!refused.text.contains(OTHER_PASSWORD), "{}", refused.text);
    let clinic = register(&app, &facility).await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    let new = [("/new_password", "PASSWORD_BREACHED")];
    clinic.put("/v1/account/password", &change, "*").await.assert_faults(&new);
    anonymous.post("/v1/password-resets", &json!({ "email": EMAIL })).await.assert_status(202);
    let reset = json!({ "token": app.token(EMAIL, "PASSWORD_RESET").await, "password": OTHER_PASSWORD });
    anonymous.post("/v1/password-resets/completion", &reset).await.assert_faults(&breached);

    // The operator replaces the list while the service runs, and later it gets lost.
    write_list(&list, &["hunter2"]);
    let changed = clinic.put("/v1/account/password", &change, "*").await.assert_status(200);
    std::fs::remove_file(&list).unwrap();
    let clinic = clinic.with_token(changed.body["access_token"].as_str().unwrap());
    let back = json!({ "current_password": OTHER_PASSWORD, "new_password": PASSWORD });
    clinic.put("/v1/account/password", &back, "*").await.assert_status(200);
    let metrics = Client::new(format!("http://{}", app.running.metrics_address().unwrap()), Lang::En);
    let metrics = metrics.get("/metrics").await;
    assert!(metrics.text.contains("todokede_breached_list_failures_total 1\n"), "{}", metrics.text);
}

#[test]
fn the_service_does_not_start_with_an_unusable_list_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.txt");
    let run = |command: &str| {
        let output =
            todokede(folder.path(), &[command]).env("TODOKEDE_BREACHED_PASSWORDS", &list).output().unwrap();
        text(&output.stdout).to_owned() + assert_failure(&output, 1)
    };
    for command in ["serve", "doctor"] {
        let report = run(command);
        assert!(report.contains("list.txt") && report.contains("cannot be read: No such file"), "{report}");
    }
    std::fs::write(&list, "hunter2\n").unwrap();
    for command in ["serve", "doctor"] {
        let report = run(command);
        assert!(
            report.contains("line at byte 0 is not a SHA-1 digest") && !report.contains("hunter2"),
            "{report}"
        );
    }
    write_list(&list, &["hunter2"]);
    let doctor =
        todokede(folder.path(), &["doctor"]).env("TODOKEDE_BREACHED_PASSWORDS", &list).output().unwrap();
    assert!(text(&doctor.stdout).contains("ok    passwords  they are compared with the list"), "{doctor:?}");
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

/// One password as it is typed on two systems.
const SPELLINGS: [(&str, &str); 6] = [
    ("雨の日〜縁側で−将棋¥を指した", "雨の日～縁側で－将棋＼を指した"),
    ("雨の日~縁側で-将棋\\を指した", "雨の日〜縁側で−将棋¥を指した"),
    ("雨の日―縁側で‖将棋を指した猫", "雨の日—縁側で∥将棋を指した猫"),
    ("it’s raining “again” here 7", "it's raining \"again\" here 7"),
    ("雨の日は☀️縁側で将棋を指した猫", "雨の日は☀縁側で将棋を指した猫"),
    ("ガラスバケツと雨の日の縁側の将棋", "ｶﾞﾗｽﾊﾞｹﾂと雨の日の縁側の将棋"),
];

#[apply(on_sqlite)]
async fn a_password_that_was_set_on_one_system_can_be_typed_on_another() {
    let app = TestApp::start().await;
    for (set, typed) in SPELLINGS {
        let facility = app.unused_facility("MEDICAL").await;
        let email = format!("{}@clinic.example", facility["facility_code"].as_str().unwrap());
        let mut form = forms::account(&app.registration_token(&email).await, &facility);
        form["password"] = json!(set);
        app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
        let log_in = |password| FacilityClient::log_in(&app, &email, password, String::new());

        // Log in, confirm, change, reset: each with the spelling that was not set.
        let clinic = log_in(typed).await;
        let confirmation = clinic.request(reqwest::Method::PUT, "/v1/sessions/current/authentication");
        crate::support::send(confirmation.json(&json!({ "password": typed }))).await.assert_status(200);
        let change = json!({ "current_password": typed, "new_password": OTHER_PASSWORD });
        clinic.put("/v1/account/password", &change, "*").await.assert_status(200);
        let back = json!({ "current_password": OTHER_PASSWORD, "new_password": typed });
        log_in(OTHER_PASSWORD).await.put("/v1/account/password", &back, "*").await.assert_status(200);
        log_in(set).await;
        app.anonymous().post("/v1/password-resets", &json!({ "email": email })).await.assert_status(202);
        let reset = json!({ "token": app.token(&email, "PASSWORD_RESET").await, "password": set });
        app.anonymous().post("/v1/password-resets/completion", &reset).await.assert_status(204);
        let clinic = log_in(typed).await;
        let change = json!({ "password": typed, "email": format!("new-{email}") });
        clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
    }
}

#[apply(on_sqlite)]
async fn a_password_of_the_allowed_length_can_be_typed_in_half_width() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    // 96 characters, of which the half-width form has 160.
    let full_width = "ガギグゲゴ雨の縁側ザジズゼゾ将棋ダヂヅデド祖母バビブベボ"
        .chars()
        .cycle()
        .take(128)
        .collect::<String>();
    let half_width = full_width.replace('ガ', "ｶﾞ").replace('ザ', "ｻﾞ").replace('ダ', "ﾀﾞ").replace('バ', "ﾊﾞ");
    assert!(half_width.chars().count() > 140);
    let mut form = forms::account(&app.registration_token(EMAIL).await, &facility);
    form["password"] = json!(full_width);
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    FacilityClient::log_in(&app, EMAIL, &half_width, String::new()).await;
    let login = json!({ "email": EMAIL, "password": format!("{half_width}ｶﾞ") });
    app.anonymous().post("/v1/sessions", &login).await.assert_faults(&[("/password", "TOO_LONG")]);
}

#[apply(on_sqlite)]
async fn a_breached_password_and_own_data_are_recognised_in_every_spelling() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("breached.txt");
    write_list(&list, &["rain~and-veranda\\chess 7", "雨の日〜縁側で将棋を指した猫と犬"]);
    let app = TestApp::start_with(&[("TODOKEDE_BREACHED_PASSWORDS", list.to_str().unwrap())]).await;
    let facility = app.unused_facility("MEDICAL").await;
    let mut form = forms::account(&app.registration_token(EMAIL).await, &facility);
    for (password, fault) in [
        ("rain〜and−veranda¥chess 7", "PASSWORD_BREACHED"),
        ("rain～and－veranda＼chess 7", "PASSWORD_BREACHED"),
        ("雨の日〜縁側で将棋を指した猫と犬", "PASSWORD_BREACHED"),
        ("kaminari¥uketsuke−tantou〜zoku", "PASSWORD_HOLDS_IDENTITY"),
        ("uketsuke‐tantou¥¥¥¥¥¥", "PASSWORD_HOLDS_IDENTITY"),
    ] {
        form["password"] = json!(password);
        app.anonymous().post("/v1/accounts", &form).await.assert_faults(&[("/password", fault)]);
    }
}

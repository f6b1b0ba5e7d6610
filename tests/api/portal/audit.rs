//! The audit log: every write of a stranger or an account leaves who, what, on what, whence.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Reply, TestApp, forms, send};

const OTHER: &str = "雪の朝に隣の犬と川岸まで歩いた";
const CLIENT: &str = "203.0.113.9";

/// Sends a request from one address and holds the one line that it leaves in the log against action,
/// actor and subject.
async fn leaves(app: &TestApp, client: &Client, request: (&str, &str, Value), line: [&str; 3]) -> Reply {
    let (method, path, body) = request;
    let id = uuid::Uuid::new_v4().to_string();
    let request = client
        .request(method.parse().unwrap(), path)
        .header("X-Request-Id", &id)
        .header("X-Forwarded-For", CLIENT)
        .header("If-Match", "*")
        .json(&body);
    let reply = send(request).await;
    assert!(reply.status < 300, "{path}: {}", reply.text);
    let [action, actor, subject] = line;
    let lines = app.rows("audit_log").with("request_id", &id);
    assert_eq!(lines.count(), 1, "{path}");
    let exact = lines.clone().with("action", action).like("actor", actor).like("subject", subject);
    assert_eq!(exact.with("client", CLIENT).count(), 1, "{path}: {line:?}");
    assert_eq!(lines.after("at", app.now()).count(), 0, "{path}");
    reply
}

async fn behind_a_balancer() -> TestApp {
    TestApp::start_with(&[("TODOKEDE_TRUSTED_PROXIES", "127.0.0.1")]).await
}

/// The account's id.
async fn id_of(clinic: &Client) -> String {
    clinic.get("/v1/account").await.is(200).body["id"].as_str().unwrap().to_owned()
}

#[apply(on_both_databases)]
async fn a_registration_leaves_a_line_for_each_of_its_steps() {
    let app = behind_a_balancer().await;
    let stranger = app.anonymous();
    let ask = ("POST", "/v1/registrations", json!({ "email": "a@clinic.example" }));
    leaves(&app, &stranger, ask.clone(), ["registration.requested", "stranger", "lnk_%"]).await;
    let token = app.token("a@clinic.example", "PROVISIONAL_REGISTRATION").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let form = ("POST", "/v1/accounts", form);
    let created = leaves(&app, &stranger, form, ["account.created", "acc_%", "acc_%"]).await;
    let own = created.body["id"].as_str().unwrap();
    leaves(&app, &stranger, ask, ["registration.requested_for_taken_address", "stranger", own]).await;
}

#[apply(on_both_databases)]
async fn a_session_leaves_a_line_when_it_opens_is_refreshed_and_ends() {
    let app = behind_a_balancer().await;
    let clinic = app.clinic().await;
    let own = id_of(&clinic).await;
    let login = ("POST", "/v1/sessions", json!({ "email": clinic.email, "password": PASSWORD }));
    let opened = leaves(&app, &app.anonymous(), login, ["session.opened", &own, "ses_%"]).await;
    let session = opened.header("location").rsplit('/').next().unwrap();
    let refresh = json!({ "refresh_token": opened.body["refresh_token"] });
    let refresh = ("POST", "/v1/sessions/refresh", refresh);
    leaves(&app, &app.anonymous(), refresh, ["session.refreshed", &own, session]).await;
    let clinic = clinic.with_token(opened.body["access_token"].as_str().unwrap());
    let end = ("DELETE", "/v1/sessions/current", json!({}));
    leaves(&app, &clinic, end, ["session.ended", &own, session]).await;
}

#[apply(on_both_databases)]
async fn every_change_of_an_account_leaves_a_line() {
    let app = behind_a_balancer().await;
    let clinic = app.clinic().await;
    let own = id_of(&clinic).await;
    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    leaves(&app, &clinic, ("PATCH", "/v1/account", change), ["account.changed", &own, &own]).await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    let change = ("PUT", "/v1/account/password", change);
    leaves(&app, &clinic, change, ["account.password_changed", &own, &own]).await;
    let change = json!({ "email": "b@clinic.example", "password": OTHER });
    let change = ("POST", "/v1/account/email-changes", change);
    leaves(&app, &clinic, change, ["account.email_change_requested", &own, &own]).await;
    let token = json!({ "token": app.token("b@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await });
    let change = ("POST", "/v1/account/email-changes/completion", token);
    leaves(&app, &app.anonymous(), change, ["account.email_changed", &own, &own]).await;
}

#[apply(on_both_databases)]
async fn a_password_reset_leaves_a_line_even_where_there_is_no_account() {
    let app = behind_a_balancer().await;
    let clinic = app.clinic().await;
    let own = id_of(&clinic).await;
    let stranger = app.anonymous();
    let ask = ("POST", "/v1/password-resets", json!({ "email": "nobody@clinic.example" }));
    let line = ["password_reset.requested_for_unknown_address", "stranger", "-"];
    leaves(&app, &stranger, ask, line).await;
    let ask = ("POST", "/v1/password-resets", json!({ "email": clinic.email }));
    leaves(&app, &stranger, ask, ["password_reset.requested", "stranger", &own]).await;
    let token = app.token(&clinic.email, "PASSWORD_RESET").await;
    let reset = json!({ "token": token, "password": OTHER });
    let reset = ("POST", "/v1/password-resets/completion", reset);
    leaves(&app, &stranger, reset, ["account.password_reset", &own, &own]).await;
    app.mails(&clinic.email, "PASSWORD_CHANGED").await;
}

#[apply(on_both_databases)]
async fn the_log_holds_no_address_no_name_and_no_secret() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic
        .post("/v1/account/email-changes", &json!({ "email": "b@clinic.example", "password": PASSWORD }))
        .await
        .is(202);
    for secret in [&clinic.email, "clinic.example", "架空", PASSWORD, &clinic.refresh_token, clinic.token()]
    {
        let line = "actor || action || subject || coalesce(CAST(details AS text), '')";
        assert_eq!(app.rows("audit_log").containing(line, secret).count(), 0, "{secret}");
    }
    assert!(app.rows("audit_log").count() > 3);
}

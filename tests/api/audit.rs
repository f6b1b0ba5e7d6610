//! The audit log: every write of a stranger or an account leaves who, what, on what, whence.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, Reply, TestApp, forms, send};

const OTHER: &str = "雪の朝に隣の犬と川岸まで歩いた";
const CLIENT: &str = "203.0.113.9";

/// A caller whose requests bear an id and come from one address.
struct Witness<'a> {
    app: &'a TestApp,
    requests: std::cell::Cell<u32>,
}

impl Witness<'_> {
    /// Sends a request and holds the one line it leaves against action, actor and subject.
    async fn sees(&self, client: &Client, request: (Method, &str, Value), line: (&str, &str, &str)) -> Reply {
        let place = self.requests.get() + 1;
        self.requests.set(place);
        let id = format!("witnessed-{place}");
        let (method, path, body) = request;
        let request = client
            .request(method, path)
            .header("X-Request-Id", &id)
            .header("X-Forwarded-For", CLIENT)
            .header("If-Match", "*")
            .json(&body);
        let reply = send(request).await;
        assert!(reply.status < 300, "{path}: {}", reply.text);
        let (action, actor, subject) = line;
        let lines = format!("SELECT COUNT(*) FROM audit_log WHERE request_id = '{id}'");
        assert_eq!(self.app.count(&lines), 1, "{path}");
        let exact = format!(
            "{lines} AND action = '{action}' AND actor GLOB '{actor}' AND subject GLOB '{subject}'
             AND client = '{CLIENT}' AND at <= {}",
            self.app.now().timestamp_micros()
        );
        assert_eq!(self.app.count(&exact), 1, "{path}: {line:?}");
        reply
    }
}

#[actix_web::test]
async fn every_write_of_an_accounts_life_leaves_one_line() {
    let app = TestApp::start_with(&[("TODOKEDE_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let witness = Witness { app: &app, requests: std::cell::Cell::new(0) };
    let stranger = app.anonymous();
    let post = |path, body| (Method::POST, path, body);
    let email = json!({ "email": "a@clinic.example" });

    witness
        .sees(
            &stranger,
            post("/v1/registrations", email.clone()),
            ("registration.requested", "stranger", "lnk_*"),
        )
        .await;
    let token = app.token("a@clinic.example", "PROVISIONAL_REGISTRATION").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let created =
        witness.sees(&stranger, post("/v1/accounts", form), ("account.created", "acc_*", "acc_*")).await;
    let own = created.body["id"].as_str().unwrap();
    witness
        .sees(
            &stranger,
            post("/v1/registrations", email.clone()),
            ("registration.requested_for_taken_address", "stranger", own),
        )
        .await;

    let login = json!({ "email": "a@clinic.example", "password": PASSWORD });
    let opened = witness.sees(&stranger, post("/v1/sessions", login), ("session.opened", own, "ses_*")).await;
    let session = opened.header("location").rsplit('/').next().unwrap().to_owned();
    let refresh = json!({ "refresh_token": opened.body["refresh_token"] });
    witness
        .sees(&stranger, post("/v1/sessions/refresh", refresh), ("session.refreshed", own, &session))
        .await;
    let clinic = stranger.with_token(opened.body["access_token"].as_str().unwrap());

    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    witness.sees(&clinic, (Method::PATCH, "/v1/account", change), ("account.changed", own, own)).await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    witness
        .sees(&clinic, (Method::PUT, "/v1/account/password", change), ("account.password_changed", own, own))
        .await;
    let change = json!({ "email": "b@clinic.example", "password": OTHER });
    witness
        .sees(
            &clinic,
            post("/v1/account/email-changes", change),
            ("account.email_change_requested", own, own),
        )
        .await;
    let token = json!({ "token": app.token("b@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await });
    witness
        .sees(
            &stranger,
            post("/v1/account/email-changes/completion", token),
            ("account.email_changed", own, own),
        )
        .await;
    witness
        .sees(&clinic, (Method::DELETE, "/v1/sessions/current", json!({})), ("session.ended", own, &session))
        .await;

    witness
        .sees(
            &stranger,
            post("/v1/password-resets", email),
            ("password_reset.requested_for_unknown_address", "stranger", "-"),
        )
        .await;
    let email = json!({ "email": "b@clinic.example" });
    witness
        .sees(&stranger, post("/v1/password-resets", email), ("password_reset.requested", "stranger", own))
        .await;
    let token = app.token("b@clinic.example", "PASSWORD_RESET").await;
    let reset = json!({ "token": token, "password": PASSWORD });
    witness
        .sees(&stranger, post("/v1/password-resets/completion", reset), ("account.password_reset", own, own))
        .await;
    app.mails("b@clinic.example", "PASSWORD_CHANGED").await;
}

#[actix_web::test]
async fn the_log_holds_no_address_no_name_and_no_secret() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic
        .post("/v1/account/email-changes", &json!({ "email": "b@clinic.example", "password": PASSWORD }))
        .await
        .is(202);
    for secret in [&clinic.email, "clinic.example", "架空", PASSWORD, &clinic.refresh_token, clinic.token()]
    {
        let query = format!(
            "SELECT COUNT(*) FROM audit_log
             WHERE instr(actor || action || subject || coalesce(details, ''), '{secret}') > 0"
        );
        assert_eq!(app.count(&query), 0, "{secret}");
    }
    assert!(app.count("SELECT COUNT(*) FROM audit_log") > 3);
}

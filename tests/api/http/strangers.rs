//! Nobody can tell by an answer whether an address has an account, or whether a token was ever valid. `.ci/enumeration`
//! measures the times of the answers; these tests compare everything else.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp};

/// The headers that differ between any two answers.
const INDIVIDUAL: [&str; 2] = ["date", "x-request-id"];
/// The tables to which the operations of this file could write.
const TABLES: [&str; 8] = [
    "link_requests",
    "links",
    "outbox",
    "audit_log",
    "sessions",
    "refresh_tokens",
    "known_devices",
    "idempotency_keys",
];
/// Budgets that the tests do not use up.
const BUDGETS: [(&str, &str); 6] = [
    ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "1000/3600"),
    ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "1000/3600"),
    ("TODOKEDE_LIMIT_EMAIL_CHANGES_PER_ACCOUNT", "1000/3600"),
    ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "1000/3600"),
    ("TODOKEDE_LIMIT_WRONG_PASSWORDS_PER_SESSION", "1000/3600"),
    ("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "1000/3600"),
];

/// What a caller can compare: the status, the headers and the body, without the id and the time of the request. The rest
/// of a budget falls with every request, so only its name counts.
fn visible(reply: &Reply) -> (u16, Vec<(String, String)>, Value) {
    let mut body = reply.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("request_id");
    }
    (reply.status, headers(&reply.headers), body)
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| !INDIVIDUAL.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .map(|(name, value)| match value.split_once(";r=") {
            Some((budget, _)) => (name, budget.to_owned()),
            None => (name, value),
        })
        .collect();
    headers.sort();
    headers
}

fn count_rows(app: &TestApp) -> [i64; 8] {
    TABLES.map(|table| app.rows(table).count())
}

/// A service, and a facility whose address callers ask about.
struct Fixture {
    app: TestApp,
    known: FacilityClient,
}

impl Fixture {
    async fn new() -> Self {
        let app = TestApp::start_with(&BUDGETS).await;
        let known = app.clinic().await;
        Self { app, known }
    }

    /// Sends a request about an address that has an account, and about others, and asserts that the answers are the same
    /// and that each stores the same: with one row that waits if `queues`, and otherwise without.
    async fn compare(&self, caller: &Client, path: &str, form: impl Fn(&str) -> Value, queues: bool) {
        // No job answers a request before the test has looked.
        self.app.deliver_mails().await;
        self.app.database.add_failing_trigger("link_requests", "BEFORE DELETE", "1 = 1");
        let known = self.known.email.clone();
        let cased = known.to_uppercase();
        let length = known.len() - "@clinic.example".len();
        let unknown = format!("{}@clinic.example", "u".repeat(length));
        let mut seen = Vec::new();
        for email in [known, unknown, cased, "someone@elsewhere.example".to_owned()] {
            let before = count_rows(&self.app);
            let reply = caller.post(path, &form(&email)).await;
            let stored: Vec<i64> =
                count_rows(&self.app).iter().zip(before).map(|(now, before)| now - before).collect();
            seen.push((visible(&reply), stored));
        }
        assert!(seen.iter().all(|one| *one == seen[0]), "{path}: {seen:#?}");
        assert_eq!(seen[0].1[0], i64::from(queues), "{path}: {seen:#?}");
        self.app.database.drop_failing_trigger("link_requests");
        self.app.deliver_mails().await;
    }
}

#[apply(on_both_databases)]
async fn a_request_for_a_link_gets_the_same_answer_and_stores_the_same_for_every_address() {
    let fixture = Fixture::new().await;
    let anonymous = fixture.app.anonymous();
    for path in ["/v1/registrations", "/v1/password-resets"] {
        fixture.compare(&anonymous, path, |email| json!({ "email": email }), true).await;
    }
    let caller = fixture.app.clinic().await;
    let change = |email: &str| json!({ "email": email, "password": PASSWORD });
    // A newer request replaces the one that waits, so the number of rows that wait grows only with the first.
    caller.post("/v1/account/email-changes", &change("first@clinic.example")).await.assert_status(202);
    fixture.app.deliver_mails().await;
    let path = "/v1/account/email-changes";
    let mut seen = Vec::new();
    for email in [fixture.known.email.clone(), "reception-0000000000@clinic.example".to_owned()] {
        let before = count_rows(&fixture.app);
        let reply = caller.post(path, &change(&email)).await;
        fixture.app.deliver_mails().await;
        let after = count_rows(&fixture.app);
        // A notice to the caller's present address, and one mail to the new one: a link, or a notice to its owner.
        assert_eq!((after[0], after[2] - before[2], after[3] - before[3]), (0, 2, 1), "{email}");
        seen.push(visible(&reply));
    }
    assert_eq!(seen[0], seen[1]);
}

#[apply(on_both_databases)]
async fn a_refused_login_is_the_same_for_every_address_and_stores_the_same() {
    let fixture = Fixture::new().await;
    let login = |email: &str| json!({ "email": email, "password": "guess", "device_token": "guess" });
    fixture.compare(&fixture.app.anonymous(), "/v1/sessions", login, false).await;
}

#[apply(on_both_databases)]
async fn the_wrong_password_after_which_the_owner_is_notified_stores_the_same_for_every_address() {
    let Fixture { app, known } = Fixture::new().await;
    app.database.add_failing_trigger("link_requests", "BEFORE DELETE", "1 = 1");
    let log_in = async |email: &str| {
        app.anonymous().post("/v1/sessions", &json!({ "email": email, "password": "guess" })).await
    };
    let unknown = "u".repeat(known.email.len() - "@clinic.example".len()) + "@clinic.example";
    let mut seen = Vec::new();
    for email in [&known.email, &unknown] {
        log_in(email).await.assert_problem(401, "LOGIN_FAILED");
        app.database.execute("UPDATE wrong_passwords SET in_a_row = 9 WHERE in_a_row = 1");
        let before = count_rows(&app);
        let reply = log_in(email).await;
        let stored: Vec<i64> =
            count_rows(&app).iter().zip(before).map(|(now, before)| now - before).collect();
        let waiting = app.rows("link_requests").with("email", email).with("purpose", "LOGINS_REFUSED");
        assert_eq!(waiting.count(), 1, "{email}");
        seen.push((visible(&reply), stored));
    }
    assert_eq!(seen[0], seen[1]);
    // A request that waits and a line of the audit log, and no mail yet.
    assert_eq!(seen[0].1, [1, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(app.count("SELECT count(*) FROM link_requests WHERE account_id IS NOT NULL"), 0);

    app.database.drop_failing_trigger("link_requests");
    assert_eq!(app.mails(&known.email, "LOGINS_REFUSED").await.len(), 1);
    assert!(app.mails(&unknown, "LOGINS_REFUSED").await.is_empty());
    assert_eq!(app.rows("link_requests").count(), 0);
}

#[apply(on_both_databases)]
async fn a_refused_refresh_is_the_same_for_an_unknown_token_and_for_those_of_an_ended_session() {
    let Fixture { app, known } = Fixture::new().await;
    let anonymous = app.anonymous();
    let refresh =
        async |token: &str| anonymous.post("/v1/sessions/refresh", &json!({ "refresh_token": token })).await;
    let replaced = known.refresh_token.clone();
    let newest =
        refresh(&replaced).await.assert_status(201).body["refresh_token"].as_str().unwrap().to_owned();
    known.delete("/v1/sessions").await.assert_status(204);
    let before = count_rows(&app);
    let unknown = visible(&refresh(&"u".repeat(43)).await);
    assert_eq!(unknown.0, 401);
    for token in [&replaced, &newest] {
        assert_eq!(visible(&refresh(token).await), unknown);
    }
    // Each refusal has one line in the audit log, the fourth table.
    let mut expected = before;
    expected[3] += 3;
    assert_eq!(count_rows(&app), expected);
}

#[apply(on_both_databases)]
async fn the_readiness_is_the_same_after_a_request_about_any_address() {
    let Fixture { app, known } = Fixture::new().await;
    let anonymous = app.anonymous();
    let idle = visible(&anonymous.get("/readyz").await.assert_status(200));
    app.database.add_failing_trigger("links", "BEFORE INSERT", "1 = 1");
    for email in [&known.email, "unknown@clinic.example"] {
        anonymous.post("/v1/password-resets", &json!({ "email": email })).await.assert_status(202);
        // The result of the last check is used for a second.
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        assert_eq!(visible(&anonymous.get("/readyz").await), idle);
    }
    app.database.drop_failing_trigger("links");
}

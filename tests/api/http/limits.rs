//! Rate limits: each budget limits one kind of request. No client can lock a facility out of its account.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{FacilityClient, PASSWORD, Reply, TestApp, send};

const PROXY: (&str, &str) = ("TODOKEDE_TRUSTED_PROXIES", "127.0.0.1");
const CLINIC: &str = "192.0.2.10";
const ATTACKER: &str = "203.0.113.66";

/// Posts as the client with this address, which the trusted load balancer forwards.
async fn post_from(app: &TestApp, client: &str, path: &str, body: &Value) -> Reply {
    send(app.anonymous().request(Method::POST, path).header("X-Forwarded-For", client).json(body)).await
}

async fn log_in_from(app: &TestApp, client: &str, email: &str, password: &str) -> Reply {
    post_from(app, client, "/v1/sessions", &json!({ "email": email, "password": password })).await
}

/// Asserts that a budget refused the request, and returns the seconds of `Retry-After`.
#[track_caller]
fn assert_rate_limited(reply: &Reply, policy: &str, budget: &str) -> i64 {
    reply.assert_problem(429, "RATE_LIMITED");
    assert_eq!(reply.body["retryable"], true);
    let seconds: i64 = reply.header("retry-after").parse().unwrap();
    assert!(seconds > 0);
    assert_eq!(reply.header("ratelimit"), format!("\"{policy}\";r=0;t={seconds}"));
    assert_eq!(reply.header("ratelimit-policy"), format!("\"{policy}\";{budget}"));
    seconds
}

#[apply(on_both_databases)]
async fn right_passwords_cost_nothing_and_wrong_ones_use_up_the_budget_of_their_client() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "2/900")]).await;
    let clinic = app.clinic().await;
    for _ in 0..5 {
        let reply = log_in_from(&app, CLINIC, &clinic.email, PASSWORD).await.assert_status(201);
        assert_eq!(reply.header("ratelimit"), "\"failed-logins-per-client\";r=2");
    }
    for left in [1, 0] {
        let reply = log_in_from(&app, ATTACKER, &clinic.email, "guess").await;
        reply.assert_problem(401, "LOGIN_FAILED");
        assert_eq!(reply.header("ratelimit"), format!("\"failed-logins-per-client\";r={left}"));
        assert_eq!(reply.header("ratelimit-policy"), "\"failed-logins-per-client\";q=2;w=900");
    }
    let reply = log_in_from(&app, ATTACKER, &clinic.email, PASSWORD).await;
    let seconds = assert_rate_limited(&reply, "failed-logins-per-client", "q=2;w=900");
    assert!(seconds <= 450, "{seconds}");
    log_in_from(&app, CLINIC, &clinic.email, PASSWORD).await.assert_status(201);
    app.advance(Duration::seconds(seconds));
    log_in_from(&app, ATTACKER, &clinic.email, "guess").await.assert_problem(401, "LOGIN_FAILED");
    let reply = log_in_from(&app, ATTACKER, &clinic.email, "guess").await;
    assert_rate_limited(&reply, "failed-logins-per-client", "q=2;w=900");
}

#[apply(on_both_databases)]
async fn a_known_device_can_log_in_although_others_have_used_up_the_budget_of_the_address_that_they_share() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "1/900")]).await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    log_in_from(&app, CLINIC, "typo@clinic.example", "guess").await.assert_problem(401, "LOGIN_FAILED");
    let log_in = async |email: &str, device: &str| {
        let login = json!({ "email": email, "password": PASSWORD, "device_token": device });
        post_from(&app, CLINIC, "/v1/sessions", &login).await
    };
    log_in(&clinic.email, &clinic.device_token).await.assert_status(201);
    for device in [neighbour.device_token.as_str(), "unknown"] {
        let reply = log_in(&clinic.email, device).await;
        assert_rate_limited(&reply, "failed-logins-per-client", "q=1;w=900");
    }
}

#[apply(on_both_databases)]
async fn wrong_passwords_at_the_same_time_cannot_exceed_the_budget_together() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "3/900")]).await;
    let clinic = app.clinic().await;
    let guesses = (0..8).map(|_| log_in_from(&app, ATTACKER, &clinic.email, "guess"));
    let replies = futures_util::future::join_all(guesses).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 401).count(), 3);
    assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 5);
}

#[apply(on_both_databases)]
async fn budgets_give_the_same_answers_for_known_and_unknown_addresses() {
    let app = TestApp::start_with(&[
        PROXY,
        ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "2/3600"),
        ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "2/3600"),
    ])
    .await;
    let clinic = app.clinic().await;
    app.advance(Duration::hours(2));
    for path in ["/v1/sessions", "/v1/registrations", "/v1/password-resets"] {
        let mut seen = Vec::new();
        for (number, email) in [clinic.email.as_str(), "nobody@clinic.example"].into_iter().enumerate() {
            app.advance(Duration::hours(2));
            let client = format!("203.0.113.{number}");
            let mut body = json!({ "email": email });
            if path == "/v1/sessions" {
                body["password"] = json!("guess");
            }
            let mut answers = Vec::new();
            for _ in 0..3 {
                let reply = post_from(&app, &client, path, &body).await;
                let text = reply.text.replace(reply.header("x-request-id"), "");
                // Time passes between the two addresses, so the seconds may differ.
                let limit = reply.header("ratelimit").split(";t=").next().unwrap().to_owned();
                answers.push((reply.status, text, limit, reply.header("ratelimit-policy").to_owned()));
            }
            assert_eq!(answers[2].0, 429, "{path}");
            seen.push(answers);
        }
        assert_eq!(seen[0], seen[1], "{path}");
    }
    app.mails(&clinic.email, "PASSWORD_RESET").await;
}

#[apply(on_both_databases)]
async fn mails_to_one_address_are_limited_for_each_purpose_and_nobody_can_see_it() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "3/3600")]).await;
    let owner = app.clinic().await;
    let spellings =
        [owner.email.clone(), owner.email.to_uppercase(), owner.email.replace("clinic", "Clinic")];
    let mut answers = Vec::new();
    for number in 0..6 {
        let client = format!("203.0.113.{number}");
        let form = json!({ "email": spellings[number % 3] });
        let reply = post_from(&app, &client, "/v1/registrations", &form).await.assert_status(202);
        answers.push((reply.body.clone(), reply.header("ratelimit").to_owned()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // The registration of `owner` was another mail of this budget.
    assert_eq!(app.mails(&owner.email, "ADDRESS_TAKEN").await.len(), 2);
    assert_eq!(app.rows("audit_log").with("action", "link_request.dropped").count(), 4);
    assert_eq!(app.rows("link_requests").count(), 0);

    // A stranger who uses up the registrations of an address leaves its owner the resets and changes.
    post_from(&app, CLINIC, "/v1/password-resets", &json!({ "email": owner.email })).await.assert_status(202);
    app.token(&owner.email, "PASSWORD_RESET").await;
    let change = json!({ "email": owner.email, "password": PASSWORD });
    let neighbour = app.clinic().await;
    neighbour.post("/v1/account/email-changes", &change).await.assert_status(202);
    assert_eq!(app.mails(&owner.email, "NEW_ADDRESS_TAKEN").await.len(), 1);
    app.advance(Duration::minutes(20));
    post_from(&app, ATTACKER, "/v1/registrations", &json!({ "email": owner.email })).await.assert_status(202);
    assert_eq!(app.mails(&owner.email, "ADDRESS_TAKEN").await.len(), 3);
}

#[apply(on_both_databases)]
async fn the_mails_that_one_client_causes_are_limited_and_other_clients_are_not_affected() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "3/3600")]).await;
    for number in 0..3 {
        let body = json!({ "email": format!("victim-{number}@clinic.example") });
        post_from(&app, ATTACKER, "/v1/registrations", &body).await.assert_status(202);
    }
    let body = json!({ "email": "victim-4@clinic.example" });
    let reply = post_from(&app, ATTACKER, "/v1/registrations", &body).await;
    assert_rate_limited(&reply, "mails-per-client", "q=3;w=3600");
    post_from(&app, ATTACKER, "/v1/password-resets", &body).await.assert_status(202);
    post_from(&app, CLINIC, "/v1/registrations", &body).await.assert_status(202);
    app.mails("victim-4@clinic.example", "PROVISIONAL_REGISTRATION").await;
}

#[apply(on_both_databases)]
async fn guesses_of_tokens_and_of_passwords_of_many_accounts_are_limited_per_client() {
    let app = TestApp::start_with(&[
        PROXY,
        ("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "4/600"),
        ("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "2/900"),
    ])
    .await;
    let token = json!({ "token": "k".repeat(43) });
    for (path, body, status) in [
        ("/v1/registrations/confirmation", token.clone(), 404),
        ("/v1/password-resets/completion", json!({ "token": "k", "password": PASSWORD }), 404),
        ("/v1/sessions/refresh", json!({ "refresh_token": "k" }), 401),
        ("/v1/registrations/confirmation", token.clone(), 404),
    ] {
        assert_eq!(post_from(&app, ATTACKER, path, &body).await.status, status, "{path}");
    }
    let reply = post_from(&app, ATTACKER, "/v1/registrations/confirmation", &token).await;
    assert_rate_limited(&reply, "wrong-tokens-per-client", "q=4;w=600");
    post_from(&app, CLINIC, "/v1/registrations/confirmation", &token)
        .await
        .assert_problem(404, "LINK_UNKNOWN");
    for number in 0..2 {
        let email = format!("clinic-{number}@clinic.example");
        log_in_from(&app, ATTACKER, &email, "guess").await.assert_problem(401, "LOGIN_FAILED");
    }
    let reply = log_in_from(&app, ATTACKER, "clinic-3@clinic.example", "guess").await;
    assert_rate_limited(&reply, "failed-logins-per-client", "q=2;w=900");
}

#[apply(on_both_databases)]
async fn the_writes_of_an_account_are_limited_and_its_reads_are_not() {
    let app = TestApp::start_with(&[("TODOKEDE_LIMIT_WRITES_PER_ACCOUNT", "2/3600")]).await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    for _ in 0..2 {
        clinic.patch("/v1/account", &change, "*").await.assert_status(200);
    }
    let reply = clinic.patch("/v1/account", &change, "*").await;
    assert_rate_limited(&reply, "writes-per-account", "q=2;w=3600");
    let reply = clinic.log_in_again(&app).await.patch("/v1/account", &change, "*").await;
    assert_rate_limited(&reply, "writes-per-account", "q=2;w=3600");
    clinic.get("/v1/account").await.assert_status(200);
    neighbour.patch("/v1/account", &change, "*").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_client_cannot_forge_its_address_with_x_forwarded_for() {
    let body = |number: usize| json!({ "email": format!("victim-{number}@clinic.example") });
    let budget = ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "1/3600");
    let app = TestApp::start_with(&[budget]).await;
    post_from(&app, "192.0.2.1", "/v1/registrations", &body(0)).await.assert_status(202);
    let reply = post_from(&app, "192.0.2.2", "/v1/registrations", &body(1)).await;
    assert_rate_limited(&reply, "mails-per-client", "q=1;w=3600");
    app.mails("victim-0@clinic.example", "PROVISIONAL_REGISTRATION").await;

    // Some load balancers append the address to the header that they received, others add a second header.
    let app = TestApp::start_with(&[PROXY, budget]).await;
    post_from(&app, ATTACKER, "/v1/registrations", &body(0)).await.assert_status(202);
    let appended = format!("192.0.2.3, {ATTACKER}");
    let reply = post_from(&app, &appended, "/v1/registrations", &body(1)).await;
    assert_rate_limited(&reply, "mails-per-client", "q=1;w=3600");
    let request = app.anonymous().request(Method::POST, "/v1/registrations");
    let request = request.header("X-Forwarded-For", "192.0.2.4").header("X-Forwarded-For", ATTACKER);
    let reply = send(request.json(&body(2))).await;
    assert_rate_limited(&reply, "mails-per-client", "q=1;w=3600");
    app.mails("victim-0@clinic.example", "PROVISIONAL_REGISTRATION").await;
}

#[apply(on_both_databases)]
async fn guesses_of_the_password_with_a_stolen_session_are_limited_and_other_sessions_are_not() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_WRONG_PASSWORDS_PER_SESSION", "3/900")]).await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    let change = json!({ "current_password": "guess", "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let address = json!({ "email": "thief@elsewhere.example", "password": "guess" });
    let guess = async |account: &FacilityClient, number: usize| {
        let (method, path, body) = if number.is_multiple_of(2) {
            (Method::PUT, "/v1/account/password", &change)
        } else {
            (Method::POST, "/v1/account/email-changes", &address)
        };
        let request = account.request(method, path).header("X-Forwarded-For", format!("203.0.113.{number}"));
        send(request.json(body)).await
    };
    for number in 0..3 {
        guess(&clinic, number).await.assert_problem(422, "INVALID_CONTENT");
    }
    for number in 3..5 {
        assert_rate_limited(&guess(&clinic, number).await, "wrong-passwords-per-session", "q=3;w=900");
    }
    guess(&neighbour, 5).await.assert_problem(422, "INVALID_CONTENT");
    // The owner can still log in, and change the password.
    guess(&clinic.log_in_again(&app).await, 6).await.assert_problem(422, "INVALID_CONTENT");
}

#[apply(on_both_databases)]
async fn right_tokens_cost_nothing() {
    let app = TestApp::start_with(&[PROXY, ("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "1/600")]).await;
    let mut refresh_token = app.clinic().await.refresh_token;
    for _ in 0..5 {
        let form = json!({ "refresh_token": refresh_token });
        let reply = post_from(&app, CLINIC, "/v1/sessions/refresh", &form).await.assert_status(201);
        assert_eq!(reply.header("ratelimit"), "\"wrong-tokens-per-client\";r=1");
        reply.body["refresh_token"].as_str().unwrap().clone_into(&mut refresh_token);
    }
    let form = json!({ "token": app.registration_token("new@clinic.example").await });
    for _ in 0..3 {
        post_from(&app, CLINIC, "/v1/registrations/confirmation", &form).await.assert_status(200);
    }
}

#[apply(on_both_databases)]
async fn changes_of_the_mail_address_are_limited_per_account_and_a_refused_one_ends_no_link() {
    let app = TestApp::start_with(&[
        ("TODOKEDE_LIMIT_EMAIL_CHANGES_PER_ACCOUNT", "2/3600"),
        ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "1/3600"),
    ])
    .await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    for _ in 0..2 {
        clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
        // A request that still waits would be replaced by the next one.
        app.deliver_mails().await;
    }
    let token = app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await;
    let reply = clinic.post("/v1/account/email-changes", &change).await;
    assert_rate_limited(&reply, "email-changes-per-account", "q=2;w=3600");
    // Requests of one account do not use up those of another for the same address.
    neighbour.post("/v1/account/email-changes", &change).await.assert_status(202);
    assert_eq!(app.mails("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await.len(), 3);
    let completion = json!({ "token": token });
    clinic.post("/v1/account/email-changes/completion", &completion).await.assert_status(200);
}

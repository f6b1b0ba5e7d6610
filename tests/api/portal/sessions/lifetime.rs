//! Login, refresh and logout: how sessions begin, continue and end.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};
use todokede::db::engine::writer::Mode;
use todokede::usecases::actor::SYSTEM;
use todokede::usecases::housekeeping;
use todokede::usecases::work::{Call, Work};

use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp};

const REFRESH_PATH: &str = "/v1/sessions/refresh";

async fn refresh(app: &TestApp, token: &str) -> Reply {
    app.anonymous().post(REFRESH_PATH, &json!({ "refresh_token": token })).await
}

/// The id of the session of a client's access token.
async fn own_id(client: &Client) -> String {
    let page = client.get("/v1/sessions?page_size=100").await.assert_status(200);
    let sessions = page.body["items"].as_array().unwrap();
    let own: Vec<&Value> = sessions.iter().filter(|session| session["current"] == true).collect();
    assert_eq!(own.len(), 1);
    own[0]["id"].as_str().unwrap().to_owned()
}

/// The ids of the sessions that an account's list shows.
async fn session_ids(client: &Client) -> Vec<String> {
    let page = client.get("/v1/sessions?page_size=100").await.assert_status(200);
    let sessions = page.body["items"].as_array().unwrap();
    sessions.iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

#[apply(on_both_databases)]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut seen = Vec::new();
    for (email, password) in [
        (clinic.email.as_str(), "wrong"),
        ("nobody@clinic.example", "wrong"),
        ("nobody@clinic.example", PASSWORD),
        (clinic.email.as_str(), ""),
    ] {
        let login = json!({ "email": email, "password": password });
        let reply = app.anonymous().post("/v1/sessions", &login).await;
        reply.assert_problem(401, "LOGIN_FAILED");
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
        let text = reply.text.replace(reply.header("x-request-id"), "");
        let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        seen.push((text, names));
    }
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:#?}");
}

#[apply(on_both_databases)]
async fn the_faults_of_an_invalid_login_form_are_reported() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for (body, faults) in [
        (json!({}), vec![("/email", "REQUIRED"), ("/password", "REQUIRED")]),
        (json!({ "email": "x", "password": "y" }), vec![("/email", "EMAIL_FORM")]),
        (
            json!({ "email": "a@clinic.example", "password": "y".repeat(129) }),
            vec![("/password", "TOO_LONG")],
        ),
        (json!({ "email": "a@clinic.example", "password": 5 }), vec![("/password", "WRONG_TYPE")]),
        (
            json!({ "email": "a@clinic.example", "password": "y", "remember": true }),
            vec![("/remember", "UNKNOWN_MEMBER")],
        ),
    ] {
        anonymous.post("/v1/sessions", &body).await.assert_faults(&faults);
    }
    assert_eq!(app.rows("sessions").count(), 0);
}

#[apply(on_both_databases)]
async fn an_access_token_is_valid_for_ten_minutes_by_the_services_clock() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    app.advance(Duration::minutes(9) + Duration::seconds(40));
    clinic.get("/v1/account").await.assert_status(200);
    app.advance(Duration::seconds(20));
    let reply = clinic.get("/v1/account").await;
    reply.assert_problem(401, "TOKEN_EXPIRED");
    assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let renewed = refresh(&app, &clinic.refresh_token).await.assert_status(201);
    assert_eq!(renewed.body["expires_in"], 600);
    let clinic = clinic.with_token(renewed.body["access_token"].as_str().unwrap());
    clinic.get("/v1/account").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_client_that_lost_the_answer_gets_the_same_successor_for_thirty_seconds() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = refresh(&app, &clinic.refresh_token).await.assert_status(201);
    assert_ne!(first.body["refresh_token"], *clinic.refresh_token);
    app.advance(Duration::seconds(20));
    let repeats = join_all((0..8).map(|_| refresh(&app, &clinic.refresh_token))).await;
    for repeat in repeats {
        let repeat = repeat.assert_status(201);
        assert_eq!(repeat.body["refresh_token"], first.body["refresh_token"]);
        let access = clinic.with_token(repeat.body["access_token"].as_str().unwrap());
        access.get("/v1/account").await.assert_status(200);
    }
    assert_eq!(app.rows("refresh_tokens").count(), 2);
    refresh(&app, first.body["refresh_token"].as_str().unwrap()).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_replaced_refresh_token_ends_its_session_after_thirty_seconds_and_the_owner_gets_a_mail() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other_session = clinic.log_in_again(&app).await;
    let first = refresh(&app, &clinic.refresh_token).await.assert_status(201);
    app.advance(Duration::seconds(30));
    assert_session_is_revoked(&app, &clinic, &first).await;
    other_session.get("/v1/account").await.assert_status(200);
    clinic.log_in_again(&app).await;
}

#[apply(on_both_databases)]
async fn a_replaced_refresh_token_ends_its_session_as_soon_as_its_successor_was_used() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = refresh(&app, &clinic.refresh_token).await.assert_status(201);
    let second = refresh(&app, first.body["refresh_token"].as_str().unwrap()).await.assert_status(201);
    assert_session_is_revoked(&app, &clinic, &second).await;
}

#[apply(on_both_databases)]
async fn a_copy_of_the_database_and_an_old_refresh_token_do_not_give_the_newest_token() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut token = clinic.refresh_token.clone();
    for _ in 0..4 {
        let renewed = refresh(&app, &token).await.assert_status(201);
        renewed.body["refresh_token"].as_str().unwrap().clone_into(&mut token);
        assert_eq!(app.rows("refresh_tokens").with_non_null("successor_salt").count(), 1);
    }
    let call = Call::internal(app.now() + Duration::seconds(31));
    let policy = app.running.state.policy.clone();
    let tidying = app.running.state.database.write(Mode::Commit, move |conn| {
        housekeeping::delete_expired(&mut Work::new(conn, &call, &SYSTEM, &policy))
    });
    tidying.await.unwrap();
    assert_eq!(app.rows("refresh_tokens").with_non_null("successor_salt").count(), 0);
    refresh(&app, &token).await.assert_status(201);
}

/// Uses a replaced refresh token, and asserts that this ends its session, whose newest tokens are given, and that the
/// owner gets a mail.
async fn assert_session_is_revoked(app: &TestApp, clinic: &FacilityClient, newest: &Reply) {
    let access = clinic.with_token(newest.body["access_token"].as_str().unwrap());
    access.get("/v1/account").await.assert_status(200);
    for _ in 0..2 {
        let reused = refresh(app, &clinic.refresh_token).await;
        reused.assert_problem(401, "REFRESH_TOKEN_INVALID");
        assert_eq!(reused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        assert_eq!(reused.header("content-language"), "ja");
    }
    access.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
    let newest = refresh(app, newest.body["refresh_token"].as_str().unwrap()).await;
    newest.assert_problem(401, "REFRESH_TOKEN_INVALID");
    assert_eq!(app.rows("audit_log").with("action", "session.revoked_after_token_reuse").count(), 1);
    assert_eq!(app.mails(&clinic.email, "SESSION_REVOKED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn tokens_that_are_not_refresh_tokens_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let registration = app.registration_token("new@clinic.example").await;
    for token in [registration, "k".repeat(43), "x".to_owned(), String::new()] {
        let reply = refresh(&app, &token).await;
        reply.assert_problem(401, "REFRESH_TOKEN_INVALID");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    let reply = refresh(&app, &"x".repeat(201)).await;
    reply.assert_faults(&[("/refresh_token", "TOO_LONG")]);
    let missing = app.anonymous().post(REFRESH_PATH, &json!({})).await;
    assert_eq!(missing.assert_problem(401, "REFRESH_TOKEN_MISSING").header("www-authenticate"), "Bearer");
    clinic.get("/v1/account").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_session_ends_after_fourteen_idle_days_and_after_ninety_days_at_the_latest() {
    let app = TestApp::start().await;
    let idle = app.clinic().await;
    let busy = idle.log_in_again(&app).await;
    let mut token = busy.refresh_token.clone();
    let mut refresh_after = async |days: i64| {
        app.advance(Duration::days(days));
        let reply = refresh(&app, &token).await;
        if reply.status == 201 {
            reply.body["refresh_token"].as_str().unwrap().clone_into(&mut token);
        }
        reply
    };
    refresh_after(13).await.assert_status(201);
    refresh_after(1).await.assert_status(201);
    refresh(&app, &idle.refresh_token).await.assert_problem(401, "REFRESH_TOKEN_INVALID");
    for _ in 0..5 {
        refresh_after(13).await.assert_status(201);
    }
    refresh_after(10).await.assert_status(201);
    refresh_after(1).await.assert_problem(401, "REFRESH_TOKEN_INVALID");
}

#[apply(on_both_databases)]
async fn a_logout_ends_only_its_own_session_at_once() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let other = clinic.log_in_again(&app).await;
    clinic.delete("/v1/sessions/current").await.assert_status(204);
    for _ in 0..2 {
        clinic.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
        clinic.delete("/v1/sessions/current").await.assert_problem(401, "SESSION_ENDED");
    }
    refresh(&app, &clinic.refresh_token).await.assert_problem(401, "REFRESH_TOKEN_INVALID");
    other.get("/v1/account").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_logout_everywhere_ends_all_sessions_of_the_account_at_once() {
    let app = TestApp::start().await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    let other = clinic.log_in_again(&app).await;
    app.anonymous().delete("/v1/sessions").await.assert_problem(401, "TOKEN_MISSING");
    clinic.delete("/v1/sessions").await.assert_status(204);
    for ended in [&clinic, &other] {
        ended.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
        refresh(&app, &ended.refresh_token).await.assert_problem(401, "REFRESH_TOKEN_INVALID");
    }
    neighbour.get("/v1/account").await.assert_status(200);
    clinic.log_in_again(&app).await;
}

#[apply(on_both_databases)]
async fn an_account_can_end_its_own_sessions_only() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let lost_device = clinic.log_in_again(&app).await;
    let neighbour = app.clinic().await;
    let foreign = own_id(&neighbour).await;
    for id in [foreign.as_str(), "ses_00000000000000000000000000", "acc_1", "%20", "ses_"] {
        clinic.delete(&format!("/v1/sessions/{id}")).await.assert_problem(404, "NOT_FOUND");
    }
    neighbour.get("/v1/account").await.assert_status(200);

    let lost = own_id(&lost_device).await;
    for _ in 0..2 {
        clinic.delete(&format!("/v1/sessions/{lost}")).await.assert_status(204);
    }
    lost_device.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
    refresh(&app, &lost_device.refresh_token).await.assert_problem(401, "REFRESH_TOKEN_INVALID");
    clinic.get("/v1/account").await.assert_status(200);
    app.anonymous().delete(&format!("/v1/sessions/{lost}")).await.assert_problem(401, "TOKEN_MISSING");
}

#[apply(on_both_databases)]
async fn open_sessions_are_listed_page_by_page_newest_first() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    app.clinic().await;
    let mut ids = vec![own_id(&clinic).await];
    for _ in 0..4 {
        app.advance(Duration::seconds(5));
        ids.insert(0, own_id(&clinic.log_in_again(&app).await.client).await);
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/sessions?page_size=2".to_owned());
    for expected in [2, 2, 1] {
        let page = clinic.get(&path).await.assert_status(200);
        let items = page.body["items"].as_array().unwrap();
        assert_eq!(items.len(), expected, "{path}");
        seen.extend(items.iter().map(|session| session["id"].as_str().unwrap().to_owned()));
        let next = page.body["next_page_token"].as_str();
        assert_eq!(next.is_some(), seen.len() < 5);
        let link = page.header("link");
        assert_eq!(link.ends_with("; rel=\"next\""), next.is_some(), "{link}");
        path = link.split_once('>').unwrap_or_default().0.trim_start_matches('<').to_owned();
        // A login between two pages must not shift the later pages.
        app.advance(Duration::seconds(5));
        clinic.log_in_again(&app).await;
    }
    assert_eq!(seen, ids);
    for query in ["page_size=0", "page_size=101", "page_size=x", "page_token=x", "page=2"] {
        clinic.get(&format!("/v1/sessions?{query}")).await.assert_problem(400, "INVALID_PARAMETER");
    }
}

#[apply(on_both_databases)]
async fn a_session_that_was_ended_or_idle_too_long_is_not_listed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (logged_out, lost, idle) =
        (clinic.log_in_again(&app).await, clinic.log_in_again(&app).await, clinic.log_in_again(&app).await);
    let own = own_id(&clinic).await;
    let (lost, idle) = (own_id(&lost).await, own_id(&idle).await);
    logged_out.delete("/v1/sessions/current").await.assert_status(204);
    clinic.delete(&format!("/v1/sessions/{lost}")).await.assert_status(204);
    assert_eq!(session_ids(&clinic).await, [idle.as_str(), &own]);

    let mut token = clinic.refresh_token.clone();
    for days in [13, 1] {
        app.advance(Duration::days(days));
        let renewed = refresh(&app, &token).await.assert_status(201);
        renewed.body["refresh_token"].as_str().unwrap().clone_into(&mut token);
        let clinic = clinic.with_token(renewed.body["access_token"].as_str().unwrap());
        let open = session_ids(&clinic).await;
        assert_eq!(open.contains(&idle), days == 13, "{open:?}");
        assert!(open.contains(&own), "{open:?}");
    }
}

#[apply(on_both_databases)]
async fn sessions_and_the_moved_clock_survive_a_restart() {
    let app = TestApp::start().await;
    let moved = json!({ "now": "2023-03-01T09:00:00+09:00" });
    let request = app.anonymous().request(reqwest::Method::PUT, "/sandbox/clock").json(&moved);
    crate::support::send(request).await.assert_status(200);
    let clinic = app.clinic().await;
    let ended = clinic.log_in_again(&app).await;
    ended.delete("/v1/sessions/current").await.assert_status(204);
    app.mails(&clinic.email, "ACCOUNT_CREATED").await;
    let before = app.now();

    let app = app.restart(&[]).await;
    assert!(app.now() >= before && app.now() < before + Duration::minutes(5));
    app.anonymous().with_token(clinic.token()).get("/v1/account").await.assert_status(200);
    let reply = app.anonymous().with_token(ended.token()).get("/v1/account").await;
    reply.assert_problem(401, "SESSION_ENDED");
    refresh(&app, &clinic.refresh_token).await.assert_status(201);
    FacilityClient::log_in(&app, &clinic.email, PASSWORD, String::new()).await;
}

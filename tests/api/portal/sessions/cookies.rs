//! The session of a browser: its refresh token is in a cookie that no script can read.

use chrono::Duration;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use todokede::domain::identity::sessions::RefreshTokenPlace;

use crate::support::contract::{ApiFixture, operations};
use crate::support::production::Production;
use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp, send};

/// The origin of a page on this machine, which a sandbox allows.
const LOCAL: &str = "http://localhost:5173";
/// The origin of the portal of the tests.
const PORTAL: &str = "https://portal.todokede.test";
const REFRESH_PATH: &str = "/v1/sessions/refresh";
/// The answer's header that removes the cookie of a sandbox.
const REMOVED: &str = "todokede-refresh=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";

/// A page in a browser, with the cookie that the browser keeps for it.
struct Page {
    client: Client,
    origin: &'static str,
    cookie: String,
}

impl Page {
    /// Logs in from a page of this machine.
    async fn log_in(app: &TestApp, clinic: &FacilityClient) -> Self {
        let reply = log_in_from(app.anonymous(), clinic, LOCAL).await.assert_status(201);
        let client = app.anonymous().with_token(reply.body["access_token"].as_str().unwrap());
        Self { client, origin: LOCAL, cookie: cookie_of(&reply) }
    }

    /// Begins a request with the cookie and the origin, as a browser sends it.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        with_cookie(self.client.request(method, path), &self.cookie).header("Origin", self.origin)
    }

    async fn refresh(&self) -> Reply {
        send(self.request(Method::POST, REFRESH_PATH).json(&json!({}))).await
    }
}

fn with_cookie(request: RequestBuilder, cookie: &str) -> RequestBuilder {
    request.header("Cookie", format!("theme=dark; todokede-refresh={cookie}; other=1"))
}

fn login(clinic: &FacilityClient, place: &str) -> Value {
    json!({
        "email": clinic.email,
        "password": PASSWORD,
        "device_token": clinic.device_token,
        "refresh_token_in": place,
    })
}

async fn log_in_from(client: Client, clinic: &FacilityClient, origin: &str) -> Reply {
    let request = client.request(Method::POST, "/v1/sessions").header("Origin", origin);
    send(request.json(&login(clinic, "COOKIE"))).await
}

/// The token in the cookie that an answer sets, whose body must not have it.
#[track_caller]
fn cookie_of(reply: &Reply) -> String {
    assert_eq!(reply.body.get("refresh_token"), None, "{}", reply.text);
    let cookie = reply.header("set-cookie");
    let token = cookie.split_once('=').unwrap().1.split_once(';').unwrap().0.to_owned();
    assert_eq!(token.len(), 43, "{cookie}");
    assert!(!reply.text.contains(&token), "{}", reply.text);
    token
}

/// The values of `Origin` of a request that no allowed page has sent, each on its own lines.
fn strange_origins() -> Vec<Vec<&'static str>> {
    let one =
        ["null", "", "https://attacker.example", "https://localhost:5173", "http://todokede.test.", PORTAL];
    one.into_iter().map(|origin| vec![origin]).chain([vec![], vec![LOCAL, LOCAL]]).collect()
}

fn from_origins(request: RequestBuilder, origins: &[&str]) -> RequestBuilder {
    origins.iter().fold(request, |request, origin| request.header("Origin", *origin))
}

#[apply(on_both_databases)]
async fn a_login_of_a_page_sets_a_cookie_that_no_script_and_no_other_site_can_use() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let reply = log_in_from(app.anonymous(), &clinic, LOCAL).await.assert_status(201);
    let token = cookie_of(&reply);
    assert_eq!(
        reply.header("set-cookie"),
        format!("todokede-refresh={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=1209600")
    );
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(reply.header("cache-control"), "no-store");
    clinic
        .with_token(reply.body["access_token"].as_str().unwrap())
        .get("/v1/account")
        .await
        .assert_status(200);
}

#[apply(on_sqlite)]
async fn behind_https_the_cookie_is_secure_and_belongs_to_this_host_only() {
    let https = [("TODOKEDE_PUBLIC_URL", "https://api.todokede.test"), ("TODOKEDE_CORS_ORIGINS", PORTAL)];
    let app = TestApp::start_with(&https).await;
    let clinic = app.clinic().await;
    let reply = log_in_from(app.anonymous(), &clinic, PORTAL).await.assert_status(201);
    let token = cookie_of(&reply);
    let attributes = "Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age";
    let expected = format!("__Host-todokede-refresh={token}; {attributes}=1209600");
    assert_eq!(reply.header("set-cookie"), expected);
    let refresh = app.anonymous().request(Method::POST, REFRESH_PATH).json(&json!({}));
    let refresh = || refresh.try_clone().unwrap().header("Origin", PORTAL);
    // The name without the prefix could come from another host of the site.
    send(with_cookie(refresh(), &token)).await.assert_problem(401, "REFRESH_TOKEN_MISSING");
    let request = refresh().header("Cookie", format!("__Host-todokede-refresh={token}"));
    let renewed = send(request).await.assert_status(201);
    let request = refresh().header("Cookie", format!("__Host-todokede-refresh={}", cookie_of(&renewed)));
    app.advance(Duration::days(14));
    let refused = send(request).await;
    refused.assert_problem(401, "REFRESH_TOKEN_INVALID");
    assert_eq!(refused.header("set-cookie"), format!("__Host-todokede-refresh=; {attributes}=0"));
}

#[apply(on_both_databases)]
async fn only_a_page_of_an_allowed_origin_gets_the_cookie() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for origins in strange_origins() {
        let request = app.anonymous().request(Method::POST, "/v1/sessions").json(&login(&clinic, "COOKIE"));
        let reply = send(from_origins(request, &origins)).await;
        reply.assert_problem(403, "ORIGIN_NOT_ALLOWED");
        assert_eq!(reply.header("set-cookie"), "", "{origins:?}");
    }
    assert_eq!(app.rows("sessions").count(), 1);
    log_in_from(app.anonymous(), &clinic, "http://todokede.test").await.assert_status(201);
}

#[apply(on_sqlite)]
async fn production_gives_the_cookie_to_no_page_on_the_callers_machine() {
    let production = Production::start_with(&[("TODOKEDE_CORS_ORIGINS", PORTAL)]).await;
    let form = json!({ "email": "nobody@clinic.example", "password": "x", "refresh_token_in": "COOKIE" });
    for (origin, status, code) in [
        (LOCAL, 403, "ORIGIN_NOT_ALLOWED"),
        ("http://127.0.0.1:8080", 403, "ORIGIN_NOT_ALLOWED"),
        (PORTAL, 401, "LOGIN_FAILED"),
        ("https://api.todokede.test", 401, "LOGIN_FAILED"),
    ] {
        let request = production.anonymous().request(Method::POST, "/v1/sessions").header("Origin", origin);
        send(request.json(&form)).await.assert_problem(status, code);
    }
    production.stop().await;
}

#[apply(on_sqlite)]
async fn a_login_that_does_not_ask_for_the_cookie_gets_the_token_in_the_body() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for form in [login(&clinic, "BODY"), json!({ "email": clinic.email, "password": PASSWORD })] {
        let request = app.anonymous().request(Method::POST, "/v1/sessions").header("Origin", LOCAL);
        let reply = send(request.json(&form)).await.assert_status(201);
        assert_eq!((reply.body["refresh_token"].is_string(), reply.header("set-cookie")), (true, ""));
    }
    for (value, code) in [
        (json!("cookie"), "UNKNOWN_VALUE"),
        (json!(""), "UNKNOWN_VALUE"),
        (json!("HEADER"), "UNKNOWN_VALUE"),
        (json!("x".repeat(201)), "TOO_LONG"),
        (json!(true), "WRONG_TYPE"),
    ] {
        let mut form = login(&clinic, "");
        form["refresh_token_in"] = value;
        app.anonymous().post("/v1/sessions", &form).await.assert_faults(&[("/refresh_token_in", code)]);
    }
    assert_eq!(RefreshTokenPlace::CODES, ["BODY", "COOKIE"]);
}

#[apply(on_both_databases)]
async fn a_refresh_replaces_the_cookie_and_two_tabs_with_the_same_cookie_get_the_same_one() {
    let app = TestApp::start().await;
    let mut page = Page::log_in(&app, &app.clinic().await).await;
    let renewed = page.refresh().await.assert_status(201);
    let next = cookie_of(&renewed);
    assert_ne!(next, page.cookie);
    app.advance(Duration::seconds(29));
    let other_tab = page.refresh().await.assert_status(201);
    assert_eq!(cookie_of(&other_tab), next);
    for reply in [&renewed, &other_tab] {
        let client = page.client.with_token(reply.body["access_token"].as_str().unwrap());
        client.get("/v1/account").await.assert_status(200);
    }
    page.cookie = next;
    app.advance(Duration::days(13));
    let reply = page.refresh().await.assert_status(201);
    assert!(reply.header("set-cookie").ends_with("Max-Age=1209600"), "{}", reply.header("set-cookie"));
    assert_eq!(reply.header("access-control-allow-origin"), LOCAL);
}

#[apply(on_sqlite)]
async fn the_cookie_lives_no_longer_than_its_session() {
    let app = TestApp::start().await;
    let mut page = Page::log_in(&app, &app.clinic().await).await;
    for _ in 0..6 {
        app.advance(Duration::days(13));
        page.cookie = cookie_of(&page.refresh().await.assert_status(201));
    }
    app.advance(Duration::days(10));
    let last = page.refresh().await.assert_status(201);
    let seconds: u32 = last.header("set-cookie").rsplit_once('=').unwrap().1.parse().unwrap();
    assert!((172_700..=172_800).contains(&seconds), "two days, without the time of this test: {seconds}");
}

#[apply(on_both_databases)]
async fn a_replaced_cookie_ends_the_session_after_thirty_seconds_and_is_removed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let page = Page::log_in(&app, &clinic).await;
    let renewed = page.refresh().await.assert_status(201);
    app.advance(Duration::seconds(31));
    let reused = page.refresh().await;
    reused.assert_problem(401, "REFRESH_TOKEN_INVALID");
    assert_eq!(reused.header("set-cookie"), REMOVED);
    let newest = Page { cookie: cookie_of(&renewed), ..page };
    newest.refresh().await.assert_problem(401, "REFRESH_TOKEN_INVALID");
    newest.client.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
    assert_eq!(app.rows("audit_log").with("action", "session.revoked_after_token_reuse").count(), 1);
    assert_eq!(app.mails(&clinic.email, "SESSION_REVOKED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_page_of_another_origin_cannot_use_the_cookie_and_does_not_use_it_up() {
    let app = TestApp::start().await;
    let page = Page::log_in(&app, &app.clinic().await).await;
    for origins in strange_origins() {
        let request = with_cookie(app.anonymous().request(Method::POST, REFRESH_PATH), &page.cookie);
        let reply = send(from_origins(request, &origins).json(&json!({}))).await;
        reply.assert_problem(403, "ORIGIN_NOT_ALLOWED");
        assert_eq!(reply.header("set-cookie"), "", "{origins:?}");
        assert_eq!(reply.header("ratelimit-policy"), "", "{origins:?}");
    }
    assert_eq!(app.rows("refresh_tokens").count(), 2);
    // A form of HTML cannot send JSON, and a browser asks before a page of another origin sends it.
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = page.request(Method::POST, REFRESH_PATH).header("Content-Type", media_type).body("{}");
        send(request).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    page.refresh().await.assert_status(201);
}

#[apply(on_sqlite)]
async fn a_refresh_without_a_token_costs_nothing() {
    let app = TestApp::start_with(&[("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "1/600")]).await;
    for _ in 0..3 {
        let request = app.anonymous().request(Method::POST, REFRESH_PATH).header("Origin", LOCAL);
        let reply = send(request.json(&json!({}))).await;
        assert_eq!(reply.assert_problem(401, "REFRESH_TOKEN_MISSING").header("set-cookie"), "");
    }
    let unknown = Page { client: app.anonymous(), origin: LOCAL, cookie: String::new() };
    assert_eq!(
        unknown.refresh().await.assert_problem(401, "REFRESH_TOKEN_INVALID").header("set-cookie"),
        REMOVED
    );
    let limited = unknown.refresh().await;
    assert_eq!(limited.assert_problem(429, "RATE_LIMITED").header("set-cookie"), "");
}

#[apply(on_both_databases)]
async fn a_token_in_the_body_counts_before_the_cookie() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let page = Page::log_in(&app, &clinic).await;
    let form = json!({ "refresh_token": clinic.refresh_token });
    // The cookie is not looked at, so the origin does not count either.
    let request = with_cookie(app.anonymous().request(Method::POST, REFRESH_PATH), &page.cookie);
    let reply = send(request.json(&form)).await.assert_status(201);
    assert_eq!((reply.body["refresh_token"].is_string(), reply.header("set-cookie")), (true, ""));
    let refused = send(page.request(Method::POST, REFRESH_PATH).json(&json!({ "refresh_token": "x" }))).await;
    assert_eq!(refused.assert_problem(401, "REFRESH_TOKEN_INVALID").header("set-cookie"), "");
    page.refresh().await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_logout_removes_the_cookie_that_the_page_sends() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for path in ["/v1/sessions/current", "/v1/sessions"] {
        let page = Page::log_in(&app, &clinic).await;
        let reply = send(page.request(Method::DELETE, path)).await.assert_status(204);
        assert_eq!(reply.header("set-cookie"), REMOVED, "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), "true", "{path}");
        page.refresh().await.assert_problem(401, "REFRESH_TOKEN_INVALID");

        let without = Page::log_in(&app, &clinic).await.client;
        let reply = without.delete(path).await.assert_status(204);
        assert_eq!(reply.header("set-cookie"), "", "{path} without a cookie");
    }
    let page = Page::log_in(&app, &clinic).await;
    let request = with_cookie(page.client.request(Method::DELETE, "/v1/sessions/current"), &page.cookie);
    let reply = send(request.header("Origin", "https://attacker.example")).await.assert_status(204);
    assert_eq!(reply.header("set-cookie"), "", "from another origin");
}

#[apply(on_both_databases)]
async fn a_change_of_the_password_keeps_the_refresh_token_where_it_was() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let page = Page::log_in(&app, &clinic).await;
    let form = json!({ "current_password": PASSWORD, "new_password": "夕焼けの土手で凧を揚げた冬休み" });
    let change = |origin: &str| {
        let request = page.client.request(Method::PUT, "/v1/account/password").json(&form);
        with_cookie(request, &page.cookie).header("Origin", origin)
    };
    send(change("https://attacker.example")).await.assert_problem(403, "ORIGIN_NOT_ALLOWED");
    let changed = send(change(LOCAL)).await.assert_status(200);
    let next = Page { cookie: cookie_of(&changed), ..page };
    next.refresh().await.assert_status(201);

    let token = changed.body["access_token"].as_str().unwrap();
    let back = json!({ "current_password": form["new_password"], "new_password": PASSWORD });
    let request = next.client.with_token(token).request(Method::PUT, "/v1/account/password");
    let without = send(request.json(&back)).await.assert_status(200);
    assert_eq!((without.body["refresh_token"].is_string(), without.header("set-cookie")), (true, ""));
}

#[apply(on_sqlite)]
async fn no_other_operation_takes_or_sets_a_cookie() {
    let fixture = ApiFixture::new().await;
    let mut using = Vec::new();
    for operation in operations() {
        let (id, listed) = (operation.id(), operation.listed());
        if listed.uses_cookie {
            using.push(id.to_owned());
            continue;
        }
        let clinic = fixture.clinic.log_in_again(&fixture.app).await;
        let request = fixture.request(&operation, &clinic).header("Origin", LOCAL);
        let request = match operation.example() {
            Some(example) => request.json(example),
            None => request,
        };
        let reply = send(with_cookie(request, &clinic.refresh_token)).await;
        assert_eq!(reply.header("set-cookie"), "", "{id}");
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{id}");
    }
    using.sort_unstable();
    assert_eq!(using, ["changePassword", "logIn", "logOut", "logOutEverywhere", "refreshSession"]);
}

//! What only a sandbox has: a mailbox, a clock that can be moved, facilities to try with.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

async fn clock(client: &Client) -> DateTime<Utc> {
    client.get("/sandbox/clock").await.is(200).body["now"].as_str().unwrap().parse().unwrap()
}

async fn move_clock(client: &Client, query: &str, now: &Value) -> crate::support::Reply {
    client.put(&format!("/sandbox/clock{query}"), &json!({ "now": now }), "*").await
}

/// Reads a list page by page.
async fn pages(client: &Client, path: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut next) = (Vec::new(), path.to_owned());
    loop {
        let page = client.get(&next).await.is(200);
        pages.push(page.body["items"].as_array().unwrap().clone());
        let Some(token) = page.body["next_page_token"].as_str() else {
            assert_eq!(page.header("link"), "");
            return pages;
        };
        assert!(page.header("link").contains(token) && page.header("link").contains("rel=\"next\""));
        next = format!("{path}&page_token={token}");
    }
}

#[actix_web::test]
async fn the_mailbox_is_read_in_pages_newest_first_and_emptied() {
    let app = TestApp::start().await;
    let anyone = app.anonymous();
    for number in 0..5 {
        let to = format!("clinic-{number}@clinic.example");
        anyone.post("/v1/registrations", &json!({ "email": to })).await.is(202);
        assert_eq!(app.mails(&to, "PROVISIONAL_REGISTRATION").await.len(), 1);
    }
    let pages_of_two = pages(&anyone, "/sandbox/messages?page_size=2").await;
    assert_eq!(pages_of_two.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let all: Vec<Value> = pages_of_two.concat();
    let to: Vec<&str> = all.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    let expected: Vec<String> =
        (0..5).rev().map(|number| format!("clinic-{number}@clinic.example")).collect();
    assert_eq!(to, expected);
    assert!(all.iter().all(|mail| mail["link"].as_str().unwrap().contains("/registration#token=")));
    let ids: BTreeSet<&str> = all.iter().map(|mail| mail["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5);

    // A page goes on where the one before ended, whatever arrived meanwhile.
    let first = anyone.get("/sandbox/messages?page_size=2").await;
    app.registration_token("newest@clinic.example").await;
    let token = first.body["next_page_token"].as_str().unwrap();
    let second = anyone.get(&format!("/sandbox/messages?page_size=2&page_token={token}")).await;
    assert_eq!(second.body["items"][0]["to"], "clinic-2@clinic.example");

    let empty = anyone.request(Method::DELETE, "/sandbox/messages?validate_only=true");
    assert!(empty.send().await.unwrap().status().is_success());
    assert_eq!(app.count("SELECT COUNT(*) FROM sandbox_messages"), 6);
    anyone.delete("/sandbox/messages").await.is(204);
    assert_eq!(anyone.get("/sandbox/messages").await.body, json!({ "items": [] }));
    anyone.delete("/sandbox/messages").await.is(204);
}

#[actix_web::test]
async fn queries_that_mean_nothing_are_refused() {
    let app = TestApp::start().await;
    for query in [
        "messages?page_size=0",
        "messages?page_size=101",
        "messages?page_size=x",
        "messages?page_token=x",
        "messages?sender=x",
        "facilities?prefecture=1",
        "facilities?prefecture=%25%25",
        "facilities?prefecture=131",
        "facilities?kind=CLINIC",
        "facilities?kind=medical",
        "facilities?page_token=%00",
    ] {
        let reply = app.anonymous().get(&format!("/sandbox/{query}")).await;
        reply.refused(400, "INVALID_PARAMETER");
    }
}

#[actix_web::test]
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
        move_clock(&anyone, "", &now).await.blames(&[("/now", fault)]);
    }
    let wanted = json!("2023-03-31T23:50:00+09:00");
    let seen = move_clock(&anyone, "?validate_only=true", &wanted).await.is(200);
    assert_eq!(seen.body["now"], "2023-03-31T14:50:00.000Z");
    assert!(clock(&anyone).await < before + Duration::minutes(5), "a rehearsal moves nothing");

    move_clock(&anyone, "", &wanted).await.is(200);
    let after = clock(&anyone).await;
    assert!(after.to_rfc3339().starts_with("2023-03-31T14:50"), "{after}");
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    assert!(clock(&anyone).await > after, "it ticks");
    move_clock(&anyone, "", &json!("2023-03-31T23:49:00+09:00")).await.blames(&[("/now", "INSTANT_IN_PAST")]);
}

#[actix_web::test]
async fn moving_the_clock_expires_tokens_and_links() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let link = app.registration_token("late@clinic.example").await;
    let ahead = |by: Duration| json!((app.now() + by).to_rfc3339());
    move_clock(&clinic, "", &ahead(Duration::minutes(9))).await.is(200);
    clinic.get("/v1/account").await.is(200);
    move_clock(&clinic, "", &ahead(Duration::minutes(2))).await.is(200);
    clinic.get("/v1/account").await.refused(401, "TOKEN_EXPIRED");
    clinic.again(&app).await.get("/v1/account").await.is(200);
    move_clock(&clinic, "", &ahead(Duration::hours(24))).await.is(200);
    let late = app.anonymous().post("/v1/registrations/confirmation", &json!({ "token": link })).await;
    late.refused(410, "LINK_EXPIRED");
}

#[actix_web::test]
async fn the_clock_outlives_a_restart_and_a_later_setting() {
    let app = TestApp::start().await;
    move_clock(&app.anonymous(), "", &json!("2023-03-31T23:50:00+09:00")).await.is(200);
    let before = clock(&app.anonymous()).await;
    for setting in ["2023-02-03T09:00:00+09:00", "2031-01-01T00:00:00Z"] {
        let app = match setting {
            "2023-02-03T09:00:00+09:00" => TestApp::start().await,
            _ => TestApp::start_with(&[("TODOKEDE_CLOCK", setting)]).await,
        };
        let started = clock(&app.anonymous()).await;
        let setting: DateTime<Utc> = setting.parse().unwrap();
        assert!((started - setting).abs() < Duration::minutes(1), "a new sandbox starts as it is told");
    }
    let app = app.restart(&[("TODOKEDE_CLOCK", "2031-01-01T00:00:00Z")]).await;
    let after = clock(&app.anonymous()).await;
    assert!(after >= before && after < before + Duration::minutes(5), "{before} {after}");
    let app = app.restart(&[]).await;
    assert!(clock(&app.anonymous()).await >= after);
}

#[actix_web::test]
async fn facilities_are_listed_by_code_and_narrowed_by_prefecture_and_kind() {
    let app = TestApp::start().await;
    let anyone = app.anonymous();
    let all: Vec<Value> = pages(&anyone, "/sandbox/facilities?page_size=50").await.concat();
    let code = |item: &Value| item["facility_code"].as_str().unwrap().to_owned();
    let codes: Vec<String> = all.iter().map(code).collect();
    assert_eq!(i64::try_from(codes.len()).unwrap(), app.count("SELECT COUNT(*) FROM facilities"));
    assert!(codes.is_sorted());
    for prefecture in ["01", "13", "47", "46"] {
        for kind in ["MEDICAL", "DENTAL", "PHARMACY", "VISITING_NURSING"] {
            let path = format!("/sandbox/facilities?page_size=3&prefecture={prefecture}&kind={kind}");
            let found: Vec<String> = pages(&anyone, &path).await.concat().iter().map(code).collect();
            let expected = all.iter().filter(|item| item["kind"] == kind).map(code);
            let expected: Vec<String> = expected.filter(|code| code.starts_with(prefecture)).collect();
            assert_eq!(found, expected, "{prefecture} {kind}");
        }
    }
    assert!(all.iter().all(|item| item["has_account"] == false));
    let clinic = app.clinic().await;
    let now: Vec<Value> = pages(&anyone, "/sandbox/facilities?page_size=100").await.concat();
    let with: Vec<String> = now.iter().filter(|item| item["has_account"] == true).map(code).collect();
    assert_eq!(with, [clinic.facility_code.as_str()]);
}

#[actix_web::test]
async fn the_page_of_a_mailed_link_sends_nothing_by_itself_and_never_sees_the_token() {
    let app = TestApp::start().await;
    for flow in ["registration", "password-reset", "email-change"] {
        let page = app.anonymous().get(&format!("/sandbox/links/{flow}")).await.is(200);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.header("content-type").starts_with("text/html"));
    }
    let script = app.anonymous().get("/sandbox/links/link.js").await.is(200);
    assert!(!script.text.contains("fetch(") && !script.text.contains("XMLHttpRequest"));
    app.anonymous().get("/sandbox/links/else").await.refused(404, "NOT_FOUND");
}

#[actix_web::test]
async fn the_clock_is_not_moved_beyond_the_years_that_the_service_can_count() {
    let app = TestApp::start().await;
    for now in ["2200-01-01T00:00:00Z", "9999-12-31T23:59:59.9Z"] {
        move_clock(&app.anonymous(), "", &json!(now)).await.blames(&[("/now", "INSTANT_FORM")]);
    }
    move_clock(&app.anonymous(), "", &json!("2199-12-31T00:00:00Z")).await.is(200);
    app.anonymous().post("/v1/registrations", &json!({ "email": "a@clinic.example" })).await.is(202);
}

#[actix_web::test]
async fn what_the_documentation_page_does_not_have_is_a_problem_too() {
    let app = TestApp::start().await;
    app.anonymous().get("/docs/nothing").await.refused(404, "NOT_FOUND");
}

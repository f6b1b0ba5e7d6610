//! `/v1/transitional-measures`: the public data of a round, in both languages. The window says whether the round
//! accepts declarations now; an edition is the set of rules that applies from one day on.

use serde_json::{Value, json};

use crate::support::TestApp;

const PATH: &str = "/v1/transitional-measures/2023";

/// Asserts that every text exists in both languages, and counts the texts.
fn count_texts(document: &Value) -> usize {
    match document {
        Value::Object(members) if members.contains_key("ja") || members.contains_key("en") => {
            for lang in ["ja", "en"] {
                assert!(!members[lang].as_str().unwrap().trim().is_empty(), "{document}");
            }
            assert_ne!(members["ja"], members["en"]);
            1
        }
        Value::Object(members) => members.values().map(count_texts).sum(),
        Value::Array(entries) => entries.iter().map(count_texts).sum(),
        _ => 0,
    }
}

#[apply(on_both_databases)]
async fn the_round_is_public_and_has_every_text_in_both_languages() {
    let app = TestApp::start().await;
    let (ja, en) = (
        app.anonymous().get(PATH).await.assert_status(200),
        app.anonymous_in_english().get(PATH).await.assert_status(200),
    );
    assert_eq!(ja.text, en.text);
    assert!(count_texts(&ja.body) >= 20, "{}", count_texts(&ja.body));
    assert_eq!(ja.body["round"], "2023");
    assert_eq!(ja.body["opens_date"], "2023-01-27");
    assert_eq!(ja.body["until_date"], "2023-03-31");
    assert_eq!(ja.body["closes_at"], "2023-03-31T15:00:00.000Z");
    assert_eq!(ja.body["late_until_date"], "2024-03-19");
    assert_eq!(ja.body["duty_begins_date"], "2023-04-01");
    assert_eq!(ja.body["eligible_kinds"], json!(["MEDICAL", "DENTAL", "PHARMACY"]));
    let list = app.anonymous().get("/v1/transitional-measures").await.assert_status(200);
    assert_eq!(list.body, json!({ "items": [ja.body] }));
}

#[apply(on_both_databases)]
async fn the_six_categories_have_the_rules_of_the_letter() {
    let app = TestApp::start().await;
    let round = app.anonymous().get(PATH).await.assert_status(200).body;
    let shown = round["categories"].as_array().unwrap().iter().map(|rule| {
        (
            rule["number"].as_i64().unwrap(),
            rule["category"].as_str().unwrap(),
            rule["attachment"].as_str().unwrap(),
            rule["excused_until"].get("cap").and_then(Value::as_str),
            rule["eligible_kinds"].as_array().unwrap().len(),
        )
    });
    let shown: Vec<_> = shown.collect();
    assert_eq!(
        shown,
        [
            (1, "SYSTEM_IN_PROGRESS", "REQUIRED", Some("2023-09-30"), 3),
            (2, "NO_NETWORK", "NONE", None, 3),
            (3, "HOME_VISITS_ONLY", "NONE", None, 2),
            (4, "REBUILDING_OR_TEMPORARY", "NONE", None, 3),
            (5, "CLOSING_OR_SUSPENDING", "NONE", Some("2024-11-30"), 3),
            (6, "SPECIAL_HARDSHIP", "OPTIONAL", None, 3),
        ]
    );
}

#[apply(on_both_databases)]
async fn window_and_edition_of_the_round_change_at_midnight_in_japan() {
    let app = TestApp::start_with(&[("TODOKEDE_CLOCK", "2022-12-01T09:00:00+09:00")]).await;
    for (instant, window, edition) in [
        ("2022-12-01T09:00:00+09:00", "NOT_YET_OPEN", "2022-12-23"),
        ("2023-01-26T23:59:00+09:00", "NOT_YET_OPEN", "2022-12-23"),
        ("2023-01-27T00:00:00+09:00", "OPEN", "2022-12-23"),
        ("2023-03-31T23:59:00+09:00", "OPEN", "2022-12-23"),
        ("2023-04-01T00:00:00+09:00", "LATE", "2022-12-23"),
        ("2024-03-19T23:59:00+09:00", "LATE", "2022-12-23"),
        ("2024-03-20T00:00:00+09:00", "CLOSED", "2024-03-20"),
        ("2030-01-01T00:00:00+09:00", "CLOSED", "2024-03-20"),
    ] {
        app.set_clock(instant);
        let round = app.anonymous().get(PATH).await.assert_status(200).body;
        assert_eq!(
            (&round["window"], &round["effective_from_date"]),
            (&json!(window), &json!(edition)),
            "{instant}"
        );
    }
}

#[apply(on_both_databases)]
async fn an_unknown_round_is_not_found() {
    let app = TestApp::start().await;
    for name in ["2024", "x", "%E4%BB%A4%E5%92%8C", &"2".repeat(300)] {
        let reply = app.anonymous().get(&format!("/v1/transitional-measures/{name}")).await;
        reply.assert_problem(404, "NOT_FOUND");
    }
    app.anonymous()
        .get("/v1/transitional-measures?page_size=0")
        .await
        .assert_problem(400, "INVALID_PARAMETER");
    app.anonymous().delete(PATH).await.assert_problem(405, "METHOD_NOT_ALLOWED");
}

//! `/v1/support`: the telephone number of the call centre and its hours.

use serde_json::json;

use crate::support::TestApp;

#[apply(on_both_databases)]
async fn the_call_centre_is_open_at_its_hours_and_closed_on_sundays_and_holidays() {
    let app = TestApp::start_with(&[("TODOKEDE_CLOCK", "2023-01-01T00:00:00+09:00")]).await;
    for (instant, open, next) in [
        // New Year's Day is a Sunday, so the Monday after it is a holiday too.
        ("2023-01-01T12:00:00+09:00", false, "2023-01-02T23:00:00.000Z"),
        ("2023-01-02T12:00:00+09:00", false, "2023-01-02T23:00:00.000Z"),
        // A Friday.
        ("2023-02-03T07:59:00+09:00", false, "2023-02-02T23:00:00.000Z"),
        ("2023-02-03T08:00:00+09:00", true, "2023-02-03T23:00:00.000Z"),
        ("2023-02-03T17:59:00+09:00", true, "2023-02-03T23:00:00.000Z"),
        ("2023-02-03T18:00:00+09:00", false, "2023-02-03T23:00:00.000Z"),
        // The Saturday after it, then the Sunday.
        ("2023-02-04T08:00:00+09:00", true, "2023-02-05T23:00:00.000Z"),
        ("2023-02-04T15:59:00+09:00", true, "2023-02-05T23:00:00.000Z"),
        ("2023-02-04T16:00:00+09:00", false, "2023-02-05T23:00:00.000Z"),
        ("2023-02-05T12:00:00+09:00", false, "2023-02-05T23:00:00.000Z"),
        // A holiday on a Saturday, followed by a Sunday.
        ("2023-02-10T18:00:00+09:00", false, "2023-02-12T23:00:00.000Z"),
        ("2023-02-11T10:00:00+09:00", false, "2023-02-12T23:00:00.000Z"),
        // Wednesday to Friday of Golden Week are holidays; the Saturday after them is not.
        ("2023-05-03T10:00:00+09:00", false, "2023-05-05T23:00:00.000Z"),
        ("2023-05-06T10:00:00+09:00", true, "2023-05-07T23:00:00.000Z"),
    ] {
        app.set_clock(instant);
        let body = app.anonymous().get("/v1/support").await.assert_status(200).body;
        assert_eq!((&body["open_now"], &body["next_opening_at"]), (&json!(open), &json!(next)), "{instant}");
    }
}

#[apply(on_both_databases)]
async fn everybody_can_read_number_hours_and_holidays_in_both_languages() {
    let app = TestApp::start().await;
    let body = app.anonymous_in_english().get("/v1/support").await.assert_status(200).body;
    assert_eq!(body["phone"], "0800-080-4583");
    assert_eq!(
        body["hours"],
        json!([
            { "from_weekday": "MONDAY", "to_weekday": "FRIDAY", "opens": "08:00", "closes": "18:00" },
            { "from_weekday": "SATURDAY", "to_weekday": "SATURDAY", "opens": "08:00", "closes": "16:00" },
        ])
    );
    assert!(
        body["hours_text"]["ja"]
            .as_str()
            .unwrap()
            .contains("月曜日～金曜日8：00～18：00 土曜日8：00～16：00")
    );
    assert!(body["hours_text"]["en"].as_str().unwrap().contains("Saturday 8:00-16:00"));
    let holidays = body["holidays"].as_array().unwrap();
    let days: Vec<_> = holidays.iter().map(|holiday| holiday["date"].as_str().unwrap()).collect();
    assert!(days.is_sorted() && days.contains(&"2023-02-11") && days.contains(&"2023-04-29"), "{days:?}");
    assert!(days.iter().all(|day| ("2023-02-03"..="2024-02-04").contains(day)), "{days:?}");
    assert!(
        holidays.iter().all(|holiday| holiday["name"]["en"].is_string() && holiday["name"]["ja"].is_string())
    );
    assert!(body["holidays_known_until_year"].as_i64().unwrap() >= 2026);
    let japanese = app.anonymous().get("/v1/support").await.body;
    assert_eq!(japanese, body);
}

#[apply(on_both_databases)]
async fn after_the_last_year_of_known_holidays_no_next_opening_is_stated() {
    let app = TestApp::start().await;
    let last_year =
        app.anonymous().get("/v1/support").await.body["holidays_known_until_year"].as_i64().unwrap();
    app.set_clock(&format!("{}-07-01T10:00:00+09:00", last_year + 1));
    let body = app.anonymous().get("/v1/support").await.assert_status(200).body;
    assert_eq!((&body["open_now"], body.get("next_opening_at")), (&json!(false), None));
    assert_eq!(body["holidays"], json!([]));
}

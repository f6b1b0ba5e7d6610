//! The periods of a round (not yet open, open, late, closed) begin and end at midnight in Japan. An edition of a round
//! is the set of its rules that applies from one day on.

use chrono::{DateTime, Duration};
use serde_json::json;

use crate::support::{FacilityClient, Reply, TestApp, forms, reasons};

const PREVIEW_PATH: &str = "/v1/declarations/preview";
const OPENS: &str = "2023-01-27T00:00:00+09:00";
const LATE: &str = "2023-04-01T00:00:00+09:00";
const CLOSES: &str = "2024-03-20T00:00:00+09:00";

/// Rehearses a filing shortly before an instant. If the instant has passed when the answer comes, this is repeated
/// with more time left.
async fn preview_just_before(app: &TestApp, clinic: &FacilityClient, instant: &str) -> Reply {
    let end = DateTime::parse_from_rfc3339(instant).unwrap();
    for left in [50, 200, 1000, 5000] {
        app.set_clock(&(end - Duration::milliseconds(left)).to_rfc3339());
        let reply = clinic.post(PREVIEW_PATH, &forms::no_network()).await;
        if app.now() < end {
            return reply;
        }
    }
    panic!("no answer came within five seconds");
}

/// Sets the clock and previews a filing.
async fn preview_at(app: &TestApp, clinic: &FacilityClient, instant: &str) -> Reply {
    app.set_clock(instant);
    clinic.post(PREVIEW_PATH, &forms::no_network()).await
}

/// Logs in a minute before an instant, so that the access token is valid before and after the instant.
async fn log_in_before(app: &TestApp, clinic: &FacilityClient, instant: &str) -> FacilityClient {
    app.set_clock(&(DateTime::parse_from_rfc3339(instant).unwrap() - Duration::minutes(1)).to_rfc3339());
    clinic.log_in_again(app).await
}

#[apply(on_both_databases)]
async fn the_round_opens_when_its_first_day_begins_in_japan() {
    let app = TestApp::start_with(&[("TODOKEDE_CLOCK", "2023-01-26T12:00:00+09:00")]).await;
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_problem(409, "WINDOW_NOT_OPEN");
    let clinic = log_in_before(&app, &clinic, OPENS).await;
    preview_at(&app, &clinic, "2023-01-26T23:59:50+09:00").await.assert_problem(409, "WINDOW_NOT_OPEN");
    preview_just_before(&app, &clinic, OPENS).await.assert_problem(409, "WINDOW_NOT_OPEN");
    let reply = preview_at(&app, &clinic, OPENS).await.assert_status(200);
    assert_eq!(reply.body["late"], false);
    let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    assert!(filed.body["created_at"].as_str().unwrap().starts_with("2023-01-26T15:00:"), "{}", filed.text);
}

#[apply(on_both_databases)]
async fn a_filing_is_late_once_the_last_day_has_ended_in_japan() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let clinic = log_in_before(&app, &clinic, LATE).await;
    assert_eq!(preview_just_before(&app, &clinic, LATE).await.assert_status(200).body["late"], false);
    assert_eq!(preview_at(&app, &clinic, LATE).await.assert_status(200).body["late"], true);
    let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    assert_eq!((&filed.body["late"], &filed.body["status"]), (&json!(true), &json!("ACCEPTED")));
    assert_eq!(clinic.get(filed.header("location")).await.body["late"], true);
}

#[apply(on_both_databases)]
async fn late_filings_are_accepted_until_the_last_day_for_them_ends_in_japan() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let clinic = log_in_before(&app, &clinic, CLOSES).await;
    assert_eq!(preview_just_before(&app, &clinic, CLOSES).await.assert_status(200).body["late"], true);
    preview_at(&app, &clinic, CLOSES).await.assert_problem(409, "WINDOW_CLOSED");
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_problem(409, "WINDOW_CLOSED");
    assert_eq!(app.rows("declarations").count(), 0);
    let wrong = forms::declaration(&json!({ "category": "NO_NETWORK" }));
    clinic.post(PREVIEW_PATH, &wrong).await.assert_faults(&[("/reason/line_status", "REQUIRED")]);
}

#[apply(on_both_databases)]
async fn a_correction_is_late_after_the_last_day_and_refused_after_the_round_has_closed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let path = filed.header("location");
    app.set_clock(LATE);
    let clinic = clinic.log_in_again(&app).await;
    let late = clinic.put(path, &forms::no_network(), filed.etag()).await.assert_status(200);
    assert_eq!(late.body["late"], true);
    app.set_clock(CLOSES);
    let clinic = clinic.log_in_again(&app).await;
    clinic.put(path, &forms::no_network(), "*").await.assert_problem(409, "WINDOW_CLOSED");
    clinic.withdraw(path, late.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn the_mail_about_a_late_filing_under_review_says_that_it_is_late() {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff"), ("TODOKEDE_CLOCK", LATE)]).await;
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let mails = app.mails(&clinic.email, "DECLARATION_RECEIVED").await;
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("期限を過ぎて") && text.contains("after the deadline"), "{text}");
}

#[apply(on_both_databases)]
async fn the_mail_about_an_accepted_filing_says_whether_it_was_late() {
    for (clock, is_late) in [("2023-03-31T23:50:00+09:00", false), (LATE, true)] {
        let app = TestApp::start_with(&[("TODOKEDE_CLOCK", clock)]).await;
        let clinic = app.clinic().await;
        clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
        let mails = app.mails(&clinic.email, "DECLARATION_ACCEPTED").await;
        for part in ["text", "html"] {
            let text = mails[0][part].as_str().unwrap();
            assert_eq!(text.contains("期限を過ぎて"), is_late, "{text}");
            assert_eq!(text.contains("after the deadline"), is_late, "{text}");
        }
    }
}

#[apply(on_both_databases)]
async fn a_new_edition_of_the_round_changes_until_when_an_existing_declaration_excuses() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let home = reasons::home_visits().declaration("");
    let filed = clinic.file("/v1/declarations", &home).await.assert_status(201);
    let path = filed.header("location");
    assert_eq!(filed.body["excused_until"], "2024-04-01");
    app.set_clock("2024-03-19T23:00:00+09:00");
    let day_before = clinic.log_in_again(&app).await.get(path).await.assert_status(200);
    assert_eq!((&day_before.body, day_before.etag()), (&filed.body, filed.etag()));
    app.set_clock(CLOSES);
    let clinic = clinic.log_in_again(&app).await;
    let moved = clinic.get(path).await.assert_status(200);
    assert_eq!(moved.body["excused_until"], "2024-12-01");
    assert_ne!(moved.etag(), filed.etag());
    assert_eq!(moved.body["updated_at"], filed.body["updated_at"], "the declaration itself did not change");
    assert_eq!(clinic.get("/v1/declarations").await.body["items"][0], moved.body);
    clinic.withdraw(path, filed.etag()).await.assert_problem(412, "PRECONDITION_FAILED");
    clinic.withdraw(path, moved.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn the_etag_changes_if_and_only_if_a_new_edition_of_the_round_changes_the_answer() {
    let app = TestApp::start().await;
    let mut filings = Vec::new();
    for reason in [
        reasons::closing("CLOSING", "2024-06-30", "2024-06-30"),
        reasons::closing("CLOSING", "2024-12-01", "2024-11-30"),
        reasons::closing("CLOSING", "2025-01-01", "2024-11-30"),
        reasons::line_ready("2022-10-31", "2023-04-30"),
        reasons::works("REBUILDING", "2030-01-01"),
    ] {
        let clinic = app.clinic().await;
        let filed = clinic.file("/v1/declarations", &reason.declaration("")).await.assert_status(201);
        filings.push((clinic, filed));
    }
    app.set_clock(CLOSES);
    for (clinic, filed) in filings {
        let seen = clinic.log_in_again(&app).await.get(filed.header("location")).await.assert_status(200);
        let (same_body, same_tag) = (seen.body == filed.body, seen.etag() == filed.etag());
        assert_eq!(same_tag, same_body, "{} {}", seen.text, filed.text);
    }
}

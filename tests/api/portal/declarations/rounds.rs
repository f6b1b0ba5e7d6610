//! A round (届出回) for another kind of facility can be added with a JSON file. A round has its own dates, categories
//! and limits.

use serde_json::{Value, json};
use todokede::domain::filings::transitional_measures::RoundFile;
use todokede::usecases::actor::SYSTEM;
use todokede::usecases::filings::transitional_measures;
use todokede::usecases::work::{Call, Work};

use crate::support::{FacilityClient, Reply, TestApp, forms, reasons};

/// A round for visiting nursing stations, with other dates, other caps and fewer categories than the round of 2023.
fn nursing_round() -> Value {
    serde_json::from_str(include_str!("visiting-nursing-2024.json")).unwrap()
}

async fn load_round(app: &TestApp, round: &Value) {
    let file = RoundFile::parse(&round.to_string()).unwrap();
    let state = app.running.state.clone();
    let (call, policy) = (Call::internal(app.now()), state.policy.clone());
    let loading = tokio::task::spawn_blocking(move || {
        state.database.write_blocking(move |conn| {
            transitional_measures::load(&mut Work::new(conn, &call, &SYSTEM, &policy), &file)
        })
    });
    loading.await.unwrap().unwrap();
}

/// Starts a service with the additional round, and registers a visiting nursing station.
async fn start_with_nursing_round() -> (TestApp, FacilityClient) {
    let app = TestApp::start_with(&[("TODOKEDE_CLOCK", "2024-09-10T09:00:00+09:00")]).await;
    load_round(&app, &nursing_round()).await;
    let station = FacilityClient::register(&app, &app.unused_facility("VISITING_NURSING").await).await;
    (app, station)
}

async fn file_in_nursing_round(station: &FacilityClient, reason: &reasons::Reason, upload: &str) -> Reply {
    let mut declaration = reason.declaration(upload);
    declaration["round"] = json!("visiting-nursing-2024");
    station.file("/v1/declarations", &declaration).await
}

#[apply(on_both_databases)]
async fn a_visiting_nursing_station_files_in_its_own_round_with_its_own_caps() {
    let (app, station) = start_with_nursing_round().await;
    let upload = station.attach(&forms::pdf()).await;
    let mut system = reasons::system("2024-09-10", "2025-03", "");
    system.form.as_object_mut().unwrap().remove("vendor_name");
    let hardship = reasons::hardship(json!({ "circumstance": "OTHER", "description": "事情" }));
    for (reason, until, capped) in [
        (system, "2025-03-31", false),
        (reasons::works("REBUILDING", "2025-12-31"), "2025-06-30", true),
        (hardship, "2025-06-30", true),
    ] {
        let filed = file_in_nursing_round(&station, &reason, &upload).await.assert_status(201);
        assert_eq!((&filed.body["status"], &filed.body["late"]), (&json!("ACCEPTED"), &json!(false)));
        assert_eq!(
            (&filed.body["excused_until"], &filed.body["excuse"]["capped"]),
            (&json!(until), &json!(capped))
        );
        assert_eq!(filed.body["round"], "visiting-nursing-2024");
        let seen = station.get(filed.header("location")).await.assert_status(200);
        assert_eq!(seen.body, filed.body);
        let mail = &app.mails(&station.email, "DECLARATION_ACCEPTED").await[0];
        assert!(mail["text"].as_str().unwrap().contains("訪問看護ステーションの猶予届出"), "{mail}");
        let correction = json!({
            "round": "visiting-nursing-2024",
            "reason": reason.form,
            "attachment_ids": filed.body["attachment_ids"],
        });
        let changed =
            station.put(filed.header("location"), &correction, filed.etag()).await.assert_status(200);
        station.withdraw(filed.header("location"), changed.etag()).await.assert_status(200);
    }
}

#[apply(on_both_databases)]
async fn the_limits_and_categories_of_the_round_apply() {
    let (_app, station) = start_with_nursing_round().await;
    let upload = station.attach(&forms::pdf()).await;
    let mut system = reasons::system("2024-09-10", "2025-07", "");
    file_in_nursing_round(&station, &system, &upload).await.assert_faults(&[
        ("/reason/expected_completion_month", "MONTH_TOO_LATE"),
        ("/reason/vendor_name", "NOT_APPLICABLE"),
    ]);
    system.form = reasons::system("2024-09-11", "2025-06", "").form;
    system.form.as_object_mut().unwrap().remove("vendor_name");
    file_in_nursing_round(&station, &system, &upload)
        .await
        .assert_faults(&[("/reason/contract_date", "DATE_TOO_LATE")]);
    for reason in [reasons::home_visits(), reasons::closing("CLOSING", "2025-01-01", "")] {
        file_in_nursing_round(&station, &reason, "")
            .await
            .assert_faults(&[("/reason/category", "CATEGORY_NOT_OFFERED")]);
    }
    let too_early = reasons::works("REBUILDING", "2024-12-01");
    file_in_nursing_round(&station, &too_early, "")
        .await
        .assert_faults(&[("/reason/expected_end_date", "ENDS_BEFORE_DUTY")]);
}

#[apply(on_both_databases)]
async fn each_round_refuses_facilities_of_the_other_rounds_kinds() {
    let (app, station) = start_with_nursing_round().await;
    let works = reasons::works("REBUILDING", "2025-03-31");
    for kind in ["MEDICAL", "DENTAL", "PHARMACY"] {
        let facility = FacilityClient::register(&app, &app.unused_facility(kind).await).await;
        file_in_nursing_round(&facility, &works, "").await.assert_problem(409, "ROUND_NOT_FOR_KIND");
    }
    for reason in reasons::all().iter().filter(|reason| !reason.needs_attachment) {
        let reply = station.file("/v1/declarations", &reason.declaration("")).await;
        reply.assert_problem(409, "ROUND_NOT_FOR_KIND");
    }
    app.set_clock("2024-10-31T23:30:00+09:00");
    let station = station.log_in_again(&app).await;
    file_in_nursing_round(&station, &works, "").await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_round_without_a_late_period_closes_when_its_last_day_ends() {
    let (app, station) = start_with_nursing_round().await;
    app.set_clock("2024-11-01T00:00:00+09:00");
    let station = station.log_in_again(&app).await;
    file_in_nursing_round(&station, &reasons::works("REBUILDING", "2025-03-31"), "")
        .await
        .assert_problem(409, "WINDOW_CLOSED");
}

#[apply(on_both_databases)]
async fn both_rounds_are_shown_to_everybody_and_survive_a_restart() {
    let (app, _) = start_with_nursing_round().await;
    let app = app.restart(&[]).await;
    let page = app.anonymous().get("/v1/transitional-measures").await.assert_status(200);
    let shown: Vec<_> =
        page.body["items"].as_array().unwrap().iter().map(|round| round["round"].clone()).collect();
    assert_eq!(shown, ["2023", "visiting-nursing-2024"]);
    assert_eq!(page.body["items"][1]["window"], "OPEN");
    assert_eq!(page.body["items"][1].get("late_until_date"), None);
    let first = app.anonymous().get("/v1/transitional-measures?page_size=1").await.assert_status(200);
    let token = first.body["next_page_token"].as_str().unwrap();
    let path = format!("/v1/transitional-measures?page_size=1&page_token={token}");
    assert_eq!(app.anonymous().get(&path).await.assert_status(200).body["items"][0], page.body["items"][1]);
}

#[apply(on_both_databases)]
async fn a_declaration_still_excuses_after_a_later_edition_removes_its_category() {
    let (app, station) = start_with_nursing_round().await;
    let filed = file_in_nursing_round(&station, &reasons::works("REBUILDING", "2025-03-31"), "")
        .await
        .assert_status(201);
    let mut round = nursing_round();
    let mut later = round["editions"][0].clone();
    later["effective_from"] = json!("2024-10-01");
    later["categories"].as_array_mut().unwrap().remove(1);
    round["editions"].as_array_mut().unwrap().push(later);
    load_round(&app, &round).await;
    app.set_clock("2024-10-01T00:00:00+09:00");
    let station = station.log_in_again(&app).await;
    let seen = station.get(filed.header("location")).await.assert_status(200);
    assert_eq!(seen.body, filed.body);
    station.withdraw(filed.header("location"), seen.etag()).await.assert_status(200);
    let again = file_in_nursing_round(&station, &reasons::works("REBUILDING", "2025-03-31"), "").await;
    again.assert_faults(&[("/reason/category", "CATEGORY_NOT_OFFERED")]);
}

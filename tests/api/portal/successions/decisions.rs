//! Which successions are accepted at once, which stay for staff, and which lapse.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{FacilityClient, Reply, TestApp, facility_list, forms};

const PATH: &str = "/v1/successions";

/// A facility list with one facility and its founder.
fn row(facility: &Value, founder: &str) -> String {
    let member = |name: &str| facility[name].as_str().unwrap();
    format!(
        "{}\n{},{},{},{},,{founder}\n",
        facility_list::HEADER,
        member("facility_code"),
        member("name"),
        member("postal_code"),
        member("address"),
    )
}

async fn status_of(clinic: &FacilityClient, filed: &Reply) -> String {
    clinic.get(filed.header("location")).await.assert_status(200).body["status"].as_str().unwrap().to_owned()
}

#[apply(on_both_databases)]
async fn a_succession_is_accepted_at_once_only_if_the_list_shows_something_in_common() {
    let app = TestApp::start().await;
    app.give_every_facility_its_own_founder();
    for combination in 0..8_u32 {
        let [same_name, same_address, same_founder] = [1, 2, 4].map(|bit| combination & bit != 0);
        let old = app.unused_facility("MEDICAL").await;
        let clinic = FacilityClient::register(&app, &old).await;
        let mut new = facility_list::unlisted(1, 10 + combination);
        if same_name {
            // Another spelling of the same name.
            new["name"] = json!(old["name"].as_str().unwrap().replace('（', " (").replace('）', ")"));
        }
        if same_address {
            new["address"] = old["address"].clone();
        }
        let founder =
            if same_founder { format!("架空{}", clinic.facility_code) } else { "別架空".to_owned() };
        app.import(row(&new, &founder), false).await;
        let filed = clinic.file(PATH, &forms::succession(&new)).await.assert_status(201);
        let expected = if combination == 0 { "UNDER_REVIEW" } else { "ACCEPTED" };
        assert_eq!(filed.body["status"], expected, "{combination}: {}", filed.text);
    }
    assert_eq!(app.rows("former_facilities").count(), 7);
}

#[apply(on_both_databases)]
async fn what_an_account_states_about_itself_does_not_get_it_another_code() {
    let app = TestApp::start().await;
    app.give_every_facility_its_own_founder();
    let (old, wanted) = (app.unused_facility("MEDICAL").await, app.unused_facility("MEDICAL").await);
    let clinic = FacilityClient::register(&app, &old).await;
    let mut facility = clinic.get("/v1/account").await.body["facility"].clone();
    facility["name"] = wanted["name"].clone();
    facility["address"] = wanted["address"].clone();
    facility.as_object_mut().unwrap().remove("kind");
    let founder =
        json!({ "kind": "INDIVIDUAL", "name": format!("架空{}", wanted["facility_code"].as_str().unwrap()) });
    let change = json!({ "facility": facility, "founder": founder });
    clinic.patch("/v1/account", &change, "*").await.assert_status(200);
    let filed = clinic.file(PATH, &forms::succession(&wanted)).await.assert_status(201);
    assert_eq!(filed.body["status"], "UNDER_REVIEW");
    // The holder of the code is not kept out.
    FacilityClient::register(&app, &wanted).await;
    assert_eq!(status_of(&clinic, &filed).await, "UNDER_REVIEW");
}

#[apply(on_both_databases)]
async fn of_two_facilities_that_merge_into_one_code_the_second_stays_for_staff() {
    let app = TestApp::start().await;
    let (first, second, third) = (app.clinic().await, app.clinic().await, app.clinic().await);
    let merged = facility_list::unlisted(1, 1);
    let form = forms::succession(&merged);
    let first_filed = first.file(PATH, &form).await.assert_status(201);
    let second_filed = second.file(PATH, &form).await.assert_status(201);
    for filed in [&first_filed, &second_filed] {
        assert_eq!(filed.body["status"], "WAITING_FOR_MASTER");
    }
    app.import(facility_list::csv(&[&merged]), false).await;
    let mut statuses = [status_of(&first, &first_filed).await, status_of(&second, &second_filed).await];
    statuses.sort();
    assert_eq!(statuses, ["ACCEPTED", "UNDER_REVIEW"]);

    // A third one that files after the acceptance has a way on, too, and may withdraw.
    let filed = third.file(PATH, &form).await.assert_status(201);
    assert_eq!(filed.body["status"], "UNDER_REVIEW");
    assert_eq!(app.mails(&third.email, "SUCCESSION_RECEIVED").await.len(), 1);
    third.withdraw(filed.header("location"), filed.etag()).await.assert_status(200);
    assert_eq!(app.rows("former_facilities").count(), 1);
}

#[apply(on_both_databases)]
async fn with_staff_two_successions_to_one_code_wait_for_their_decision() {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff")]).await;
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    for clinic in [app.clinic().await, app.clinic().await] {
        let filed = clinic.file(PATH, &form).await.assert_status(201);
        assert_eq!(filed.body["status"], "UNDER_REVIEW");
    }
}

/// A clinic whose succession was returned, because the list has another postal code for the new code, which it had
/// mistyped. Returns the facility that has the code, too.
async fn mistyped_and_returned(app: &TestApp) -> (FacilityClient, Reply, Value) {
    let clinic = app.clinic().await;
    let mut holder = facility_list::unlisted(1, 1);
    let filed = clinic.file(PATH, &forms::succession(&holder)).await.assert_status(201);
    holder["postal_code"] = json!("100-0001");
    holder["name"] = json!("架空よその診療所");
    holder["address"] = json!("東京都架空区よそ１－１");
    app.import(facility_list::csv(&[&holder]), false).await;
    let returned = clinic.get(filed.header("location")).await.assert_status(200);
    assert_eq!(returned.body["status"], "RETURNED");
    assert_eq!(returned.body["review"]["due_date"], "2023-03-05");
    let mail = app.mails(&clinic.email, "SUCCESSION_RETURNED").await[0]["text"].as_str().unwrap().to_owned();
    assert!(mail.contains("期限までに提出されない場合、この承継届出は効力を失います"), "{mail}");
    (clinic, filed, holder)
}

#[apply(on_both_databases)]
async fn a_returned_succession_lapses_after_its_due_date_and_another_can_be_filed() {
    let app = TestApp::start().await;
    let (clinic, filed, _) = mistyped_and_returned(&app).await;
    let path = filed.header("location");
    let right = app.unused_facility("MEDICAL").await;
    // The due date is a day in Japan, and includes its last second.
    app.set_clock("2023-03-05T23:59:59+09:00");
    let clinic = clinic.log_in_again(&app).await;
    assert_eq!(status_of(&clinic, &filed).await, "RETURNED");
    clinic.file(PATH, &forms::succession(&right)).await.assert_problem(409, "SUCCESSION_EXISTS");

    app.set_clock("2023-03-06T00:00:00+09:00");
    let lapsed = clinic.get(path).await.assert_status(200);
    assert_eq!(lapsed.body["status"], "LAPSED");
    let list = clinic.get(PATH).await.assert_status(200);
    assert_eq!(list.body["items"][0]["status"], "LAPSED");
    clinic
        .put(path, &forms::succession(&right), lapsed.etag())
        .await
        .assert_problem(409, "SUCCESSION_LAPSED");
    clinic.withdraw(path, lapsed.etag()).await.assert_problem(409, "SUCCESSION_LAPSED");
    let accepted = clinic.file(PATH, &forms::succession(&right)).await.assert_status(201);
    assert_eq!(accepted.body["status"], "ACCEPTED", "{}", accepted.text);
    assert_eq!(clinic.get(path).await.text, lapsed.text);
    assert_eq!(app.rows("successions").with("status", "LAPSED").count(), 1);
    assert_eq!(app.rows("audit_log").with("action", "succession.lapsed").count(), 1);
}

#[apply(on_both_databases)]
async fn the_holder_of_a_mistyped_code_can_register_before_and_after_the_due_date() {
    for days in [0, 29, 31, 400] {
        let app = TestApp::start().await;
        let (_clinic, _filed, holder) = mistyped_and_returned(&app).await;
        app.advance(Duration::days(days));
        FacilityClient::register(&app, &holder).await;
    }
}

#[apply(on_both_databases)]
async fn the_new_code_is_no_longer_another_facility_of_the_declaration() {
    for waits in [false, true] {
        let app = TestApp::start().await;
        let clinic = app.clinic().await;
        let other = app.unused_facility("MEDICAL").await["facility_code"].clone();
        let successor =
            if waits { facility_list::unlisted(1, 1) } else { app.unused_facility("MEDICAL").await };
        let mut declaration = forms::no_network();
        declaration["other_facility_codes"] = json!([other, successor["facility_code"]]);
        let declared = clinic.file("/v1/declarations", &declaration).await.assert_status(201);
        clinic.file(PATH, &forms::succession(&successor)).await.assert_status(201);
        if waits {
            app.import(facility_list::csv(&[&successor]), false).await;
        }
        let path = declared.header("location");
        let after = clinic.get(path).await.assert_status(200);
        assert_eq!(after.body["facility_code"], successor["facility_code"]);
        assert_eq!(after.body["other_facility_codes"], json!([other]), "{}", after.text);
        assert_eq!(after.body["revision"], 2);
        let revisions = clinic.get(&format!("{path}/revisions")).await.assert_status(200);
        let declared_codes = &revisions.body["items"][1]["other_facility_codes"];
        assert_eq!(*declared_codes, declaration["other_facility_codes"], "the history stays");
        // What is shown can be sent again.
        declaration["other_facility_codes"] = after.body["other_facility_codes"].clone();
        clinic.put(path, &declaration, after.etag()).await.assert_status(200);
    }
}

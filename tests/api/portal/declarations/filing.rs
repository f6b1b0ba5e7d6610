//! The filing of declarations: acceptance, mail, confirmation screen and reads.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{FacilityClient, Reply, TestApp, forms, reasons, send};

const TABLES: [&str; 5] =
    ["declarations", "declaration_revisions", "idempotency_keys", "outbox", "audit_log"];

/// The number of rows in each table that a filing writes to.
fn row_counts(app: &TestApp) -> [i64; 5] {
    TABLES.map(|table| app.rows(table).count())
}

/// The body without these members, each of which it must have.
fn without(mut body: Value, members: &[&str]) -> Value {
    for member in members {
        assert!(body.as_object_mut().unwrap().remove(*member).is_some(), "{member} is absent");
    }
    body
}

async fn withdraw(clinic: &FacilityClient, filed: &Reply) {
    clinic.withdraw(filed.header("location"), filed.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_complete_declaration_of_each_category_is_accepted_and_shows_until_when_it_excuses() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let upload = clinic.attach(&forms::pdf()).await;
    let round = app.anonymous().get("/v1/transitional-measures/2023").await.assert_status(200).body;
    for reason in reasons::all() {
        let filed = clinic.file("/v1/declarations", &reason.declaration(&upload)).await.assert_status(201);
        let body = &filed.body;
        assert_eq!(body["status"], "ACCEPTED");
        assert_eq!(body["reason"], reason.form);
        assert_eq!(body["excused_until"].as_str(), reason.excused_until, "{body}");
        assert_eq!(body["excuse"]["basis"], reason.basis);
        assert_eq!(body["excuse"]["capped"], reason.capped, "{body}");
        let rules = round["categories"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["category"] == reason.category()).unwrap();
        for lang in ["ja", "en"] {
            let (text, rule) =
                (body["excuse"]["text"][lang].as_str().unwrap(), &rule["excused_until"]["text"]);
            assert!(text.ends_with(rule[lang].as_str().unwrap()), "{text}");
        }
        assert_eq!(body["late"], false);
        assert_eq!(body["revision"], 1);
        assert_eq!(body["facility_code"], clinic.facility_code);
        let seen = clinic.get(filed.header("location")).await.assert_status(200);
        assert_eq!((&seen.body, seen.etag()), (body, filed.etag()));
        withdraw(&clinic, &filed).await;
    }
    let categories: std::collections::BTreeSet<_> =
        reasons::all().iter().map(|reason| reason.category().to_owned()).collect();
    assert_eq!(categories.len(), round["categories"].as_array().unwrap().len(), "every category is filed");
}

#[apply(on_both_databases)]
async fn a_capped_end_of_the_excuse_is_called_the_latest_possible_day_in_both_languages() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let reason = reasons::closing("CLOSING", "2026-01-01", "2024-11-30");
    let filed = clinic.file("/v1/declarations", &reason.declaration("")).await.assert_status(201);
    let text = &filed.body["excuse"]["text"];
    assert!(text["ja"].as_str().unwrap().starts_with("2024年11月30日まで（上限）。"), "{text}");
    assert!(text["en"].as_str().unwrap().starts_with("Until 2024-11-30, the latest day possible."), "{text}");
}

#[apply(on_both_databases)]
async fn the_mail_about_the_acceptance_has_the_receipt_number_of_the_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let reason = reasons::line_ready("2022-10-31", "2023-04-30");
    let filed = clinic.file("/v1/declarations", &reason.declaration("")).await.assert_status(201);
    let number = filed.body["receipt_number"].as_str().unwrap();
    let groups: Vec<&str> = number.split('-').collect();
    assert_eq!(groups.len(), 3, "{number}");
    let digits = |group: &&str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_digit());
    assert!(groups.iter().all(digits), "{number}");
    let mails = app.mails(&clinic.email, "DECLARATION_ACCEPTED").await;
    assert_eq!(mails.len(), 1);
    let (subject, text) = (mails[0]["subject"].as_str().unwrap(), mails[0]["text"].as_str().unwrap());
    assert!(subject.contains("受理") && !subject.contains("不受理"), "{subject}");
    for expected in [number, &clinic.facility_code, "令和5年4月30日", "30 April 2023"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(app.mails(&clinic.email, "DECLARATION_RECEIVED").await.is_empty());
}

#[apply(on_both_databases)]
async fn the_preview_of_a_filing_shows_what_would_be_stored_and_stores_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let upload = clinic.attach(&forms::pdf()).await;
    app.mails(&clinic.email, "ACCOUNT_CREATED").await;
    for reason in reasons::all() {
        let mut declaration = reason.declaration(&upload);
        declaration["client_reference"] = json!("clinic-2023-0001");
        let before = row_counts(&app);
        let preview = clinic.post("/v1/declarations/preview", &declaration).await.assert_status(200);
        assert_eq!(row_counts(&app), before, "{TABLES:?}");
        assert_eq!((preview.etag(), preview.header("location")), ("", ""));
        let mails = preview.body["mails"].as_array().unwrap();
        assert_eq!(mails.len(), 1);
        assert_eq!(
            (&mails[0]["kind"], &mails[0]["to"]),
            (&json!("DECLARATION_ACCEPTED"), &json!(clinic.email))
        );
        // The filing will get another receipt number, so a preview shows none.
        assert!(mails[0]["subject"].as_str().unwrap().ends_with("受理のお知らせ（届出番号 ****-****-****）"));
        let filed = clinic.file("/v1/declarations", &declaration).await.assert_status(201);
        let identity = ["id", "receipt_number", "created_at", "updated_at", "etag"];
        assert_eq!(without(preview.body, &["mails"]), without(filed.body.clone(), &identity));
        withdraw(&clinic, &filed).await;
    }
}

#[apply(on_both_databases)]
async fn a_preview_ignores_a_key_and_does_not_use_it_up() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let path = "/v1/declarations/preview";
    clinic.file_with_key(path, &forms::no_network(), "key-1").await.assert_status(200);
    let other = forms::declaration(&reasons::home_visits().form);
    clinic.file_with_key("/v1/declarations", &other, "key-1").await.assert_status(201);
    clinic.post(path, &other).await.assert_problem(409, "DECLARATION_EXISTS");
}

#[apply(on_both_databases)]
async fn a_declaration_that_has_not_changed_is_answered_with_304() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let path = filed.header("location");
    let ask = async |tags: &str| send(clinic.request(Method::GET, path).header("If-None-Match", tags)).await;
    for tags in [filed.etag().to_owned(), "*".to_owned(), format!("\"x\", {}", filed.etag())] {
        let reply = ask(&tags).await.assert_status(304);
        assert_eq!((reply.etag(), reply.text.as_str()), (filed.etag(), ""));
    }
    assert_eq!(ask("\"0\"").await.assert_status(200).body, filed.body);
    withdraw(&clinic, &filed).await;
    let seen = ask(filed.etag()).await.assert_status(200);
    assert_eq!(seen.body["status"], "WITHDRAWN");
}

#[apply(on_both_databases)]
async fn a_facility_lists_its_own_declarations_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    other.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    assert_eq!(clinic.get("/v1/declarations").await.assert_status(200).body, json!({ "items": [] }));
    let mut filed = Vec::new();
    for _ in 0..3 {
        let reply = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
        withdraw(&clinic, &reply).await;
        filed.insert(0, reply.body["id"].clone());
    }
    let ids = |body: &Value| -> Vec<Value> {
        body["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
    };
    let all = clinic.get("/v1/declarations").await.assert_status(200);
    assert_eq!(ids(&all.body), filed);
    assert_eq!(all.body.get("next_page_token"), None);
    let first = clinic.get("/v1/declarations?page_size=2").await.assert_status(200);
    assert!(first.header("link").contains("rel=\"next\""), "{}", first.header("link"));
    let token = first.body["next_page_token"].as_str().unwrap();
    let second =
        clinic.get(&format!("/v1/declarations?page_size=2&page_token={token}")).await.assert_status(200);
    assert_eq!([ids(&first.body), ids(&second.body)].concat(), filed);
    assert_eq!(second.body.get("next_page_token"), None);
    clinic.get("/v1/declarations?page_size=101").await.assert_problem(400, "INVALID_PARAMETER");
    clinic.get("/v1/declarations?page_token=x").await.assert_problem(400, "INVALID_PARAMETER");
}

#[apply(on_both_databases)]
async fn a_facility_may_file_a_second_declaration_only_after_withdrawing_the_first() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    for reason in reasons::all().iter().filter(|reason| !reason.needs_attachment) {
        let again = clinic.file("/v1/declarations", &reason.declaration("")).await;
        again.assert_problem(409, "DECLARATION_EXISTS");
    }
    withdraw(&clinic, &first).await;
    let second = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    assert_ne!(second.body["id"], first.body["id"]);
    assert_ne!(second.body["receipt_number"], first.body["receipt_number"]);
    assert_eq!(app.rows("declarations").with("status", "ACCEPTED").count(), 1);
}

#[apply(on_both_databases)]
async fn filing_and_reading_need_a_token_and_an_unknown_id_is_not_found() {
    let app = TestApp::start().await;
    let (anonymous, clinic) = (app.anonymous(), app.clinic().await);
    anonymous.file("/v1/declarations", &forms::no_network()).await.assert_problem(401, "TOKEN_MISSING");
    anonymous.get("/v1/declarations").await.assert_problem(401, "TOKEN_MISSING");
    for id in ["1", "dcl_", "dcl_00000000000000000000000000", "upl_00000000000000000000000000", "%00"] {
        clinic.get(&format!("/v1/declarations/{id}")).await.assert_problem(404, "NOT_FOUND");
    }
    assert_eq!(app.rows("declarations").count(), 0);
}

#[apply(on_both_databases)]
async fn a_facility_that_has_no_code_yet_cannot_file() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let mut form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let facility = form["facility"].as_object_mut().unwrap();
    facility.remove("code");
    facility.insert("designation_receipt".to_owned(), json!("R5-0001"));
    facility.insert("kind".to_owned(), json!("MEDICAL"));
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let code = String::new();
    let clinic =
        FacilityClient::log_in(&app, "new@clinic.example", form["password"].as_str().unwrap(), code).await;
    let mut wrong = forms::no_network();
    wrong["colour"] = json!("red");
    for declaration in [forms::no_network(), wrong] {
        let reply = clinic.file("/v1/declarations", &declaration).await;
        reply.assert_problem(409, "FACILITY_NOT_DESIGNATED");
    }
    assert_eq!(clinic.get("/v1/declarations").await.assert_status(200).body, json!({ "items": [] }));
}

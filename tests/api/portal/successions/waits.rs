//! Successions whose successor is not in the facility list yet, and their corrections and withdrawals.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use todokede::db::store::filings::successions;

use crate::support::{FacilityClient, PASSWORD, Reply, TestApp, facility_list, forms};

const PATH: &str = "/v1/successions";

/// Registers a clinic and files a succession that waits for its successor. Returns the clinic and the answer.
async fn file_waiting(app: &TestApp, successor: &Value) -> (FacilityClient, Reply) {
    let clinic = app.clinic().await;
    let filed = clinic.file(PATH, &forms::succession(successor)).await.assert_status(201);
    assert_eq!(filed.body["status"], "WAITING_FOR_MASTER");
    (clinic, filed)
}

/// The facility code of a clinic's account.
async fn code_of(clinic: &FacilityClient) -> Value {
    clinic.get("/v1/account").await.assert_status(200).body["facility"]["code"].clone()
}

#[apply(on_both_databases)]
async fn a_succession_waits_until_an_import_adds_its_successor() {
    let app = TestApp::start().await;
    let successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    let mails = app.mails(&clinic.email, "SUCCESSION_RECEIVED").await;
    assert!(mails[0]["text"].as_str().unwrap().contains("掲載され次第、手続きを自動的に進めます"));
    assert_eq!(code_of(&clinic).await, clinic.facility_code.as_str());
    assert!(filed.body.get("certificates_until").is_none());

    let (report, _) = app.import(facility_list::csv(&[&facility_list::unlisted(1, 2)]), false).await;
    assert_eq!((report.added, report.carried_on), (1, 0), "the import does not have the successor");
    app.advance(chrono::Duration::days(9));
    let (report, refused) = app.import(facility_list::csv(&[&successor]), false).await;
    assert_eq!((report.added, report.carried_on, refused.len()), (1, 1, 0));

    let clinic = clinic.log_in_again(&app).await;
    let after = clinic.get(filed.header("location")).await.assert_status(200);
    assert_eq!(after.body["status"], "ACCEPTED");
    assert_eq!(after.body["certificates_until"], "2023-06-12", "120 days after the acceptance");
    assert_ne!(after.etag(), filed.etag());
    assert_eq!(code_of(&clinic).await, successor["facility_code"]);
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_ACCEPTED").await.len(), 1);
    assert_eq!(app.rows("postal_items").count(), 1);
    let (report, _) = app.import(facility_list::csv(&[&successor]), false).await;
    assert_eq!(report.carried_on, 0);
}

#[apply(on_both_databases)]
async fn the_import_command_continues_a_succession_while_the_service_runs() {
    let app = TestApp::start().await;
    let successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    let file = app.folder().join("edition.csv");
    std::fs::write(&file, facility_list::csv(&[&successor])).unwrap();
    let url = app.database.url().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_todokede"));
        command.args(["facilities", "import"]).arg(file).env("DATABASE_URL", url).output().unwrap()
    });
    let output = output.await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in ["read        1", "added       1", "changed     0", "refused     0", "carried on  1 waiting"]
    {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    assert_eq!(clinic.get(filed.header("location")).await.assert_status(200).body["status"], "ACCEPTED");
    assert_eq!(code_of(&clinic).await, successor["facility_code"]);
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_ACCEPTED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_succession_that_an_import_contradicts_is_returned_and_its_correction_is_accepted() {
    let app = TestApp::start().await;
    let mut successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    let path = filed.header("location");
    successor["postal_code"] = json!("100-0001");
    let (report, _) = app.import(facility_list::csv(&[&successor]), false).await;
    assert_eq!(report.carried_on, 1);

    let returned = clinic.get(path).await.assert_status(200);
    assert_eq!(returned.body["status"], "RETURNED");
    let review = &returned.body["review"];
    assert_eq!(review["fields"], json!(["/successor/postal_code"]));
    assert_eq!(review["due_date"], "2023-03-05", "30 days: {review}");
    let mails = app.mails(&clinic.email, "SUCCESSION_RETURNED").await;
    assert!(mails[0]["text"].as_str().unwrap().contains("令和5年3月5日"), "{}", mails[0]["text"]);
    assert_eq!(code_of(&clinic).await, clinic.facility_code.as_str(), "the account still has its old code");
    clinic.file(PATH, &forms::succession(&successor)).await.assert_problem(409, "SUCCESSION_EXISTS");

    let wrong = forms::succession(&facility_list::unlisted(1, 1));
    clinic
        .put(path, &wrong, returned.etag())
        .await
        .assert_faults(&[("/successor/postal_code", "POSTAL_CODE_MISMATCH")]);
    let right = forms::succession(&successor);
    clinic.put(path, &right, filed.etag()).await.assert_problem(412, "PRECONDITION_FAILED");
    let accepted = clinic.put(path, &right, returned.etag()).await.assert_status(200);
    assert_eq!(accepted.body["status"], "ACCEPTED");
    assert_eq!(accepted.body["receipt_number"], filed.body["receipt_number"]);
    assert!(accepted.body.get("review").is_none());
    assert_eq!(code_of(&clinic).await, successor["facility_code"]);
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_ACCEPTED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_succession_that_waits_for_a_code_is_returned_if_the_code_is_registered_meanwhile() {
    let app = TestApp::start().await;
    let successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    // The facility is in the list, but no import has continued the succession yet.
    let (code, key) = (successor["facility_code"].as_str().unwrap(), "医療法人架空会架空さくら診療所");
    app.database.execute(&format!(
        "INSERT INTO facilities
         (code, kind, name, name_key, postal_code, address, address_key, listed_at, changed_at)
         SELECT '{code}', 'MEDICAL', '架空さくら診療所', '{key}', '1000000', '東京都架空区', '東京都架空区',
         listed_at, changed_at
         FROM facilities LIMIT 1"
    ));
    let token = app.registration_token("new@clinic.example").await;
    let reply = app.anonymous().post("/v1/accounts", &forms::account(&token, &successor)).await;
    reply.assert_status(201);
    // The succession is returned, and that account keeps the code.
    let owner = FacilityClient::log_in(&app, "new@clinic.example", PASSWORD, code.to_owned()).await;
    let (report, _) = app.import(facility_list::csv(&[]), false).await;
    assert_eq!(report.carried_on, 1);
    let returned = clinic.get(filed.header("location")).await.assert_status(200);
    assert_eq!(returned.body["status"], "RETURNED");
    assert_eq!(returned.body["review"]["fields"], json!(["/successor/facility_code"]));
    let mails = app.mails(&clinic.email, "SUCCESSION_RETURNED").await;
    assert!(
        mails[0]["text"].as_str().unwrap().contains("すでに別のアカウントが登録されています"),
        "{mails:?}"
    );
    let form = forms::succession(&successor);
    clinic
        .put(filed.header("location"), &form, returned.etag())
        .await
        .assert_problem(409, "SUCCESSOR_HAS_ACCOUNT");
    assert_eq!(code_of(&owner).await, successor["facility_code"]);
}

#[apply(on_both_databases)]
async fn a_succession_that_fails_in_an_import_does_not_stop_the_others() {
    let app = TestApp::start().await;
    let (broken, fine) = (facility_list::unlisted(1, 1), facility_list::unlisted(1, 2));
    let (clinic, filed) = file_waiting(&app, &broken).await;
    let (other, other_filed) = file_waiting(&app, &fine).await;
    let condition = format!("NEW.facility_code = '{}'", clinic.facility_code);
    app.database.add_failing_trigger("former_facilities", "BEFORE INSERT", &condition);
    let (report, _) = app.import(facility_list::csv(&[&broken, &fine]), false).await;
    assert_eq!((report.added, report.carried_on), (2, 1));
    assert_eq!(clinic.get(filed.header("location")).await.body["status"], "WAITING_FOR_MASTER");
    assert_eq!(clinic.get(filed.header("location")).await.etag(), filed.etag());
    assert_eq!(other.get(other_filed.header("location")).await.body["status"], "ACCEPTED");
    app.database.drop_failing_trigger("former_facilities");
    let (report, _) = app.import(facility_list::csv(&[]), false).await;
    assert_eq!(report.carried_on, 1, "the next import tries again");
    assert_eq!(code_of(&clinic).await, broken["facility_code"]);
}

#[apply(on_both_databases)]
async fn successions_that_fail_again_and_again_do_not_hide_those_after_them() {
    let app = TestApp::start().await;
    let successors = [facility_list::unlisted(1, 1), facility_list::unlisted(1, 2)];
    for successor in &successors {
        file_waiting(&app, successor).await;
    }
    app.database.add_failing_trigger("former_facilities", "BEFORE INSERT", "1 = 1");
    let (report, _) = app.import(facility_list::csv(&[&successors[0], &successors[1]]), false).await;
    assert_eq!((report.added, report.carried_on), (2, 0));
    let mut conn = app.database.connect();
    let mut ready = |after| successions::find_ready(&mut conn, after).unwrap();
    let first = ready(None).unwrap();
    let second = ready(Some(first.id)).unwrap();
    assert_ne!(first.form.successor.facility_code, second.form.successor.facility_code);
    assert!(ready(Some(second.id)).is_none());
}

#[apply(on_both_databases)]
async fn a_waiting_succession_can_be_corrected_to_another_successor() {
    let app = TestApp::start().await;
    let (first, second, listed) =
        (facility_list::unlisted(1, 1), facility_list::unlisted(1, 2), app.unused_facility("MEDICAL").await);
    let (clinic, filed) = file_waiting(&app, &first).await;
    let (other, other_filed) = file_waiting(&app, &second).await;
    let path = filed.header("location");
    let preview = clinic.preview_of(path, &forms::succession(&listed), filed.etag()).await.assert_status(200);
    assert_eq!(preview.body["status"], "ACCEPTED");
    assert_eq!(clinic.get(path).await.text, filed.text, "a preview stores nothing");
    assert_eq!(
        clinic.put(path, &forms::succession(&first), filed.etag()).await.assert_status(200).body["status"],
        "WAITING_FOR_MASTER"
    );
    let tag = clinic.get(path).await.etag().to_owned();
    assert_eq!(
        clinic.put(path, &forms::succession(&listed), &tag).await.assert_status(200).body["status"],
        "ACCEPTED"
    );
    let path = other_filed.header("location");
    other.put(path, &forms::succession(&first), other_filed.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_change_needs_the_etag_of_the_current_version() {
    let app = TestApp::start().await;
    let successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    let (path, form) = (filed.header("location"), forms::succession(&successor));
    let without_etag = clinic.request(Method::PUT, path).json(&form);
    assert_eq!(without_etag.send().await.unwrap().status(), 428);
    let without_etag =
        clinic.request(Method::POST, &format!("{path}/withdrawal")).header("Idempotency-Key", "k");
    assert_eq!(without_etag.send().await.unwrap().status(), 428);
    let without_key =
        clinic.request(Method::POST, &format!("{path}/withdrawal")).header("If-Match", filed.etag());
    assert_eq!(without_key.send().await.unwrap().status(), 400);
    clinic.put(path, &form, "1").await.assert_problem(400, "INVALID_PARAMETER");
    for stale in ["\"0\"", "\"2\"", "W/\"2\""] {
        clinic.put(path, &form, stale).await.assert_problem(412, "PRECONDITION_FAILED");
        clinic.withdraw(path, stale).await.assert_problem(412, "PRECONDITION_FAILED");
    }
    let unchanged = clinic.request(Method::GET, path).header("If-None-Match", filed.etag());
    assert_eq!(unchanged.send().await.unwrap().status(), 304);
    let revised = clinic.put(path, &form, filed.etag()).await.assert_status(200);
    clinic.withdraw(path, filed.etag()).await.assert_problem(412, "PRECONDITION_FAILED");
    clinic.withdraw(path, revised.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_succession_can_be_withdrawn_only_before_it_is_accepted() {
    let app = TestApp::start().await;
    let successor = facility_list::unlisted(1, 1);
    let (clinic, filed) = file_waiting(&app, &successor).await;
    let path = filed.header("location").to_owned();
    let withdrawn = clinic.withdraw(&path, filed.etag()).await.assert_status(200);
    assert_eq!(withdrawn.body["status"], "WITHDRAWN");
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_WITHDRAWN").await.len(), 1);
    clinic.withdraw(&path, withdrawn.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    clinic
        .put(&path, &forms::succession(&successor), withdrawn.etag())
        .await
        .assert_problem(409, "STATUS_FORBIDS");
    let (report, _) = app.import(facility_list::csv(&[&successor]), false).await;
    assert_eq!(report.carried_on, 0);
    assert_eq!(clinic.get(&path).await.text, withdrawn.text);

    let accepted = clinic.file(PATH, &forms::succession(&successor)).await.assert_status(201);
    let path = accepted.header("location");
    clinic.withdraw(path, accepted.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    let next = app.unused_facility("MEDICAL").await;
    let mut form = forms::succession(&next);
    form["change_date"] = json!("2023-02-02");
    clinic.put(path, &form, accepted.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    assert_eq!(clinic.get(path).await.text, accepted.text);
}

#[apply(on_both_databases)]
async fn a_withdrawal_sent_again_with_its_key_has_one_effect() {
    let app = TestApp::start().await;
    let (clinic, filed) = file_waiting(&app, &facility_list::unlisted(1, 1)).await;
    let path = format!("{}/withdrawal", filed.header("location"));
    let withdraw = async |tag: &str| {
        let request = clinic.request(Method::POST, &path).header("If-Match", tag);
        let response = request.header("Idempotency-Key", "once").send().await.unwrap();
        let replayed = response.headers().contains_key("idempotent-replayed");
        (response.status().as_u16(), replayed)
    };
    assert_eq!(withdraw(filed.etag()).await, (200, false));
    assert_eq!(withdraw(filed.etag()).await, (200, true));
    assert_eq!(withdraw("\"9\"").await, (422, false), "another request under the same key");
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_WITHDRAWN").await.len(), 1);
}

#[apply(on_both_databases)]
async fn callers_without_a_token_and_other_accounts_cannot_reach_a_succession() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.clinic().await);
    let form = forms::succession(&facility_list::unlisted(1, 1));
    let filed = clinic.file(PATH, &form).await.assert_status(201);
    let path = filed.header("location");
    app.anonymous().file(PATH, &form).await.assert_problem(401, "TOKEN_MISSING");
    app.anonymous().get(path).await.assert_problem(401, "TOKEN_MISSING");
    for path in
        [path, "/v1/successions/suc_0h2k4m6p8r0t2v4x6z8b0d2f4h", "/v1/successions/1", "/v1/successions/dcl_1"]
    {
        other.get(path).await.assert_problem(404, "NOT_FOUND");
        other.put(path, &form, filed.etag()).await.assert_problem(404, "NOT_FOUND");
        other.withdraw(path, filed.etag()).await.assert_problem(404, "NOT_FOUND");
    }
    assert_eq!(other.get(PATH).await.assert_status(200).body["items"], json!([]));
    assert_eq!(clinic.get(path).await.assert_status(200).body["status"], "WAITING_FOR_MASTER");
}

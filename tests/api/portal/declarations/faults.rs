//! All faults of a declaration are reported at once, each at its member.

use serde_json::json;

use crate::support::{FacilityClient, TestApp, forms, reasons};

const PREVIEW_PATH: &str = "/v1/declarations/preview";

/// Registers a clinic and stores an attachment. Returns the service, the clinic and the attachment's id.
async fn clinic_with_attachment() -> (TestApp, FacilityClient, String) {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let upload = clinic.attach(&forms::pdf()).await;
    (app, clinic, upload)
}

#[apply(on_both_databases)]
async fn all_faults_of_form_and_rules_are_reported_at_once_each_at_its_member() {
    let (app, clinic, _) = clinic_with_attachment().await;
    let other = app.unused_facility("MEDICAL").await["facility_code"].clone();
    let mut declaration = reasons::system("2023-02-31", "2023-10", "").declaration("");
    declaration["reason"]["vendor_name"] = json!(5);
    declaration["reason"]["plan"] = json!("CLOSING");
    declaration["reason"]["colour"] = json!("red");
    declaration["attachment_ids"] = json!([]);
    declaration["other_facility_codes"] = json!(["12", clinic.facility_code, other, other, 7]);
    declaration["client_reference"] = json!("x".repeat(101));
    let expected = [
        ("/reason/contract_date", "DATE_FORM"),
        ("/reason/expected_completion_month", "MONTH_TOO_LATE"),
        ("/reason/vendor_name", "WRONG_TYPE"),
        ("/reason/plan", "NOT_APPLICABLE"),
        ("/reason/colour", "UNKNOWN_MEMBER"),
        ("/attachment_ids", "ATTACHMENT_REQUIRED"),
        ("/other_facility_codes/0", "FACILITY_CODE_FORM"),
        ("/other_facility_codes/1", "OWN_FACILITY_CODE"),
        ("/other_facility_codes/3", "REPEATED_ENTRY"),
        ("/other_facility_codes/4", "WRONG_TYPE"),
        ("/client_reference", "TOO_LONG"),
    ];
    for path in [PREVIEW_PATH, "/v1/declarations"] {
        clinic.file(path, &declaration).await.assert_faults(&expected);
    }
    assert_eq!(app.rows("declarations").count(), 0);
}

#[apply(on_both_databases)]
async fn codes_and_attachments_are_checked_even_if_category_and_round_are_invalid() {
    let (_app, clinic, upload) = clinic_with_attachment().await;
    let mut declaration = forms::declaration(&json!({ "category": "TIRED" }));
    declaration["round"] = json!("1999");
    declaration["other_facility_codes"] = json!([clinic.facility_code]);
    declaration["attachment_ids"] = json!(["upl_00000000000000000000000000", upload, upload]);
    clinic.post(PREVIEW_PATH, &declaration).await.assert_faults(&[
        ("/round", "ROUND_UNKNOWN"),
        ("/reason/category", "UNKNOWN_VALUE"),
        ("/other_facility_codes/0", "OWN_FACILITY_CODE"),
        ("/attachment_ids/0", "ATTACHMENT_UNKNOWN"),
        ("/attachment_ids/2", "REPEATED_ENTRY"),
    ]);
    for (round, code) in [("1999", "ROUND_UNKNOWN"), ("", "ROUND_UNKNOWN"), (&*"2".repeat(41), "TOO_LONG")] {
        let mut declaration = forms::no_network();
        declaration["round"] = json!(round);
        clinic.post(PREVIEW_PATH, &declaration).await.assert_faults(&[("/round", code)]);
    }
    let empty = clinic.post(PREVIEW_PATH, &json!({})).await;
    empty.assert_faults(&[("/round", "REQUIRED"), ("/reason", "REQUIRED")]);
}

#[apply(on_both_databases)]
async fn attachments_must_be_distinct_stored_files_of_the_account_and_allowed_in_the_category() {
    let (app, clinic, upload) = clinic_with_attachment().await;
    let other = app.dentist().await;
    let theirs = other.attach(&forms::pdf()).await;
    let announced = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let (own, announced) = (upload.as_str(), announced.body["id"].as_str().unwrap());
    for (ids, expected) in [
        (json!([own]), vec![]),
        (json!([theirs]), vec![("/attachment_ids/0", "ATTACHMENT_UNKNOWN")]),
        (json!([own, announced]), vec![("/attachment_ids/1", "ATTACHMENT_UNKNOWN")]),
        (json!([own, own]), vec![("/attachment_ids/1", "REPEATED_ENTRY")]),
        (json!(["contract.pdf"]), vec![("/attachment_ids/0", "ID_FORM")]),
        (
            json!(["contract.pdf", theirs]),
            vec![("/attachment_ids/0", "ID_FORM"), ("/attachment_ids/1", "ATTACHMENT_UNKNOWN")],
        ),
        (json!(vec![own; 11]), vec![("/attachment_ids", "TOO_MANY")]),
        (json!([]), vec![("/attachment_ids", "ATTACHMENT_REQUIRED")]),
    ] {
        let mut declaration = reasons::system("2023-02-01", "2023-08", "").declaration("");
        declaration["attachment_ids"] = ids;
        let reply = clinic.post(PREVIEW_PATH, &declaration).await;
        if expected.is_empty() {
            reply.assert_status(200);
        } else {
            reply.assert_faults(&expected);
        }
    }
    for reason in reasons::all() {
        let mut declaration = reason.declaration("");
        declaration["attachment_ids"] = json!([own]);
        let reply = clinic.post(PREVIEW_PATH, &declaration).await;
        if matches!(reason.category(), "SYSTEM_IN_PROGRESS" | "SPECIAL_HARDSHIP") {
            reply.assert_status(200);
        } else {
            reply.assert_faults(&[("/attachment_ids", "ATTACHMENT_NOT_EXPECTED")]);
        }
    }
}

#[apply(on_both_databases)]
async fn a_pharmacy_may_use_every_category_except_the_one_for_home_visits() {
    let app = TestApp::start().await;
    let pharmacy = app.pharmacy().await;
    let upload = pharmacy.attach(&forms::pdf()).await;
    for reason in reasons::all() {
        let reply = pharmacy.file(PREVIEW_PATH, &reason.declaration(&upload)).await;
        if reason.category() == "HOME_VISITS_ONLY" {
            reply.assert_faults(&[("/reason/category", "CATEGORY_NOT_FOR_KIND")]);
        } else {
            reply.assert_status(200);
        }
    }
}

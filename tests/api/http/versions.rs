//! The answer to a change has the same entity tag and content as a later read.

use serde_json::{Value, json};

use crate::support::{FacilityClient, PASSWORD, Reply, TestApp, facility_list, forms};

/// Asserts that the answer to a change equals a read and has a new entity tag, and returns the tag.
async fn assert_current(clinic: &FacilityClient, path: &str, changed: &Reply, before: &str) -> String {
    let seen = clinic.get(path).await.assert_status(200);
    assert_eq!((changed.etag(), &changed.body), (seen.etag(), &seen.body), "{path}");
    assert_ne!(changed.etag(), before, "{path}");
    changed.etag().to_owned()
}

/// Files a form, corrects it twice and withdraws it. Each step sends the entity tag of the answer before.
async fn assert_each_step_is_current(clinic: &FacilityClient, path: &str, form: &Value) {
    let filed = clinic.file(path, form).await.assert_status(201);
    let location = filed.header("location");
    let mut tag = assert_current(clinic, location, &filed, "").await;
    for _ in 0..2 {
        let revised = clinic.put(location, form, &tag).await.assert_status(200);
        tag = assert_current(clinic, location, &revised, &tag).await;
    }
    let withdrawn = clinic.withdraw(location, &tag).await.assert_status(200);
    assert_current(clinic, location, &withdrawn, &tag).await;
}

#[apply(on_both_databases)]
async fn each_change_of_an_account_is_answered_with_its_new_version() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("new@clinic.example").await;
    let mut form = forms::account(&token, &facility);
    let members = form["facility"].as_object_mut().unwrap();
    let code = members.remove("code").unwrap();
    let mut designated = json!({ "facility": members });
    designated["facility"]["code"] = code;
    members.insert("designation_receipt".to_owned(), json!("2023-00123"));
    members.insert("kind".to_owned(), json!("MEDICAL"));

    let created = app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let clinic = FacilityClient::log_in(&app, "new@clinic.example", PASSWORD, String::new()).await;
    let mut tag = assert_current(&clinic, "/v1/account", &created, "").await;
    let contact = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    for change in [&contact, &designated, &contact] {
        let changed = clinic.patch("/v1/account", change, &tag).await.assert_status(200);
        tag = assert_current(&clinic, "/v1/account", &changed, &tag).await;
    }
    clinic
        .file("/v1/successions", &forms::succession(&app.unused_facility("MEDICAL").await))
        .await
        .assert_status(201);
    clinic.patch("/v1/account", &contact, &tag).await.assert_problem(412, "PRECONDITION_FAILED");
}

#[apply(on_both_databases)]
async fn each_change_of_a_filing_is_answered_with_its_new_version() {
    for review in ["automatic", "staff"] {
        let app = TestApp::start_with(&[("TODOKEDE_REVIEW", review)]).await;
        let clinic = app.clinic().await;
        assert_each_step_is_current(
            &clinic,
            "/v1/successions",
            &forms::succession(&facility_list::unlisted(1, 1)),
        )
        .await;
        let successor = app.unused_facility("MEDICAL").await;
        let accepted =
            clinic.file("/v1/successions", &forms::succession(&successor)).await.assert_status(201);
        assert_current(&clinic, accepted.header("location"), &accepted, "").await;
        assert_each_step_is_current(&clinic, "/v1/declarations", &forms::no_network()).await;
    }
}

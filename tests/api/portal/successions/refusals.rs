//! Succession: everything that is refused, and why.

use serde_json::{Value, json};

use crate::support::{Actor, TestApp, forms, list};

const PATH: &str = "/v1/successions";

/// Asserts that nothing of a succession was stored.
fn nothing_is_stored(app: &TestApp) {
    for table in ["successions", "former_facilities", "postal_items"] {
        assert_eq!(app.rows(table).count(), 0, "{table}");
    }
}

/// Where a good form is spoilt, by what, where that is blamed if elsewhere, and why.
fn one_fault_each(typo: &str) -> Vec<(&'static str, Value, &'static str, &'static str)> {
    vec![
        ("/successor/facility_code", json!(list::unlisted(3, 1)["facility_code"]), "", "KIND_MISMATCH"),
        ("/successor/facility_code", json!(typo), "", "FACILITY_CODE_CHECK_DIGIT"),
        ("/successor/facility_code", json!("123"), "", "FACILITY_CODE_FORM"),
        ("/successor/facility_code", json!("4810100013"), "", "FACILITY_CODE_PREFECTURE"),
        ("/successor/facility_code", json!("0120100013"), "", "FACILITY_CODE_KIND"),
        ("/successor/postal_code", json!("999-9999"), "", "POSTAL_CODE_MISMATCH"),
        ("/successor/postal_code", json!("99-9999"), "", "POSTAL_CODE_FORM"),
        ("/successor/phone", json!("110"), "", "PHONE_FORM"),
        ("/successor/name", json!("　"), "", "BLANK"),
        ("/successor_founder/name", json!("医療法人架空会 理事長 架空花子"), "", "CORPORATION_NAME_EXPECTED"),
        ("/successor_founder/kind", json!("PERSON"), "", "UNKNOWN_VALUE"),
        ("/reason", json!("FRANCHISE_CHANGE"), "", "NOT_APPLICABLE"),
        ("/reason", json!("franchise_change"), "", "UNKNOWN_VALUE"),
        ("/reason", json!("OTHER"), "/reason_detail", "REASON_DETAIL_REQUIRED"),
        ("/change_date", json!("2024-02-05"), "", "DATE_TOO_LATE"),
        ("/change_date", json!("2099-12-31"), "", "DATE_TOO_LATE"),
        ("/change_date", json!("9999-12-31"), "", "DATE_FORM"),
        ("/change_date", json!("2023-02-30"), "", "DATE_FORM"),
        ("/change_date", json!("令和5年2月1日"), "", "DATE_FORM"),
        ("/guidance_address/postal_code", json!("1"), "", "POSTAL_CODE_FORM"),
        ("/guidance_address/name", json!("架空\n診療所"), "", "CONTROL_CHARACTER"),
        ("/contact/phone", json!("0300001"), "", "PHONE_FORM"),
        ("/consent", json!(false), "", "MUST_BE_TRUE"),
        ("/consent", json!("true"), "", "WRONG_TYPE"),
        ("/contact", json!(null), "", "WRONG_TYPE"),
    ]
}

#[apply(on_both_databases)]
async fn a_form_is_refused_for_each_of_its_faults_at_its_place() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let good = forms::succession(&app.unused_facility("MEDICAL").await);
    let own = json!(clinic.facility_code);
    let code = good["successor"]["facility_code"].as_str().unwrap();
    let check = code.as_bytes()[9];
    let next = if check == b'9' { '0' } else { char::from(check + 1) };
    let typo: String = code.chars().take(9).chain([next]).collect();
    let dentist = app.unused_facility("DENTAL").await["facility_code"].clone();
    for (place, value, blamed, fault) in one_fault_each(&typo) {
        let mut form = good.clone();
        *form.pointer_mut(place).unwrap() = value.clone();
        let reply = clinic.file(PATH, &form).await;
        assert_eq!(reply.status, 422, "{place} {value}: {}", reply.text);
        reply.blames(&[(if blamed.is_empty() { place } else { blamed }, fault)]);
    }
    for code in [own, dentist] {
        let mut form = good.clone();
        form["successor"]["facility_code"] = code;
        let reply = clinic.file(PATH, &form).await;
        reply.refused(422, "INVALID_CONTENT");
    }
    nothing_is_stored(&app);
}

#[apply(on_both_databases)]
async fn the_same_code_before_and_after_is_no_succession() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = Actor::register(&app, &facility).await;
    let reply = clinic.file(PATH, &forms::succession(&facility)).await;
    reply.blames(&[("/successor/facility_code", "OWN_FACILITY_CODE")]);
    nothing_is_stored(&app);
}

#[apply(on_both_databases)]
async fn the_last_day_ahead_is_taken_and_the_day_after_is_not() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    form["change_date"] = json!("2024-02-04");
    clinic.post(&format!("{PATH}?validate_only=true"), &form).await.is(200);
    // In Japan it is tomorrow already.
    form["change_date"] = json!("2024-02-05");
    app.set_clock("2023-02-03T14:59:59Z");
    let clinic = clinic.again(&app).await;
    clinic
        .post(&format!("{PATH}?validate_only=true"), &form)
        .await
        .blames(&[("/change_date", "DATE_TOO_LATE")]);
    app.set_clock("2023-02-03T15:00:00Z");
    clinic.post(&format!("{PATH}?validate_only=true"), &form).await.is(200);
}

#[apply(on_both_databases)]
async fn a_franchise_changes_at_a_pharmacy_and_nowhere_else() {
    let app = TestApp::start().await;
    for (actor, kind, takes) in [
        (app.pharmacy().await, "PHARMACY", true),
        (app.clinic().await, "MEDICAL", false),
        (app.dentist().await, "DENTAL", false),
    ] {
        let mut form = forms::succession(&app.unused_facility(kind).await);
        form["reason"] = json!("FRANCHISE_CHANGE");
        let reply = actor.file(PATH, &form).await;
        if takes {
            assert_eq!(reply.is(201).body["status"], "ACCEPTED");
        } else {
            reply.blames(&[("/reason", "NOT_APPLICABLE")]);
        }
    }
}

#[apply(on_both_databases)]
async fn another_reason_is_explained_and_every_reason_may_be() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    let path = format!("{PATH}?validate_only=true");
    for reason in ["FOUNDER_CHANGE", "INCORPORATION_CHANGE", "SAME_CORPORATION", "RELOCATION", "OTHER"] {
        form["reason"] = json!(reason);
        form.as_object_mut().unwrap().remove("reason_detail");
        let bare = clinic.post(&path, &form).await;
        if reason == "OTHER" {
            bare.blames(&[("/reason_detail", "REASON_DETAIL_REQUIRED")]);
        } else {
            bare.is(200);
        }
        form["reason_detail"] = json!("二つの診療所を\n一つにするため");
        let explained = clinic.post(&path, &form).await.is(200);
        assert_eq!(explained.body["reason_detail"], form["reason_detail"]);
        form["reason_detail"] = json!("");
        clinic.post(&path, &form).await.blames(&[("/reason_detail", "BLANK")]);
    }
}

#[apply(on_both_databases)]
async fn faults_of_form_rules_and_list_are_told_together() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let dentist = app.unused_facility("DENTAL").await;
    let mut form = forms::succession(&dentist);
    form["successor"]["postal_code"] = json!("999-9999");
    form["successor"]["name"] = json!("");
    form["successor_founder"]["name"] = json!("医療法人架空会 理事長 架空花子");
    form["reason"] = json!("OTHER");
    form["change_date"] = json!("2025-01-01");
    form["guidance_address"].as_object_mut().unwrap().remove("address");
    form["contact"]["phone"] = json!("x");
    form["consent"] = json!(false);
    form["remark"] = json!("よろしく");
    let expected = [
        ("/successor/facility_code", "KIND_MISMATCH"),
        ("/successor/postal_code", "POSTAL_CODE_MISMATCH"),
        ("/successor/name", "BLANK"),
        ("/successor_founder/name", "CORPORATION_NAME_EXPECTED"),
        ("/reason_detail", "REASON_DETAIL_REQUIRED"),
        ("/change_date", "DATE_TOO_LATE"),
        ("/guidance_address/address", "REQUIRED"),
        ("/contact/phone", "PHONE_FORM"),
        ("/consent", "MUST_BE_TRUE"),
        ("/remark", "UNKNOWN_MEMBER"),
    ];
    clinic.file(PATH, &form).await.blames(&expected);
    clinic.post(&format!("{PATH}?validate_only=true"), &form).await.blames(&expected);

    let waiting = clinic.file(PATH, &forms::succession(&list::unlisted(1, 1))).await.is(201);
    let reply = clinic.put(waiting.header("location"), &form, waiting.etag()).await;
    reply.blames(&expected);
    assert!(!reply.text.contains("よろしく") && !reply.text.contains("999-9999"));
    // Without a readable code there is nothing to ask the list; the other rules still hold.
    form["successor"]["facility_code"] = json!("1");
    let reply = clinic.file(PATH, &form).await;
    let mut expected: Vec<_> = expected.to_vec();
    expected.retain(|(place, _)| *place != "/successor/postal_code");
    expected[0].1 = "FACILITY_CODE_FORM";
    reply.blames(&expected);
}

#[apply(on_both_databases)]
async fn a_successor_that_left_the_list_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let successor = app.unused_facility("MEDICAL").await;
    let stays = app.unused_facility("MEDICAL").await;
    app.import(list::csv(&[&stays]), true).await;
    let reply = clinic.file(PATH, &forms::succession(&successor)).await;
    reply.blames(&[("/successor/facility_code", "FACILITY_DELISTED")]);
    nothing_is_stored(&app);
}

#[apply(on_both_databases)]
async fn a_successor_that_belongs_to_others_is_refused() {
    let app = TestApp::start().await;
    let (clinic, owner, filer) = (app.clinic().await, app.clinic().await, app.clinic().await);
    let wanted = list::unlisted(1, 1);
    filer.file(PATH, &forms::succession(&wanted)).await.is(201);
    let try_for = async |code: &Value| {
        let mut form = forms::succession(&wanted);
        form["successor"]["facility_code"] = code.clone();
        // Sandbox facilities have postal codes of their own prefectures.
        let listed = app.anonymous().get("/sandbox/facilities?page_size=100").await.body["items"].clone();
        let listed = listed.as_array().unwrap().iter().find(|item| item["facility_code"] == *code).cloned();
        if let Some(listed) = listed {
            form["successor"]["postal_code"] = listed["postal_code"].clone();
        }
        clinic.file(PATH, &form).await
    };
    try_for(&json!(owner.facility_code)).await.refused(409, "SUCCESSOR_HAS_ACCOUNT");
    // A code that is leaving is its own account's as well, until it has left.
    try_for(&json!(filer.facility_code)).await.refused(409, "SUCCESSOR_HAS_ACCOUNT");
    try_for(&wanted["facility_code"]).await.refused(409, "SUCCESSOR_TAKEN");
    owner.file(PATH, &forms::succession(&app.unused_facility("MEDICAL").await)).await.is(201);
    try_for(&json!(owner.facility_code)).await.refused(409, "SUCCESSOR_IS_PREDECESSOR");
    assert_eq!(app.rows("successions").count(), 2);
}

#[apply(on_both_databases)]
async fn rights_do_not_run_in_circles() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = Actor::register(&app, &facility).await;
    clinic.file(PATH, &forms::succession(&app.unused_facility("MEDICAL").await)).await.is(201);
    let mut back = forms::succession(&facility);
    back["change_date"] = json!("2023-02-02");
    clinic.file(PATH, &back).await.refused(409, "SUCCESSOR_IS_PREDECESSOR");
    let token = app.registration_token("late@clinic.example").await;
    let reply = app.anonymous().post("/v1/accounts", &forms::account(&token, &facility)).await;
    reply.refused(409, "FACILITY_SUCCEEDED");
}

#[apply(on_both_databases)]
async fn one_facility_has_one_live_succession() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = clinic.file(PATH, &forms::succession(&list::unlisted(1, 1))).await.is(201);
    for successor in [list::unlisted(1, 1), list::unlisted(1, 2), app.unused_facility("MEDICAL").await] {
        clinic.file(PATH, &forms::succession(&successor)).await.refused(409, "SUCCESSION_EXISTS");
    }
    clinic.withdraw(first.header("location"), first.etag()).await.is(200);
    clinic.file(PATH, &forms::succession(&list::unlisted(1, 1))).await.is(201);
}

#[apply(on_both_databases)]
async fn a_facility_without_a_code_has_nothing_to_hand_over() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let email = "applicant@clinic.example";
    let mut form = forms::account(&app.registration_token(email).await, &facility);
    let parts = form["facility"].as_object_mut().unwrap();
    parts.remove("code");
    parts.insert("designation_receipt".to_owned(), json!("2023-00123"));
    parts.insert("kind".to_owned(), json!("MEDICAL"));
    app.anonymous().post("/v1/accounts", &form).await.is(201);
    let applicant = Actor::log_in(&app, email, form["password"].as_str().unwrap(), String::new()).await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    applicant.file(PATH, &form).await.refused(409, "FACILITY_NOT_DESIGNATED");
    form["consent"] = json!(false);
    applicant.file(PATH, &form).await.refused(409, "FACILITY_NOT_DESIGNATED");
    nothing_is_stored(&app);
}

#[apply(on_both_databases)]
async fn a_filing_wants_a_key_of_the_right_form() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&list::unlisted(1, 1));
    clinic.post(PATH, &form).await.refused(400, "IDEMPOTENCY_KEY_REQUIRED");
    for key in ["\"\"", "a b", "\"a", &"k".repeat(256)] {
        clinic.file_with_key(PATH, &form, key).await.refused(400, "INVALID_PARAMETER");
    }
    // A refusal uses no key up; a key belongs to its account.
    let mut bad = form.clone();
    bad["consent"] = json!(false);
    clinic.file_with_key(PATH, &bad, "k").await.blames(&[("/consent", "MUST_BE_TRUE")]);
    nothing_is_stored(&app);
    clinic.file_with_key(PATH, &form, "k").await.is(201);
    clinic.file_with_key(PATH, &bad, "k").await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    let other = forms::succession(&list::unlisted(1, 2));
    app.clinic().await.file_with_key(PATH, &other, "k").await.is(201);
}

//! The refusals of successions.

use serde_json::{Value, json};

use crate::support::{FacilityClient, TestApp, facility_list, forms};

const PATH: &str = "/v1/successions";

/// Asserts that no succession, former facility or letter is stored.
fn assert_nothing_stored(app: &TestApp) {
    for table in ["successions", "former_facilities", "postal_items"] {
        assert_eq!(app.rows(table).count(), 0, "{table}");
    }
}

/// Invalid values for a member of a valid form: the member's pointer, the value, the fault's pointer (empty if it is
/// the member's) and the fault's code.
fn invalid_values(typo: &str) -> Vec<(&'static str, Value, &'static str, &'static str)> {
    vec![
        (
            "/successor/facility_code",
            json!(facility_list::unlisted(3, 1)["facility_code"]),
            "",
            "KIND_MISMATCH",
        ),
        ("/successor/facility_code", json!(typo), "", "FACILITY_CODE_CHECK_DIGIT"),
        ("/successor/facility_code", json!("123"), "", "FACILITY_CODE_FORM"),
        ("/successor/facility_code", json!("4810100013"), "", "FACILITY_CODE_PREFECTURE"),
        ("/successor/facility_code", json!("0120100013"), "", "FACILITY_CODE_KIND"),
        ("/successor/postal_code", json!("999-9999"), "", "POSTAL_CODE_MISMATCH"),
        ("/successor/postal_code", json!("99-9999"), "", "POSTAL_CODE_FORM"),
        ("/successor/phone", json!("110"), "", "PHONE_FORM"),
        ("/successor/name", json!("　"), "", "BLANK"),
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
async fn each_fault_of_a_form_is_reported_at_its_member() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let good = forms::succession(&app.unused_facility("MEDICAL").await);
    let own = json!(clinic.facility_code);
    let code = good["successor"]["facility_code"].as_str().unwrap();
    let check_digit = code.as_bytes()[9];
    let wrong_digit = if check_digit == b'9' { '0' } else { char::from(check_digit + 1) };
    let typo: String = code.chars().take(9).chain([wrong_digit]).collect();
    let dentist = app.unused_facility("DENTAL").await["facility_code"].clone();
    for (pointer, value, fault_pointer, fault) in invalid_values(&typo) {
        let mut form = good.clone();
        *form.pointer_mut(pointer).unwrap() = value.clone();
        let reply = clinic.file(PATH, &form).await;
        assert_eq!(reply.status, 422, "{pointer} {value}: {}", reply.text);
        reply.assert_faults(&[(if fault_pointer.is_empty() { pointer } else { fault_pointer }, fault)]);
    }
    for code in [own, dentist] {
        let mut form = good.clone();
        form["successor"]["facility_code"] = code;
        let reply = clinic.file(PATH, &form).await;
        reply.assert_problem(422, "INVALID_CONTENT");
    }
    assert_nothing_stored(&app);
}

#[apply(on_both_databases)]
async fn a_facility_cannot_be_its_own_successor() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = FacilityClient::register(&app, &facility).await;
    let reply = clinic.file(PATH, &forms::succession(&facility)).await;
    reply.assert_faults(&[("/successor/facility_code", "OWN_FACILITY_CODE")]);
    assert_nothing_stored(&app);
}

#[apply(on_both_databases)]
async fn a_change_date_more_than_366_days_after_today_in_japan_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    form["change_date"] = json!("2024-02-04");
    clinic.post(&format!("{PATH}/preview"), &form).await.assert_status(200);
    // The next date is accepted after midnight in Japan.
    form["change_date"] = json!("2024-02-05");
    app.set_clock("2023-02-03T14:59:59Z");
    let clinic = clinic.log_in_again(&app).await;
    clinic.post(&format!("{PATH}/preview"), &form).await.assert_faults(&[("/change_date", "DATE_TOO_LATE")]);
    app.set_clock("2023-02-03T15:00:00Z");
    clinic.post(&format!("{PATH}/preview"), &form).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn only_a_pharmacy_may_give_a_change_of_franchise_as_its_reason() {
    let app = TestApp::start().await;
    for (actor, kind, allowed) in [
        (app.pharmacy().await, "PHARMACY", true),
        (app.clinic().await, "MEDICAL", false),
        (app.dentist().await, "DENTAL", false),
    ] {
        let mut form = forms::succession(&app.unused_facility(kind).await);
        form["reason"] = json!("FRANCHISE_CHANGE");
        let reply = actor.file(PATH, &form).await;
        if allowed {
            assert_eq!(reply.assert_status(201).body["status"], "ACCEPTED");
        } else {
            reply.assert_faults(&[("/reason", "NOT_APPLICABLE")]);
        }
    }
}

#[apply(on_both_databases)]
async fn the_reason_other_needs_a_detail_and_every_reason_may_have_one() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    let path = format!("{PATH}/preview");
    for reason in ["FOUNDER_CHANGE", "INCORPORATION_CHANGE", "SAME_CORPORATION", "RELOCATION", "OTHER"] {
        form["reason"] = json!(reason);
        form.as_object_mut().unwrap().remove("reason_detail");
        let without_detail = clinic.post(&path, &form).await;
        if reason == "OTHER" {
            without_detail.assert_faults(&[("/reason_detail", "REASON_DETAIL_REQUIRED")]);
        } else {
            without_detail.assert_status(200);
        }
        form["reason_detail"] = json!("二つの診療所を\n一つにするため");
        let explained = clinic.post(&path, &form).await.assert_status(200);
        assert_eq!(explained.body["reason_detail"], form["reason_detail"]);
        form["reason_detail"] = json!("");
        clinic.post(&path, &form).await.assert_faults(&[("/reason_detail", "BLANK")]);
    }
}

#[apply(on_both_databases)]
async fn faults_of_form_rules_and_facility_list_are_reported_together() {
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
        ("/reason_detail", "REASON_DETAIL_REQUIRED"),
        ("/change_date", "DATE_TOO_LATE"),
        ("/guidance_address/address", "REQUIRED"),
        ("/contact/phone", "PHONE_FORM"),
        ("/consent", "MUST_BE_TRUE"),
        ("/remark", "UNKNOWN_MEMBER"),
    ];
    clinic.file(PATH, &form).await.assert_faults(&expected);
    clinic.post(&format!("{PATH}/preview"), &form).await.assert_faults(&expected);

    let waiting =
        clinic.file(PATH, &forms::succession(&facility_list::unlisted(1, 1))).await.assert_status(201);
    let reply = clinic.put(waiting.header("location"), &form, waiting.etag()).await;
    reply.assert_faults(&expected);
    assert!(!reply.text.contains("よろしく") && !reply.text.contains("999-9999"));
    // Without a valid code the postal code cannot be compared with the list. The other rules still apply.
    form["successor"]["facility_code"] = json!("1");
    let reply = clinic.file(PATH, &form).await;
    let mut expected: Vec<_> = expected.to_vec();
    expected.retain(|(pointer, _)| *pointer != "/successor/postal_code");
    expected[0].1 = "FACILITY_CODE_FORM";
    reply.assert_faults(&expected);
}

#[apply(on_both_databases)]
async fn a_successor_that_is_no_longer_in_the_list_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let successor = app.unused_facility("MEDICAL").await;
    let still_listed = app.unused_facility("MEDICAL").await;
    app.import(facility_list::csv(&[&still_listed]), true).await;
    let reply = clinic.file(PATH, &forms::succession(&successor)).await;
    reply.assert_faults(&[("/successor/facility_code", "FACILITY_DELISTED")]);
    assert_nothing_stored(&app);
}

#[apply(on_both_databases)]
async fn a_successor_that_was_registered_or_succeeded_is_refused() {
    let app = TestApp::start().await;
    let (clinic, owner, filer) = (app.clinic().await, app.clinic().await, app.clinic().await);
    let wanted = facility_list::unlisted(1, 1);
    filer.file(PATH, &forms::succession(&wanted)).await.assert_status(201);
    let file_to = async |code: &Value| {
        let mut form = forms::succession(&wanted);
        form["successor"]["facility_code"] = code.clone();
        // The postal code of a listed facility must be that of the list.
        let listed = app.anonymous().get("/sandbox/facilities?page_size=100").await.body["items"].clone();
        let listed = listed.as_array().unwrap().iter().find(|item| item["facility_code"] == *code).cloned();
        if let Some(listed) = listed {
            form["successor"]["postal_code"] = listed["postal_code"].clone();
        }
        clinic.file(PATH, &form).await
    };
    file_to(&json!(owner.facility_code)).await.assert_problem(409, "SUCCESSOR_HAS_ACCOUNT");
    // `filer` keeps its account until its succession is accepted.
    file_to(&json!(filer.facility_code)).await.assert_problem(409, "SUCCESSOR_HAS_ACCOUNT");
    owner.file(PATH, &forms::succession(&app.unused_facility("MEDICAL").await)).await.assert_status(201);
    file_to(&json!(owner.facility_code)).await.assert_problem(409, "SUCCESSOR_IS_PREDECESSOR");
    assert_eq!(app.rows("successions").count(), 2);
}

#[apply(on_both_databases)]
async fn a_succeeded_facility_can_neither_be_a_successor_nor_register() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = FacilityClient::register(&app, &facility).await;
    clinic.file(PATH, &forms::succession(&app.unused_facility("MEDICAL").await)).await.assert_status(201);
    let mut back = forms::succession(&facility);
    back["change_date"] = json!("2023-02-02");
    clinic.file(PATH, &back).await.assert_problem(409, "SUCCESSOR_IS_PREDECESSOR");
    let token = app.registration_token("late@clinic.example").await;
    let reply = app.anonymous().post("/v1/accounts", &forms::account(&token, &facility)).await;
    reply.assert_problem(409, "FACILITY_SUCCEEDED");
}

#[apply(on_both_databases)]
async fn a_facility_may_file_another_succession_only_after_withdrawing_the_first() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first =
        clinic.file(PATH, &forms::succession(&facility_list::unlisted(1, 1))).await.assert_status(201);
    for successor in
        [facility_list::unlisted(1, 1), facility_list::unlisted(1, 2), app.unused_facility("MEDICAL").await]
    {
        clinic.file(PATH, &forms::succession(&successor)).await.assert_problem(409, "SUCCESSION_EXISTS");
    }
    clinic.withdraw(first.header("location"), first.etag()).await.assert_status(200);
    clinic.file(PATH, &forms::succession(&facility_list::unlisted(1, 1))).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_facility_that_has_no_code_yet_cannot_file_a_succession() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let email = "applicant@clinic.example";
    let mut form = forms::account(&app.registration_token(email).await, &facility);
    let parts = form["facility"].as_object_mut().unwrap();
    parts.remove("code");
    parts.insert("designation_receipt".to_owned(), json!("2023-00123"));
    parts.insert("kind".to_owned(), json!("MEDICAL"));
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let applicant =
        FacilityClient::log_in(&app, email, form["password"].as_str().unwrap(), String::new()).await;
    let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
    applicant.file(PATH, &form).await.assert_problem(409, "FACILITY_NOT_DESIGNATED");
    form["consent"] = json!(false);
    applicant.file(PATH, &form).await.assert_problem(409, "FACILITY_NOT_DESIGNATED");
    assert_nothing_stored(&app);
}

#[apply(on_both_databases)]
async fn a_filing_needs_a_valid_idempotency_key() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&facility_list::unlisted(1, 1));
    clinic.post(PATH, &form).await.assert_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
    for key in ["\"\"", "a b", "\"a", &"k".repeat(256)] {
        clinic.file_with_key(PATH, &form, key).await.assert_problem(400, "INVALID_PARAMETER");
    }
    // A refused request does not use up its key, and another account may use the same key.
    let mut bad = form.clone();
    bad["consent"] = json!(false);
    clinic.file_with_key(PATH, &bad, "k").await.assert_faults(&[("/consent", "MUST_BE_TRUE")]);
    assert_nothing_stored(&app);
    clinic.file_with_key(PATH, &form, "k").await.assert_status(201);
    clinic.file_with_key(PATH, &bad, "k").await.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let other = forms::succession(&facility_list::unlisted(1, 2));
    app.clinic().await.file_with_key(PATH, &other, "k").await.assert_status(201);
}

//! A facility that has applied for its designation has no facility code yet. It registers with the receipt number
//! of its application and states its code later.

use serde_json::{Value, json};
use todokede::db::engine::locks::Lock;
use todokede::domain::values::email::EmailAddress;

use crate::support::{
    Client, ConcurrentTransaction, FacilityClient, PASSWORD, TestApp, facility_list, forms,
};

/// The code, receipt number and kind that a form states, and the faults that are reported.
type Case<'a> = (Option<&'a Value>, Option<&'a Value>, Option<&'a Value>, &'a [(&'a str, &'a str)]);

/// The form of an account with a receipt number instead of a code.
fn applicant(token: &str, facility: &Value, receipt: &str, kind: &str) -> Value {
    let mut form = forms::account(token, facility);
    form["facility"].as_object_mut().unwrap().remove("code");
    form["facility"]["designation_receipt"] = json!(receipt);
    form["facility"]["kind"] = json!(kind);
    form
}

/// Registers with a receipt number and logs in.
async fn register_applicant(app: &TestApp, facility: &Value, receipt: &str, kind: &str) -> FacilityClient {
    let email = format!("{}@clinic.example", receipt.to_ascii_lowercase());
    let token = app.registration_token(&email).await;
    app.anonymous()
        .post("/v1/accounts", &applicant(&token, facility, receipt, kind))
        .await
        .assert_status(201);
    FacilityClient::log_in(app, &email, PASSWORD, String::new()).await
}

/// A change of the account that states a code instead of the receipt number and kind.
async fn with_code(account: &Client, code: &str) -> Value {
    let mut facility = account.get("/v1/account").await.assert_status(200).body["facility"].clone();
    let members = facility.as_object_mut().unwrap();
    members.remove("designation_receipt");
    members.remove("kind");
    members.insert("code".to_owned(), json!(code));
    json!({ "facility": facility })
}

#[apply(on_both_databases)]
async fn an_applicant_registers_with_a_receipt_number_and_states_its_code_after_the_designation() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let code = facility["facility_code"].as_str().unwrap();
    let clinic = register_applicant(&app, &facility, "2023-00123", "MEDICAL").await;
    let mail = app.mails(&clinic.email, "ACCOUNT_CREATED").await;
    assert!(mail[0]["text"].as_str().unwrap().contains("2023-00123"));
    let account = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(account.body["facility"]["designation_receipt"], "2023-00123");
    assert_eq!(account.body["facility"]["kind"], "MEDICAL");
    assert_eq!(account.body["facility"].get("code"), None);
    let early = clinic.file_with_key("/v1/declarations", &forms::no_network(), "early").await;
    early.assert_problem(409, "FACILITY_NOT_DESIGNATED");

    let change = with_code(&clinic, code).await;
    let preview = clinic.preview_of("/v1/account", &change, account.etag()).await.assert_status(200);
    assert_eq!(preview.body["facility"]["code"], code);
    assert_eq!(clinic.get("/v1/account").await.body["facility"].get("code"), None);
    let changed = clinic.patch("/v1/account", &change, account.etag()).await.assert_status(200);
    assert_eq!(changed.body["facility"]["code"], code);
    assert_eq!(changed.body["facility"].get("designation_receipt"), None);
    assert_eq!(changed.body["id"], account.body["id"]);
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_designated_facility_may_state_its_code_again_but_no_other_code() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let other = app.unused_facility("MEDICAL").await;
    let clinic = register_applicant(&app, &facility, "A-1", "MEDICAL").await;
    let code = facility["facility_code"].as_str().unwrap();
    let change = with_code(&clinic, code).await;
    for _ in 0..2 {
        let etag = clinic.get("/v1/account").await.etag().to_owned();
        clinic.patch("/v1/account", &change, &etag).await.assert_status(200);
    }
    let etag = clinic.get("/v1/account").await.etag().to_owned();
    let change = with_code(&clinic, other["facility_code"].as_str().unwrap()).await;
    clinic.patch("/v1/account", &change, &etag).await.assert_problem(409, "FACILITY_ALREADY_DESIGNATED");
    assert_eq!(clinic.get("/v1/account").await.body["facility"]["code"], code);
}

#[apply(on_both_databases)]
async fn a_stated_code_must_be_listed_be_of_the_same_kind_and_have_no_other_account() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let pharmacy = app.unused_facility("PHARMACY").await;
    let taken = app.clinic().await;
    let clinic = register_applicant(&app, &facility, "A-1", "MEDICAL").await;
    let etag = clinic.get("/v1/account").await.etag().to_owned();

    let not_listed = with_code(&clinic, "0119999990").await;
    let reply = clinic.patch("/v1/account", &not_listed, &etag).await;
    assert_eq!(reply.body["errors"][0]["pointer"], "/facility/code", "{}", reply.text);
    let mut of_pharmacy = with_code(&clinic, pharmacy["facility_code"].as_str().unwrap()).await;
    of_pharmacy["facility"]["postal_code"] = pharmacy["postal_code"].clone();
    let reply = clinic.patch("/v1/account", &of_pharmacy, &etag).await;
    reply.assert_faults(&[("/facility/code", "KIND_MISMATCH")]);
    let mut wrong_postal_code = with_code(&clinic, facility["facility_code"].as_str().unwrap()).await;
    wrong_postal_code["facility"]["postal_code"] = json!("999-9999");
    let reply = clinic.patch("/v1/account", &wrong_postal_code, &etag).await;
    reply.assert_faults(&[("/facility/postal_code", "POSTAL_CODE_MISMATCH")]);
    let of_another = with_code(&clinic, &taken.facility_code).await;
    clinic.patch("/v1/account", &of_another, &etag).await.assert_problem(409, "FACILITY_HAS_ACCOUNT");
    assert_eq!(clinic.get("/v1/account").await.etag(), etag);
}

#[apply(on_both_databases)]
async fn a_form_states_either_a_code_or_a_receipt_number_with_a_kind() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let facility = app.unused_facility("MEDICAL").await;
    let code = facility["facility_code"].clone();
    let receipt_number = json!("2023-00123");
    let kind = json!("MEDICAL");
    let (at_code, at_receipt, at_kind) =
        ("/facility/code", "/facility/designation_receipt", "/facility/kind");
    let cases: [Case<'_>; 8] = [
        (Some(&code), None, None, &[]),
        (None, Some(&receipt_number), Some(&kind), &[]),
        (None, None, None, &[(at_code, "REQUIRED")]),
        (None, None, Some(&kind), &[(at_code, "REQUIRED"), (at_kind, "NOT_APPLICABLE")]),
        (Some(&code), None, Some(&kind), &[(at_kind, "NOT_APPLICABLE")]),
        (Some(&code), Some(&receipt_number), Some(&kind), &[(at_receipt, "NOT_APPLICABLE")]),
        (Some(&code), Some(&receipt_number), None, &[(at_receipt, "NOT_APPLICABLE"), (at_kind, "REQUIRED")]),
        (None, Some(&receipt_number), None, &[(at_kind, "REQUIRED")]),
    ];
    for (code, receipt, kind, faults) in cases {
        let mut form = forms::account(&token, &facility);
        let members = form["facility"].as_object_mut().unwrap();
        members.remove("code");
        for (name, value) in [("code", code), ("designation_receipt", receipt), ("kind", kind)] {
            members.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        let reply = app.anonymous().post("/v1/accounts/preview", &form).await;
        if faults.is_empty() {
            reply.assert_status(200);
        } else {
            reply.assert_faults(faults);
        }
    }
}

#[apply(on_both_databases)]
async fn invalid_receipt_numbers_and_kinds_are_refused() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let facility = app.unused_facility("MEDICAL").await;
    for receipt in ["", "受付１２３", "2023_123", &"1".repeat(21)] {
        let form = applicant(&token, &facility, receipt, "MEDICAL");
        let reply = app.anonymous().post("/v1/accounts", &form).await;
        reply.assert_faults(&[("/facility/designation_receipt", "DESIGNATION_RECEIPT_FORM")]);
    }
    let code = facility["facility_code"].as_str().unwrap();
    for receipt in
        [code.to_owned(), format!(" {} ", code.replacen('0', "0-", 1)), facility_list::code("474999999")]
    {
        let form = applicant(&token, &facility, &receipt, "MEDICAL");
        let reply = app.anonymous().post("/v1/accounts", &form).await;
        reply.assert_faults(&[("/facility/designation_receipt", "DESIGNATION_RECEIPT_IS_CODE")]);
        assert!(reply.body["errors"][0]["detail"].as_str().unwrap().contains("医療機関等コードの欄（code）"));
    }
    for address in ["架空市試験町１－１", "東京 架空区", "Tokyo"] {
        let mut form = applicant(&token, &facility, "2023-1", "MEDICAL");
        form["facility"]["address"] = json!(address);
        let reply = app.anonymous().post("/v1/accounts", &form).await;
        reply.assert_faults(&[("/facility/address", "ADDRESS_PREFECTURE")]);
    }
    let mut form = applicant(&token, &facility, "2023-1", "MEDICAL");
    form["facility"]["address"] = json!(" ");
    app.anonymous().post("/v1/accounts", &form).await.assert_faults(&[("/facility/address", "BLANK")]);
    for kind in ["", "medical", "HOSPITAL", "1"] {
        let form = applicant(&token, &facility, "2023-1", kind);
        let reply = app.anonymous().post("/v1/accounts", &form).await;
        reply.assert_faults(&[("/facility/kind", "UNKNOWN_VALUE")]);
    }
    assert_eq!(app.rows("accounts").count(), 0);
}

#[apply(on_both_databases)]
async fn a_receipt_number_can_register_only_one_account_until_the_designation() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = register_applicant(&app, &facility, "2023-A7", "MEDICAL").await;
    let token = app.registration_token("second@clinic.example").await;
    // The same number in full width and lower case, between spaces.
    let second = applicant(&token, &facility, " ２０２３－ａ７ ", "MEDICAL");
    app.anonymous().post("/v1/accounts", &second).await.assert_problem(409, "FACILITY_HAS_ACCOUNT");
    let etag = clinic.get("/v1/account").await.etag().to_owned();
    let change = with_code(&clinic, facility["facility_code"].as_str().unwrap()).await;
    clinic.patch("/v1/account", &change, &etag).await.assert_status(200);
    // The number no longer stands in for a code, and the bureau may give it out again.
    app.anonymous().post("/v1/accounts", &second).await.assert_status(201);
    let account = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(account.body["facility"].get("designation_receipt"), None);
}

#[apply(on_both_databases)]
async fn every_prefecture_and_kind_counts_its_own_receipt_numbers() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let addresses = ["北海道架空市１－１", "東京都架空区１－１", "大阪府架空市１－１", "沖縄県架空市１－１"];
    let mut number = 0;
    for kind in ["MEDICAL", "DENTAL", "PHARMACY", "VISITING_NURSING"] {
        for address in addresses {
            for expected in [201, 409] {
                number += 1;
                let token = app.registration_token(&format!("{number}@clinic.example")).await;
                let mut form = applicant(&token, &facility, "R5-12", kind);
                // The second facility of a prefecture has another address there.
                form["facility"]["address"] = json!(format!("{address}－{number}"));
                let reply = app.anonymous().post("/v1/accounts", &form).await;
                assert_eq!(reply.status, expected, "{kind} {address}: {}", reply.text);
                if expected == 409 {
                    reply.assert_problem(409, "FACILITY_HAS_ACCOUNT");
                }
            }
        }
    }
    assert_eq!(app.rows("accounts").with("designation_receipt", "R5-12").count(), 16);
}

#[apply(on_postgres)]
async fn of_two_simultaneous_registrations_with_the_same_receipt_number_one_is_refused() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let emails = ["one@clinic.example", "two@clinic.example"];
    let mut transaction = ConcurrentTransaction::begin(&app);
    let mut requests = Vec::new();
    for email in emails {
        let form = applicant(&app.registration_token(email).await, &facility, "2023-00123", "MEDICAL");
        transaction.take_locks(&[Lock::Address(&EmailAddress::parse(email).unwrap())]);
        let anonymous = app.anonymous();
        requests.push(actix_web::rt::spawn(async move { anonymous.post("/v1/accounts", &form).await }));
    }
    // Both requests have passed their checks when they wait for the locks.
    transaction.wait_until_queued(&app, 2).await;
    transaction.commit();
    let mut created = 0;
    for request in requests {
        let reply = request.await.unwrap();
        if reply.status == 201 {
            created += 1;
        } else {
            reply.assert_problem(409, "FACILITY_HAS_ACCOUNT");
        }
    }
    assert_eq!((created, app.count("SELECT COUNT(*) FROM accounts")), (1, 1));
}

#[apply(on_postgres)]
async fn a_registration_waits_for_a_transaction_that_takes_its_receipt_number() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    register_applicant(&app, &facility, "2023-00001", "MEDICAL").await;
    let token = app.registration_token("two@clinic.example").await;
    let form = applicant(&token, &facility, "2023-00123", "MEDICAL");
    for commits in [true, false] {
        let mut transaction = ConcurrentTransaction::begin(&app);
        transaction.execute("UPDATE accounts SET designation_receipt = '2023-00123'");
        let (anonymous, form) = (app.anonymous(), form.clone());
        let request = actix_web::rt::spawn(async move { anonymous.post("/v1/accounts", &form).await });
        transaction.wait_until_queued(&app, 1).await;
        if commits {
            transaction.commit();
            request.await.unwrap().assert_problem(409, "FACILITY_HAS_ACCOUNT");
            app.database.execute("UPDATE accounts SET designation_receipt = '2023-00001'");
        } else {
            transaction.roll_back();
            request.await.unwrap().assert_status(201);
        }
    }
}

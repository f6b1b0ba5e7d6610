//! The document's examples are sent to the service, and the answers are compared with the document.

use reqwest::Method;
use serde_json::{Value, json};
use todokede::domain::values::facility_code::FacilityCode;
use todokede::domain::values::receipt_number::ReceiptNumber;

use crate::support::contract::{ApiFixture, Operation, document, operations};
use crate::support::schema::schema_violations;
use crate::support::{FacilityClient, Reply, forms, send};

fn operation(id: &str) -> Operation {
    operations().into_iter().find(|operation| operation.id() == id).unwrap()
}

/// The example of a request, with tokens, codes and ids that the running service accepts.
async fn example(fixture: &ApiFixture, clinic: &FacilityClient, operation: &Operation) -> Value {
    let mut example = operation.example().unwrap().clone();
    let app = &fixture.app;
    match operation.id() {
        "createAccount" | "previewAccount" => {
            let facility = app.unused_facility("MEDICAL").await;
            let address = format!("{}@clinic.example", operation.id());
            example["token"] = json!(app.registration_token(&address).await);
            for (member, listed) in [("code", "facility_code"), ("postal_code", "postal_code")] {
                example["facility"][member] = facility[listed].clone();
            }
        }
        "confirmRegistration" => example["token"] = json!(app.registration_token("new@clinic.example").await),
        // The example of `fileSuccession` was filed before, by another account.
        "previewSuccession" | "reviseSuccession" | "previewSuccessionRevision" => {
            example["successor"]["facility_code"] = json!("1310190025");
        }
        "logIn" => example["email"] = json!(clinic.email),
        "refreshSession" => example["refresh_token"] = json!(clinic.refresh_token),
        "completePasswordReset" => example["token"] = json!(reset_token(fixture, clinic).await),
        "completeEmailChange" => example["token"] = json!(change_token(fixture, clinic).await),
        "fileDeclaration" | "previewDeclaration" | "reviseDeclaration" | "previewDeclarationRevision" => {
            example["attachment_ids"] = json!([clinic.attach(&forms::pdf()).await]);
        }
        _ => {}
    }
    example
}

async fn reset_token(fixture: &ApiFixture, clinic: &FacilityClient) -> String {
    let form = json!({ "email": clinic.email });
    fixture.app.anonymous().post("/v1/password-resets", &form).await.assert_status(202);
    fixture.app.token(&clinic.email, "PASSWORD_RESET").await
}

async fn change_token(fixture: &ApiFixture, clinic: &FacilityClient) -> String {
    let example = operation("requestEmailChange").example().unwrap().clone();
    clinic.post("/v1/account/email-changes", &example).await.assert_status(202);
    fixture.app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await
}

/// Whether an operation needs a new account: it files something, or it ends what other operations need.
fn needs_new_account(operation: &Operation) -> bool {
    let ids = [
        "fileDeclaration",
        "fileSuccession",
        "previewDeclaration",
        "previewSuccession",
        "changePassword",
        "completePasswordReset",
        "completeEmailChange",
    ];
    ids.contains(&operation.id())
}

#[apply(on_both_databases)]
async fn every_example_of_a_request_is_accepted_and_answered_as_the_document_describes() {
    let mut fixture = ApiFixture::new().await;
    // The example has a contract of 15 February, so the clock must be later.
    fixture.app.set_clock("2023-02-16T09:00:00+09:00");
    fixture.clinic = fixture.clinic.log_in_again(&fixture.app).await;
    let document = document();
    for operation in operations().into_iter().filter(|operation| operation.example().is_some()) {
        let new_account;
        let clinic = if needs_new_account(&operation) {
            new_account = fixture.app.clinic().await;
            &new_account
        } else {
            &fixture.clinic
        };
        let body = example(&fixture, clinic, &operation).await;
        let reply = send(fixture.request(&operation, clinic).json(&body)).await;
        assert!((200..300).contains(&reply.status), "{}: {body}\n{}", operation.id(), reply.text);
        assert_described(&document, &operation, &reply);
    }
}

#[apply(on_both_databases)]
async fn every_get_is_answered_as_the_document_describes() {
    let fixture = ApiFixture::new().await;
    let document = document();
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        let reply = send(fixture.request(&operation, &fixture.clinic)).await;
        assert_described(&document, &operation, &reply);
    }
}

/// Asserts that the document describes this answer: its status, media type, body and headers.
#[track_caller]
fn assert_described(document: &Value, operation: &Operation, reply: &Reply) {
    let id = operation.id();
    let response = &operation.spec["responses"][reply.status.to_string()];
    if reply.status == 204 {
        assert_eq!((response.get("content"), reply.text.as_str()), (None, ""), "{id}");
        assert!(response["description"].is_string(), "{id}: 204 is not described");
    } else {
        let media_type = reply.header("content-type");
        let content = response["content"].get(media_type);
        let content =
            content.unwrap_or_else(|| panic!("{id}: {} {media_type} is not described", reply.status));
        assert_eq!(
            schema_violations(document, &content["schema"], &reply.body),
            Vec::<String>::new(),
            "{id}"
        );
    }
    for header in ["etag", "location", "link", "set-cookie", "ratelimit", "ratelimit-policy"] {
        let described =
            response["headers"].as_object().unwrap().keys().any(|name| name.eq_ignore_ascii_case(header));
        assert!(described || reply.header(header).is_empty(), "{id}: {header} is not described");
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    for operation in operations() {
        let responses = operation.spec["responses"].as_object().unwrap().values();
        for holder in responses.chain([&operation.spec["requestBody"]]) {
            let Some(content) = holder["content"].get("application/json") else { continue };
            let found = schema_violations(&document, &content["schema"], &content["example"]);
            assert_eq!(found, Vec::<String>::new(), "{}", operation.id());
        }
    }
}

#[test]
fn codes_and_receipt_numbers_in_the_document_are_valid_and_addresses_are_invented() {
    fn walk(value: &Value) {
        match value {
            Value::Object(members) => members.values().for_each(walk),
            Value::Array(entries) => entries.iter().for_each(walk),
            Value::String(text) => check(text),
            _ => {}
        }
    }
    fn check(text: &str) {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let dashes = text.bytes().filter(|byte| *byte == b'-').count();
        if digits == 10 && text.len() == 10 && !text.starts_with('0') {
            assert!(FacilityCode::parse(text).is_ok(), "{text} is not a valid facility code");
        }
        if digits == 12 && dashes == 2 && text.len() == 14 {
            assert!(ReceiptNumber::parse(text).is_ok(), "{text} is not a valid receipt number");
        }
        if text.contains('@') {
            assert!(text.ends_with("@clinic.example"), "{text} could be a real address");
        }
    }
    for operation in operations() {
        walk(&operation.spec);
    }
}

//! A filing that is sent several times with one `Idempotency-Key` has one effect and always the same answer.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, facility_list, forms, reasons, send};

const PATH: &str = "/v1/declarations";

/// Status, entity tag, location and text of an answer, without the id of its request.
fn without_request_id(reply: &Reply) -> String {
    let id = reply.header("x-request-id");
    assert!(!id.is_empty());
    format!("{} {} {} {}", reply.status, reply.etag(), reply.header("location"), reply.text.replace(id, "ID"))
}

#[apply(on_both_databases)]
async fn a_filing_needs_a_valid_key() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.post(PATH, &forms::no_network()).await.assert_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
    for key in ["", "\"\"", "a b", &"k".repeat(256)] {
        clinic.file_with_key(PATH, &forms::no_network(), key).await.assert_problem(400, "INVALID_PARAMETER");
    }
    assert_eq!(app.rows("declarations").count(), 0);
    clinic.file_with_key(PATH, &forms::no_network(), &"k".repeat(255)).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_filing_sent_again_with_its_key_gets_the_same_answer_and_has_no_second_effect() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await.assert_status(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let reordered =
        r#" { "reason" : {"line_status":"NOT_AVAILABLE","category":"NO_NETWORK"},"round":"2023"}"#;
    for key in ["key-1", "\"key-1\""] {
        let again = clinic.file_with_key(PATH, &serde_json::from_str(reordered).unwrap(), key).await;
        assert_eq!(without_request_id(&again), without_request_id(&first));
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.header("content-type"), first.header("content-type"));
    }
    let path = first.header("location");
    clinic.withdraw(path, first.etag()).await.assert_status(200);
    let late = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await;
    assert_eq!(without_request_id(&late), without_request_id(&first), "after the declaration was withdrawn");
    assert_eq!(app.rows("declarations").count(), 1);
    assert_eq!(app.mails(&clinic.email, "DECLARATION_ACCEPTED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_change_whose_answer_was_lost_is_answered_again_although_the_entity_tag_has_changed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declaration = clinic.file(PATH, &forms::no_network()).await.assert_status(201);
    let waiting = forms::succession(&facility_list::unlisted(1, 1));
    let succession = clinic.file("/v1/successions", &waiting).await.assert_status(201);
    let account = clinic.get("/v1/account").await.assert_status(200);
    let contact = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    let corrected = forms::declaration(&reasons::home_visits().form);
    let other_successor = forms::succession(&facility_list::unlisted(1, 2));
    for (method, path, tag, body, other) in [
        (Method::PUT, declaration.header("location"), declaration.etag(), &corrected, &forms::no_network()),
        (Method::PUT, succession.header("location"), succession.etag(), &other_successor, &waiting),
        (Method::PATCH, "/v1/account", account.etag(), &contact, &json!({})),
    ] {
        let change = async |tag: &str, body: &Value, key: &str| {
            let request = clinic.request(method.clone(), path).header("If-Match", tag);
            send(request.header("Idempotency-Key", key).json(body)).await
        };
        let first = change(tag, body, "key-1").await.assert_status(200);
        let again = change(tag, body, "key-1").await.assert_status(200);
        assert_eq!(without_request_id(&again), without_request_id(&first), "{path}");
        assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
        change(tag, body, "key-2").await.assert_problem(412, "PRECONDITION_FAILED");
        change(tag, other, "key-1").await.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
        change(first.etag(), body, "key-1").await.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(clinic.get(path).await.etag(), first.etag(), "{path} was changed twice");
    }
}

#[apply(on_both_databases)]
async fn a_key_belongs_to_one_body_of_one_account() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    let first = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await.assert_status(201);
    let changed = forms::declaration(&reasons::home_visits().form);
    clinic.file_with_key(PATH, &changed, "key-1").await.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let theirs = other.file_with_key(PATH, &changed, "key-1").await.assert_status(201);
    assert_ne!(theirs.body["id"], first.body["id"]);
    let again = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await;
    assert_eq!(
        without_request_id(&again),
        without_request_id(&first),
        "the key is still valid after it was sent with another body"
    );
    assert_eq!(app.rows("declarations").count(), 2);
}

#[apply(on_both_databases)]
async fn a_refused_request_can_succeed_with_the_same_key_once_the_cause_is_gone() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let live = clinic.file(PATH, &forms::no_network()).await.assert_status(201);
    for _ in 0..2 {
        let refused = clinic.file_with_key(PATH, &forms::no_network(), "key-2").await;
        refused.assert_problem(409, "DECLARATION_EXISTS");
        assert_eq!(refused.header("idempotent-replayed"), "");
    }
    clinic.withdraw(live.header("location"), live.etag()).await.assert_status(200);
    let filed = clinic.file_with_key(PATH, &forms::no_network(), "key-2").await.assert_status(201);
    let again = clinic.file_with_key(PATH, &forms::no_network(), "key-2").await;
    assert_eq!(
        (without_request_id(&again), again.header("idempotent-replayed")),
        (without_request_id(&filed), "true")
    );
}

#[apply(on_both_databases)]
async fn a_declaration_refused_for_a_missing_attachment_is_accepted_once_the_attachment_is_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let announced = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    let mut form = forms::declaration(&json!({
        "category": "SYSTEM_IN_PROGRESS", "contract_date": "2023-01-15", "expected_completion_month": "2023-08",
    }));
    form["attachment_ids"] = json!([id]);
    let early = clinic.file_with_key(PATH, &form, "key-3").await;
    early.assert_faults(&[("/attachment_ids/0", "ATTACHMENT_UNKNOWN")]);
    forms::send_content(&clinic, id, &forms::pdf()).await.assert_status(200);
    clinic.file_with_key(PATH, &form, "key-3").await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_refusal_of_a_filing_has_a_content_language() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.file(PATH, &forms::no_network()).await.assert_status(201);
    for path in [PATH, "/v1/declarations/preview"] {
        let refused = clinic.file(path, &forms::no_network()).await;
        refused.assert_problem(409, "DECLARATION_EXISTS");
        assert_eq!(refused.header("content-language"), "ja", "{path}");
    }
}

#[apply(on_both_databases)]
async fn many_simultaneous_copies_of_a_filing_make_one_declaration_and_get_one_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::no_network();
    let copies = (0..32).map(|_| clinic.file_with_key(PATH, &form, "same-key"));
    let replies = join_all(copies).await;
    assert!(replies.iter().all(|reply| reply.status == 201), "{}", replies[0].text);
    assert!(replies.iter().all(|reply| without_request_id(reply) == without_request_id(&replies[0])));
    let replayed = replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true").count();
    assert_eq!(replayed, 31);
    assert_eq!(app.rows("declarations").count(), 1);
    assert_eq!(app.rows("declaration_revisions").count(), 1);
    assert_eq!(app.mails(&clinic.email, "DECLARATION_ACCEPTED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn of_many_simultaneous_filings_one_is_accepted_and_the_others_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::no_network();
    let replies = join_all((0..64).map(|_| clinic.file(PATH, &form))).await;
    let accepted: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(accepted.len(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.assert_problem(409, "DECLARATION_EXISTS");
    }
    assert_eq!(app.rows("declarations").count(), 1);
    assert_eq!(app.mails(&clinic.email, "DECLARATION_ACCEPTED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_key_survives_a_restart() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await.assert_status(201);
    let app = app.restart(&[]).await;
    let clinic = clinic.log_in_again(&app).await;
    let again = clinic.file_with_key(PATH, &forms::no_network(), "key-1").await;
    assert_eq!(without_request_id(&again), without_request_id(&first));
    assert_eq!(again.header("idempotent-replayed"), "true");
}

//! Corrections and withdrawals of declarations. Each needs the entity tag of the current version.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{FacilityClient, Reply, TestApp, forms, reasons, send};

async fn file_declaration(clinic: &FacilityClient) -> Reply {
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201)
}

/// A form that differs from the filed one.
fn correction() -> Value {
    reasons::line_ready("2022-10-31", "").declaration("")
}

#[apply(on_both_databases)]
async fn a_correction_adds_a_revision_and_does_not_change_the_earlier_ones() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    app.advance(chrono::Duration::minutes(1));
    let second = clinic.put(path, &correction(), first.etag()).await.assert_status(200);
    assert_eq!((&second.body["revision"], &second.body["status"]), (&json!(2), &json!("ACCEPTED")));
    assert_eq!(second.body["excused_until"], "2023-04-30");
    for member in ["id", "receipt_number", "created_at", "late", "facility_code"] {
        assert_eq!(second.body[member], first.body[member], "{member}");
    }
    assert_ne!(second.body["updated_at"], first.body["updated_at"]);
    assert_ne!(second.etag(), first.etag());
    let third = clinic
        .put(path, &forms::declaration(&reasons::home_visits().form), second.etag())
        .await
        .assert_status(200);
    let seen = clinic.get(path).await.assert_status(200);
    assert_eq!((&seen.body, seen.etag()), (&third.body, third.etag()));

    let history = clinic.get(&format!("{path}/revisions")).await.assert_status(200);
    let items = history.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    for (item, answer) in items.iter().zip([&third, &second, &first]) {
        for member in ["revision", "reason", "facility_code", "attachment_ids", "other_facility_codes"] {
            assert_eq!(item[member], answer.body[member], "{member}");
        }
        assert_eq!(item["filed_at"], answer.body["updated_at"]);
    }
    assert_eq!(app.mails(&clinic.email, "DECLARATION_ACCEPTED").await.len(), 3);
}

#[apply(on_both_databases)]
async fn revisions_are_listed_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut last = file_declaration(&clinic).await;
    let path = last.header("location").to_owned();
    for _ in 0..4 {
        last = clinic.put(&path, &forms::no_network(), last.etag()).await.assert_status(200);
    }
    let (mut seen, mut next) = (Vec::new(), format!("{path}/revisions?page_size=2"));
    loop {
        let page = clinic.get(&next).await.assert_status(200);
        seen.extend(
            page.body["items"].as_array().unwrap().iter().map(|item| item["revision"].as_i64().unwrap()),
        );
        let Some(token) = page.body["next_page_token"].as_str() else { break };
        next = format!("{path}/revisions?page_size=2&page_token={token}");
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[apply(on_both_databases)]
async fn a_change_needs_the_etag_of_the_current_version() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    send(clinic.request(Method::PUT, path).json(&correction()))
        .await
        .assert_problem(428, "PRECONDITION_REQUIRED");
    send(clinic.request(Method::POST, &format!("{path}/withdrawal")).header("Idempotency-Key", "k"))
        .await
        .assert_problem(428, "PRECONDITION_REQUIRED");
    let second = clinic.put(path, &correction(), first.etag()).await.assert_status(200);
    clinic.put(path, &forms::no_network(), "garbage").await.assert_problem(400, "INVALID_PARAMETER");
    for stale in [first.etag(), "\"0\""] {
        clinic.put(path, &forms::no_network(), stale).await.assert_problem(412, "PRECONDITION_FAILED");
        clinic.withdraw(path, stale).await.assert_problem(412, "PRECONDITION_FAILED");
    }
    assert_eq!(clinic.get(path).await.assert_status(200).body, second.body);
    clinic.put(path, &forms::no_network(), "*").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn of_many_simultaneous_corrections_of_one_version_one_succeeds() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let (path, form) = (first.header("location"), correction());
    let all = futures_util::future::join_all((0..16).map(|_| clinic.put(path, &form, first.etag()))).await;
    let accepted = all.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((accepted, all.iter().filter(|reply| reply.status == 412).count()), (1, 15));
    assert_eq!(app.rows("declaration_revisions").count(), 2);
}

#[apply(on_both_databases)]
async fn a_correction_is_checked_like_a_filing_and_cannot_change_the_round() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    let mut wrong = reasons::works("REBUILDING", "2023-03-31").declaration("");
    wrong["other_facility_codes"] = json!([clinic.facility_code]);
    wrong["round"] = json!("2024");
    clinic.put(path, &wrong, first.etag()).await.assert_faults(&[
        ("/round", "ROUND_FIXED"),
        ("/reason/expected_end_date", "ENDS_BEFORE_DUTY"),
        ("/other_facility_codes/0", "OWN_FACILITY_CODE"),
    ]);
    wrong["round"] = json!("2023");
    clinic.put(path, &wrong, first.etag()).await.assert_faults(&[
        ("/reason/expected_end_date", "ENDS_BEFORE_DUTY"),
        ("/other_facility_codes/0", "OWN_FACILITY_CODE"),
    ]);
    assert_eq!(clinic.get(path).await.body, first.body);
    assert_eq!(app.rows("declaration_revisions").count(), 1);
}

#[apply(on_both_databases)]
async fn the_preview_of_a_correction_shows_what_would_be_stored_and_stores_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    app.mails(&clinic.email, "DECLARATION_ACCEPTED").await;
    let mails = app.rows("outbox").count();
    let preview = clinic.preview_of(path, &correction(), first.etag()).await.assert_status(200);
    assert_eq!(
        (&preview.body["revision"], &preview.body["excused_until"]),
        (&json!(2), &json!("2023-04-30"))
    );
    let receipt_number = first.body["receipt_number"].as_str().unwrap();
    assert!(
        preview.body["mails"][0]["subject"].as_str().unwrap().contains(receipt_number),
        "{}",
        preview.text
    );
    assert_eq!(clinic.get(path).await.body, first.body);
    assert_eq!(app.rows("outbox").count(), mails);
}

#[apply(on_both_databases)]
async fn a_withdrawn_declaration_has_no_excuse_and_can_be_read_but_not_changed() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    let withdrawn = clinic.withdraw(path, first.etag()).await.assert_status(200);
    assert_eq!(withdrawn.body["status"], "WITHDRAWN");
    for member in ["excused_until", "excuse"] {
        assert_eq!(withdrawn.body.get(member), None);
    }
    assert_eq!(withdrawn.body["reason"], first.body["reason"]);
    let seen = clinic.get(path).await.assert_status(200);
    assert_eq!((&seen.body, seen.etag()), (&withdrawn.body, withdrawn.etag()));
    let mails = app.mails(&clinic.email, "DECLARATION_WITHDRAWN").await;
    assert!(mails[0]["text"].as_str().unwrap().contains(first.body["receipt_number"].as_str().unwrap()));

    clinic.withdraw(path, first.etag()).await.assert_problem(412, "PRECONDITION_FAILED");
    clinic.withdraw(path, withdrawn.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    clinic.put(path, &correction(), withdrawn.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    assert_eq!(app.mails(&clinic.email, "DECLARATION_WITHDRAWN").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_withdrawal_needs_a_key_and_gets_the_same_answer_when_sent_again() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let first = file_declaration(&clinic).await;
    let path = format!("{}/withdrawal", first.header("location"));
    let post = |key: Option<&'static str>, tag: &str| {
        let request = clinic.request(Method::POST, &path).header("If-Match", tag);
        send(match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        })
    };
    post(None, first.etag()).await.assert_problem(400, "IDEMPOTENCY_KEY_REQUIRED");
    let done = post(Some("k"), first.etag()).await.assert_status(200);
    let again = post(Some("k"), first.etag()).await.assert_status(200);
    assert_eq!((&again.text, again.etag()), (&done.text, done.etag()));
    assert_eq!((done.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    post(Some("k"), done.etag()).await.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.mails(&clinic.email, "DECLARATION_WITHDRAWN").await.len(), 1);
}

#[apply(on_both_databases)]
async fn no_operation_finds_a_declaration_of_another_account() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    let first = file_declaration(&clinic).await;
    let path = first.header("location");
    other.get(path).await.assert_problem(404, "NOT_FOUND");
    other.get(&format!("{path}/revisions")).await.assert_problem(404, "NOT_FOUND");
    other.put(path, &correction(), "*").await.assert_problem(404, "NOT_FOUND");
    other.preview_of(path, &correction(), "*").await.assert_problem(404, "NOT_FOUND");
    other.withdraw(path, "*").await.assert_problem(404, "NOT_FOUND");
    assert_eq!(clinic.get(path).await.body, first.body);
}

//! Review by staff: a new declaration waits for the decision, and a returned declaration can be corrected until its
//! due date.

use serde_json::json;

use crate::support::{FacilityClient, Reply, TestApp, forms, reasons};

/// Stores a status and, with a due date, a review. No operation for staff can do that yet.
fn set_status(app: &TestApp, status: &'static str, due: Option<&'static str>) {
    let review = due.map(|due| {
        json!({
            "at": "2023-03-30T00:00:00Z",
            "message": "回線の状況を確認できません。",
            "fields": ["/reason/line_status"],
            "due": due,
        })
    });
    let declarations = app.rows("declarations");
    declarations.set("status", status);
    match review {
        Some(review) => declarations.set("review", review),
        None => declarations.set_null("review"),
    }
    app.database.execute("UPDATE declarations SET version = version + 1");
}

/// Files a declaration at a service with review by staff.
async fn file_for_review() -> (TestApp, FacilityClient, Reply) {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff")]).await;
    let clinic = app.clinic().await;
    let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    (app, clinic, filed)
}

#[apply(on_both_databases)]
async fn a_filing_is_received_and_not_yet_accepted_and_the_mail_says_so() {
    let (app, clinic, filed) = file_for_review().await;
    assert_eq!(filed.body["status"], "RECEIVED");
    let mails = app.mails(&clinic.email, "DECLARATION_RECEIVED").await;
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("受け付けました") && text.contains("審査"), "{text}");
    assert!(text.contains(filed.body["receipt_number"].as_str().unwrap()), "{text}");
    assert!(app.mails(&clinic.email, "DECLARATION_ACCEPTED").await.is_empty());
    let preview = app.dentist().await.post("/v1/declarations/preview", &forms::no_network()).await;
    assert_eq!(preview.body["status"], "RECEIVED");
    assert_eq!(preview.body["mails"][0]["kind"], "DECLARATION_RECEIVED");
}

#[apply(on_both_databases)]
async fn the_status_decides_whether_a_declaration_can_be_corrected_or_withdrawn() {
    let (app, clinic, filed) = file_for_review().await;
    let path = filed.header("location");
    for (status, revised, withdrawn) in [
        ("RECEIVED", 200, 200),
        ("UNDER_REVIEW", 409, 200),
        ("RETURNED", 200, 200),
        ("ACCEPTED", 200, 200),
        ("REJECTED", 409, 409),
        ("WITHDRAWN", 409, 409),
    ] {
        set_status(&app, status, None);
        let seen = clinic.get(path).await.assert_status(200);
        assert_eq!(seen.body["status"], status);
        let reply = clinic.preview_of(path, &forms::no_network(), seen.etag()).await;
        assert_eq!(reply.status, revised, "{status}: {}", reply.text);
        if revised == 200 {
            assert_eq!(reply.body["status"], "RECEIVED", "a corrected declaration must be reviewed again");
        } else {
            reply.assert_problem(409, "STATUS_FORBIDS");
        }
        let reply = clinic.withdraw(path, seen.etag()).await;
        assert_eq!(reply.status, withdrawn, "{status}: {}", reply.text);
    }
}

#[apply(on_both_databases)]
async fn a_rejected_declaration_has_no_excuse_and_another_can_be_filed() {
    let (app, clinic, filed) = file_for_review().await;
    set_status(&app, "REJECTED", None);
    let seen = clinic.get(filed.header("location")).await.assert_status(200);
    assert_eq!((seen.body.get("excused_until"), seen.body.get("excuse")), (None, None));
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn a_returned_declaration_shows_what_to_correct_and_until_when() {
    let (app, clinic, filed) = file_for_review().await;
    set_status(&app, "RETURNED", Some("2024-04-05"));
    let seen = clinic.get(filed.header("location")).await.assert_status(200);
    assert_ne!(seen.etag(), filed.etag());
    assert_eq!(
        seen.body["review"],
        json!({
            "at": "2023-03-30T00:00:00.000Z",
            "message": "回線の状況を確認できません。",
            "fields": ["/reason/line_status"],
            "due_date": "2024-04-05",
        })
    );
}

#[apply(on_both_databases)]
async fn a_returned_declaration_can_be_corrected_until_its_due_date_after_the_round_has_closed() {
    let (app, clinic, filed) = file_for_review().await;
    let path = filed.header("location");
    set_status(&app, "RETURNED", Some("2024-04-05"));
    app.set_clock("2024-04-05T23:50:00+09:00");
    let clinic = clinic.log_in_again(&app).await;
    let seen = clinic.get(path).await.assert_status(200);
    let declaration = reasons::line_ready("2022-10-31", "").declaration("");
    clinic.file("/v1/declarations/preview", &declaration).await.assert_problem(409, "WINDOW_CLOSED");
    clinic.preview_of(path, &declaration, seen.etag()).await.assert_status(200);

    app.set_clock("2024-04-06T00:00:00+09:00");
    let late = clinic.log_in_again(&app).await;
    late.put(path, &declaration, seen.etag()).await.assert_problem(409, "WINDOW_CLOSED");

    app.set_clock("2024-04-05T23:55:00+09:00");
    let done = clinic.put(path, &declaration, seen.etag()).await.assert_status(200);
    assert_eq!((&done.body["status"], &done.body["revision"]), (&json!("RECEIVED"), &json!(2)));
    assert_eq!(done.body["late"], false, "it was filed in time and corrected in time");
    clinic.put(path, &declaration, done.etag()).await.assert_problem(409, "WINDOW_CLOSED");
}

#[apply(on_both_databases)]
async fn only_a_returned_declaration_with_a_due_date_can_be_corrected_after_the_round_has_closed() {
    let (app, clinic, filed) = file_for_review().await;
    let path = filed.header("location");
    app.set_clock("2024-04-05T12:00:00+09:00");
    let clinic = clinic.log_in_again(&app).await;
    for status in ["RECEIVED", "ACCEPTED"] {
        set_status(&app, status, Some("2024-04-05"));
        let seen = clinic.get(path).await.assert_status(200);
        clinic.put(path, &forms::no_network(), seen.etag()).await.assert_problem(409, "WINDOW_CLOSED");
    }
    set_status(&app, "RETURNED", None);
    let seen = clinic.get(path).await.assert_status(200);
    clinic.put(path, &forms::no_network(), seen.etag()).await.assert_problem(409, "WINDOW_CLOSED");
    clinic.withdraw(path, seen.etag()).await.assert_status(200);
}

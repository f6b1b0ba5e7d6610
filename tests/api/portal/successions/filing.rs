//! Successions to a successor that is in the facility list. Their acceptance moves the account and the declarations
//! to the successor's code, sends a mail, and queues a letter by post (`postal_items`).

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{FacilityClient, Reply, TestApp, facility_list, forms};

/// Files a clinic's succession to an unused clinic of the list. Returns the successor and the answer.
async fn file_succession(app: &TestApp, clinic: &FacilityClient) -> (Value, Reply) {
    let successor = app.unused_facility("MEDICAL").await;
    let reply = clinic.file("/v1/successions", &forms::succession(&successor)).await;
    (successor, reply)
}

#[apply(on_both_databases)]
async fn a_successor_in_the_list_is_accepted_at_once_and_gets_the_account() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let before = clinic.get("/v1/account").await.assert_status(200);
    let (successor, filed) = file_succession(&app, &clinic).await;
    let filed = filed.assert_status(201);
    assert_eq!(filed.body["status"], "ACCEPTED");
    assert_eq!(filed.body["predecessor_code"], clinic.facility_code.as_str());
    assert_eq!(filed.body["successor"]["facility_code"], successor["facility_code"]);
    assert_eq!(filed.body["certificates_until"], "2023-06-03", "120 days after 3 February");
    assert_eq!(filed.header("location"), format!("/v1/successions/{}", filed.body["id"].as_str().unwrap()));

    let after = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(after.body["id"], before.body["id"]);
    assert_eq!(after.body["email"], before.body["email"]);
    assert_eq!(after.body["facility"]["code"], successor["facility_code"]);
    assert_eq!(after.body["facility"]["phone"], "0300005678");
    assert_eq!(after.body["founder"]["name"], "医療法人架空会");
    assert_ne!(after.etag(), before.etag());
    let former = after.body["former_facilities"].as_array().unwrap();
    assert_eq!(former.len(), 1);
    assert_eq!(former[0]["facility"], before.body["facility"]);
    assert_eq!(former[0]["until"], filed.body["accepted_at"]);
    assert_eq!(clinic.get(filed.header("location")).await.assert_status(200).body, filed.body);
}

#[apply(on_both_databases)]
async fn the_date_of_acceptance_is_that_of_japan() {
    let app = TestApp::start().await;
    // 15:00 UTC on the 9th is midnight in Japan, where the 10th begins.
    app.set_clock("2023-02-09T15:00:00Z");
    let clinic = app.clinic().await;
    let (_, filed) = file_succession(&app, &clinic).await;
    assert_eq!(filed.assert_status(201).body["certificates_until"], "2023-06-10");
}

#[apply(on_both_databases)]
async fn an_acceptance_causes_a_mail_and_a_letter_and_does_not_change_the_login() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (successor, filed) = file_succession(&app, &clinic).await;
    let filed = filed.assert_status(201);
    let mails = app.mails(&clinic.email, "SUCCESSION_ACCEPTED").await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    for part in [
        successor["facility_code"].as_str().unwrap(),
        clinic.facility_code.as_str(),
        filed.body["receipt_number"].as_str().unwrap(),
        "120日間",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        app.mails(&clinic.email, "SUCCESSION_RECEIVED").await.is_empty(),
        "an acceptance at once must send only one mail"
    );
    assert_eq!(app.rows("postal_items").with_null("posted_at").count(), 1);
    assert_eq!(app.rows("postal_items").with("addressee", "架空さくら診療所").count(), 1);

    app.advance(Duration::minutes(11));
    clinic.get("/v1/account").await.assert_problem(401, "TOKEN_EXPIRED");
    let refresh = json!({ "refresh_token": clinic.refresh_token });
    let refreshed = app.anonymous().post("/v1/sessions/refresh", &refresh).await;
    assert!(refreshed.status < 300, "the session continues: {}", refreshed.text);
    let again = clinic.log_in_again(&app).await;
    assert_eq!(again.get("/v1/account").await.body["facility"]["code"], successor["facility_code"]);
}

#[apply(on_both_databases)]
async fn declarations_move_to_the_new_code_and_their_earlier_revisions_keep_the_old_one() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let path = declared.header("location").to_owned();
    let (successor, filed) = file_succession(&app, &clinic).await;
    filed.assert_status(201);

    let moved = clinic.get(&path).await.assert_status(200);
    assert_eq!(moved.body["facility_code"], successor["facility_code"]);
    assert_eq!(moved.body["status"], declared.body["status"]);
    assert_ne!(moved.etag(), declared.etag(), "a change with the old entity tag must be refused");
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_problem(409, "DECLARATION_EXISTS");

    let ready =
        json!({ "category": "NO_NETWORK", "line_status": "AVAILABLE", "line_ready_date": "2023-02-01" });
    clinic.put(&path, &forms::declaration(&ready), moved.etag()).await.assert_status(200);
    let revisions = clinic.get(&format!("{path}/revisions")).await.assert_status(200);
    let codes: Vec<&Value> =
        revisions.body["items"].as_array().unwrap().iter().map(|item| &item["facility_code"]).collect();
    assert_eq!(codes, [&successor["facility_code"], &json!(clinic.facility_code)]);
}

#[apply(on_both_databases)]
async fn withdrawn_declarations_move_to_the_new_code_too() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    clinic.withdraw(declared.header("location"), declared.etag()).await.assert_status(200);
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let (successor, filed) = file_succession(&app, &clinic).await;
    filed.assert_status(201);
    let listed = clinic.get("/v1/declarations").await.assert_status(200);
    let items = listed.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["facility_code"] == successor["facility_code"]));
}

#[apply(on_both_databases)]
async fn the_preview_of_a_filing_shows_what_would_be_stored_and_stores_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let listed = app.unused_facility("MEDICAL").await;
    let before = clinic.get("/v1/account").await.text;
    let rows = || {
        ["successions", "former_facilities", "postal_items", "outbox", "audit_log", "idempotency_keys"]
            .map(|table| app.rows(table).count())
    };
    let stored = rows();
    for (successor, status, mail) in [
        (listed, "ACCEPTED", "SUCCESSION_ACCEPTED"),
        (facility_list::unlisted(1, 1), "WAITING_FOR_MASTER", "SUCCESSION_RECEIVED"),
    ] {
        let path = "/v1/successions/preview";
        let preview = clinic.post(path, &forms::succession(&successor)).await.assert_status(200);
        assert_eq!(preview.body["status"], status);
        assert_eq!(preview.body["certificates_until"].is_null(), status != "ACCEPTED");
        assert_eq!(preview.body["mails"][0]["kind"], mail);
        assert_eq!(preview.body["mails"][0]["to"], clinic.email.as_str());
        assert_eq!(preview.body["mails"].as_array().unwrap().len(), 1);
        assert!(preview.body.get("id").is_none() && preview.body.get("receipt_number").is_none());
    }
    assert_eq!(rows(), stored);
    assert_eq!(clinic.get("/v1/account").await.text, before);
    clinic
        .file_with_key("/v1/successions", &forms::succession(&facility_list::unlisted(1, 2)), "key-1")
        .await
        .assert_status(201);
}

#[apply(on_both_databases)]
async fn if_one_write_of_an_acceptance_fails_nothing_is_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    for (name, when, table) in [
        ("history", "BEFORE INSERT", "former_facilities"),
        ("account", "BEFORE UPDATE OF facility_code", "accounts"),
        ("declarations", "BEFORE UPDATE OF facility_code", "declarations"),
        ("letter", "BEFORE INSERT", "postal_items"),
        ("mail", "BEFORE INSERT", "outbox"),
        ("log", "BEFORE INSERT", "audit_log"),
        ("key", "BEFORE INSERT", "idempotency_keys"),
    ] {
        let row_counts = || {
            let tables = ["successions", "former_facilities", "postal_items", "outbox", "idempotency_keys"];
            tables.map(|table| app.rows(table).count())
        };
        let before = (row_counts(), clinic.get("/v1/account").await.text);
        app.database.add_failing_trigger(table, when, "1 = 1");
        let (_, reply) = file_succession(&app, &clinic).await;
        app.database.drop_failing_trigger(table);
        reply.assert_problem(503, "UNAVAILABLE");
        assert!(!reply.text.contains("s3cret"), "{name}: {}", reply.text);
        assert!(reply.body.get("errors").is_none());
        assert_eq!((row_counts(), clinic.get("/v1/account").await.text), before, "{name}");
        let declaration = clinic.get(declared.header("location")).await;
        assert_eq!(declaration.body["facility_code"], clinic.facility_code.as_str(), "{name}");
    }
    let (_, reply) = file_succession(&app, &clinic).await;
    reply.assert_status(201);
}

#[apply(on_both_databases)]
async fn an_acceptance_that_violates_the_uniqueness_of_former_codes_changes_nothing() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.clinic().await);
    let (_, filed) = file_succession(&app, &other).await;
    filed.assert_status(201);
    let former = app.rows("former_facilities").with("facility_code", &other.facility_code);
    former.set("facility_code", &clinic.facility_code);
    let (_, reply) = file_succession(&app, &clinic).await;
    reply.assert_problem(500, "INTERNAL");
    assert_eq!(app.rows("successions").count(), 1);
    assert_eq!(app.rows("former_facilities").count(), 1);
    let account = clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(account.body["facility"]["code"], clinic.facility_code.as_str());
}

#[apply(on_both_databases)]
async fn filings_with_the_same_key_make_one_succession_and_get_the_same_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    let first = clinic.file_with_key("/v1/successions", &form, "one").await.assert_status(201);
    let again = clinic.file_with_key("/v1/successions", &form, "\"one\"").await.assert_status(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((again.text.as_str(), again.etag()), (first.text.as_str(), first.etag()));
    assert_eq!(again.header("location"), first.header("location"));
    let mut other = form.clone();
    other["reason"] = json!("RELOCATION");
    let reused = clinic.file_with_key("/v1/successions", &other, "one").await;
    reused.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.rows("successions").count(), 1);
    assert_eq!(app.rows("postal_items").count(), 1);
}

#[apply(on_both_databases)]
async fn with_review_by_staff_a_succession_waits_for_the_decision() {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff")]).await;
    let clinic = app.clinic().await;
    let (_, filed) = file_succession(&app, &clinic).await;
    let filed = filed.assert_status(201);
    assert_eq!(filed.body["status"], "UNDER_REVIEW");
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_RECEIVED").await.len(), 1);
    let account = clinic.get("/v1/account").await;
    assert_eq!(account.body["facility"]["code"], clinic.facility_code.as_str());
    let path = filed.header("location");
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    clinic.put(path, &form, filed.etag()).await.assert_problem(409, "STATUS_FORBIDS");
    let withdrawn = clinic.withdraw(path, filed.etag()).await.assert_status(200);
    assert_eq!(withdrawn.body["status"], "WITHDRAWN");
}

#[apply(on_both_databases)]
async fn a_second_succession_of_an_account_must_have_a_later_change_date() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (first, filed) = file_succession(&app, &clinic).await;
    filed.assert_status(201);
    let second = app.unused_facility("MEDICAL").await;
    let mut form = forms::succession(&second);
    for date in ["2023-01-31", "2023-02-01"] {
        form["change_date"] = json!(date);
        clinic.file("/v1/successions", &form).await.assert_faults(&[("/change_date", "OUT_OF_ORDER")]);
    }
    form["change_date"] = json!("2023-02-02");
    clinic.file("/v1/successions", &form).await.assert_status(201);
    let account = clinic.get("/v1/account").await.assert_status(200);
    let codes: Vec<&Value> = account.body["former_facilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["facility"]["code"])
        .collect();
    assert_eq!(codes, [&json!(clinic.facility_code), &first["facility_code"]], "oldest first");
    assert_eq!(account.body["facility"]["code"], second["facility_code"]);
    let history = clinic.get("/v1/successions").await.assert_status(200);
    let statuses: Vec<&Value> =
        history.body["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["ACCEPTED", "ACCEPTED"]);
}

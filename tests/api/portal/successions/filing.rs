//! Succession: what happens when the list has the successor.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{Actor, Reply, TestApp, forms, list};

/// Files a succession of a clinic to the next unused clinic of the list.
async fn succeed(app: &TestApp, clinic: &Actor) -> (Value, Reply) {
    let successor = app.unused_facility("MEDICAL").await;
    let reply = clinic.file("/v1/successions", &forms::succession(&successor)).await;
    (successor, reply)
}

#[apply(on_both_databases)]
async fn a_successor_in_the_list_is_accepted_at_once_and_the_account_passes() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let before = clinic.get("/v1/account").await.is(200);
    let (successor, filed) = succeed(&app, &clinic).await;
    let filed = filed.is(201);
    assert_eq!(filed.body["status"], "ACCEPTED");
    assert_eq!(filed.body["predecessor_code"], clinic.facility_code.as_str());
    assert_eq!(filed.body["successor"]["facility_code"], successor["facility_code"]);
    assert_eq!(filed.body["certificates_until"], "2023-06-03", "120 days after 3 February");
    assert_eq!(filed.header("location"), format!("/v1/successions/{}", filed.body["id"].as_str().unwrap()));

    let after = clinic.get("/v1/account").await.is(200);
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
    assert_eq!(clinic.get(filed.header("location")).await.is(200).body, filed.body);
}

#[apply(on_both_databases)]
async fn the_day_of_acceptance_is_a_day_of_japan() {
    let app = TestApp::start().await;
    // Nine in the evening of the 9th in London is the morning of the 10th in Tokyo.
    app.set_clock("2023-02-09T15:00:00Z");
    let clinic = app.clinic().await;
    let (_, filed) = succeed(&app, &clinic).await;
    assert_eq!(filed.is(201).body["certificates_until"], "2023-06-10");
}

#[apply(on_both_databases)]
async fn mail_and_letter_go_and_the_login_stays_the_same() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (successor, filed) = succeed(&app, &clinic).await;
    let filed = filed.is(201);
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
    assert!(app.mails(&clinic.email, "SUCCESSION_RECEIVED").await.is_empty(), "one mail tells it all");
    assert_eq!(app.rows("postal_items").without("posted_at").count(), 1);
    assert_eq!(app.rows("postal_items").with("addressee", "架空さくら診療所").count(), 1);

    app.advance(Duration::minutes(11));
    clinic.get("/v1/account").await.refused(401, "TOKEN_EXPIRED");
    let refresh = json!({ "refresh_token": clinic.refresh_token });
    let refreshed = app.anonymous().post("/v1/sessions/refresh", &refresh).await;
    assert!(refreshed.status < 300, "the session goes on: {}", refreshed.text);
    let again = clinic.again(&app).await;
    assert_eq!(again.get("/v1/account").await.body["facility"]["code"], successor["facility_code"]);
}

#[apply(on_both_databases)]
async fn declarations_pass_to_the_new_code_and_their_revisions_keep_the_old() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
    let path = declared.header("location").to_owned();
    let (successor, filed) = succeed(&app, &clinic).await;
    filed.is(201);

    let passed = clinic.get(&path).await.is(200);
    assert_eq!(passed.body["facility_code"], successor["facility_code"]);
    assert_eq!(passed.body["status"], declared.body["status"]);
    assert_ne!(passed.etag(), declared.etag(), "an older copy cannot overwrite it");
    clinic.file("/v1/declarations", &forms::no_network()).await.refused(409, "DECLARATION_EXISTS");

    let ready =
        json!({ "category": "NO_NETWORK", "line_status": "AVAILABLE", "line_ready_date": "2023-02-01" });
    clinic.put(&path, &forms::declaration(&ready), passed.etag()).await.is(200);
    let revisions = clinic.get(&format!("{path}/revisions")).await.is(200);
    let codes: Vec<&Value> =
        revisions.body["items"].as_array().unwrap().iter().map(|item| &item["facility_code"]).collect();
    assert_eq!(codes, [&successor["facility_code"], &json!(clinic.facility_code)]);
}

#[apply(on_both_databases)]
async fn withdrawn_declarations_pass_as_well_for_they_are_the_facilitys_history() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
    clinic.withdraw(declared.header("location"), declared.etag()).await.is(200);
    clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
    let (successor, filed) = succeed(&app, &clinic).await;
    filed.is(201);
    let listed = clinic.get("/v1/declarations").await.is(200);
    let items = listed.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["facility_code"] == successor["facility_code"]));
}

#[apply(on_both_databases)]
async fn the_confirmation_screen_shows_what_would_be_and_stores_nothing() {
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
        (list::unlisted(1, 1), "WAITING_FOR_MASTER", "SUCCESSION_RECEIVED"),
    ] {
        let path = "/v1/successions?validate_only=true";
        let screen = clinic.post(path, &forms::succession(&successor)).await.is(200);
        assert_eq!(screen.body["status"], status);
        assert_eq!(screen.body["certificates_until"].is_null(), status != "ACCEPTED");
        assert_eq!(screen.body["mails"][0]["kind"], mail);
        assert_eq!(screen.body["mails"][0]["to"], clinic.email.as_str());
        assert_eq!(screen.body["mails"].as_array().unwrap().len(), 1);
        assert!(screen.body.get("id").is_none() && screen.body.get("receipt_number").is_none());
        // A key given along is not used up by a rehearsal.
        clinic.file_with_key(path, &forms::succession(&successor), "screen").await.is(200);
    }
    assert_eq!(rows(), stored);
    assert_eq!(clinic.get("/v1/account").await.text, before);
    clinic
        .file_with_key("/v1/successions", &forms::succession(&list::unlisted(1, 2)), "screen")
        .await
        .is(201);
}

#[apply(on_both_databases)]
async fn acceptance_is_one_transaction() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let declared = clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
    // Whichever part breaks, nothing at all has happened.
    for (name, when, table) in [
        ("history", "BEFORE INSERT", "former_facilities"),
        ("account", "BEFORE UPDATE OF facility_code", "accounts"),
        ("declarations", "BEFORE UPDATE OF facility_code", "declarations"),
        ("letter", "BEFORE INSERT", "postal_items"),
        ("mail", "BEFORE INSERT", "outbox"),
        ("log", "BEFORE INSERT", "audit_log"),
        ("key", "BEFORE INSERT", "idempotency_keys"),
    ] {
        let dump = || {
            let tables = ["successions", "former_facilities", "postal_items", "outbox", "idempotency_keys"];
            tables.map(|table| app.rows(table).count())
        };
        let before = (dump(), clinic.get("/v1/account").await.text);
        app.database.break_table(table, when, "1 = 1");
        let (_, reply) = succeed(&app, &clinic).await;
        app.database.mend_table(table);
        reply.refused(503, "UNAVAILABLE");
        assert!(!reply.text.contains("s3cret"), "{name}: {}", reply.text);
        assert!(reply.body.get("errors").is_none());
        assert_eq!((dump(), clinic.get("/v1/account").await.text), before, "{name}");
        let same = clinic.get(declared.header("location")).await;
        assert_eq!(same.body["facility_code"], clinic.facility_code.as_str(), "{name}");
    }
    let (_, reply) = succeed(&app, &clinic).await;
    reply.is(201);
}

#[apply(on_both_databases)]
async fn a_former_code_left_behind_breaks_the_acceptance_and_nothing_else() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.clinic().await);
    let (_, filed) = succeed(&app, &other).await;
    filed.is(201);
    let former = app.rows("former_facilities").with("facility_code", &other.facility_code);
    former.set("facility_code", &clinic.facility_code);
    let (_, reply) = succeed(&app, &clinic).await;
    reply.refused(500, "INTERNAL");
    assert_eq!(app.rows("successions").count(), 1);
    assert_eq!(app.rows("former_facilities").count(), 1);
    let account = clinic.get("/v1/account").await.is(200);
    assert_eq!(account.body["facility"]["code"], clinic.facility_code.as_str());
}

#[apply(on_both_databases)]
async fn one_key_is_one_succession_and_one_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    let first = clinic.file_with_key("/v1/successions", &form, "one").await.is(201);
    let again = clinic.file_with_key("/v1/successions", &form, "\"one\"").await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((again.text.as_str(), again.etag()), (first.text.as_str(), first.etag()));
    assert_eq!(again.header("location"), first.header("location"));
    let mut other = form.clone();
    other["reason"] = json!("RELOCATION");
    let reused = clinic.file_with_key("/v1/successions", &other, "one").await;
    reused.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.rows("successions").count(), 1);
    assert_eq!(app.rows("postal_items").count(), 1);
}

#[apply(on_both_databases)]
async fn staff_look_before_they_accept_where_the_setting_says_so() {
    let app = TestApp::start_with(&[("TODOKEDE_REVIEW", "staff")]).await;
    let clinic = app.clinic().await;
    let (_, filed) = succeed(&app, &clinic).await;
    let filed = filed.is(201);
    assert_eq!(filed.body["status"], "UNDER_REVIEW");
    assert_eq!(app.mails(&clinic.email, "SUCCESSION_RECEIVED").await.len(), 1);
    let account = clinic.get("/v1/account").await;
    assert_eq!(account.body["facility"]["code"], clinic.facility_code.as_str());
    let path = filed.header("location");
    let form = forms::succession(&app.unused_facility("MEDICAL").await);
    clinic.put(path, &form, filed.etag()).await.refused(409, "STATUS_FORBIDS");
    let withdrawn = clinic.withdraw(path, filed.etag()).await.is(200);
    assert_eq!(withdrawn.body["status"], "WITHDRAWN");
}

#[apply(on_both_databases)]
async fn a_code_can_change_twice_in_the_order_of_the_dates() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (first, filed) = succeed(&app, &clinic).await;
    filed.is(201);
    let second = app.unused_facility("MEDICAL").await;
    let mut form = forms::succession(&second);
    for date in ["2023-01-31", "2023-02-01"] {
        form["change_date"] = json!(date);
        clinic.file("/v1/successions", &form).await.blames(&[("/change_date", "OUT_OF_ORDER")]);
    }
    form["change_date"] = json!("2023-02-02");
    clinic.file("/v1/successions", &form).await.is(201);
    let account = clinic.get("/v1/account").await.is(200);
    let codes: Vec<&Value> = account.body["former_facilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["facility"]["code"])
        .collect();
    assert_eq!(codes, [&json!(clinic.facility_code), &first["facility_code"]], "oldest first");
    assert_eq!(account.body["facility"]["code"], second["facility_code"]);
    let history = clinic.get("/v1/successions").await.is(200);
    let statuses: Vec<&Value> =
        history.body["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["ACCEPTED", "ACCEPTED"]);
}

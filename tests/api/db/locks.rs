//! Transactions whose decisions depend on each other take the same lock, so one waits for the other. An embedded
//! database has one writer, so these tests need PostgreSQL. Each test holds a lock until the requests that need
//! the lock wait for it.

use std::future::Future;

use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use todokede::db::engine::locks::Lock;
use todokede::domain::values::email::EmailAddress;
use todokede::domain::values::facility_code::FacilityCode;
use todokede::domain::values::ids::AccountId;
use todokede::security::opaque_token::OpaqueToken;

use crate::support::contract::{ApiFixture, operations};
use crate::support::{ConcurrentTransaction, FacilityClient, PASSWORD, Reply, TestApp, facility_list, forms};

/// Holds a lock until `count` requests wait for it, then releases the lock and returns the result of `requests`.
async fn run_behind_lock<T>(
    app: &TestApp,
    lock: Lock<'_>,
    count: i64,
    requests: impl Future<Output = T>,
) -> T {
    let mut transaction = ConcurrentTransaction::begin(app);
    transaction.take_locks(&[lock]);
    let release = async {
        transaction.wait_until_queued(app, count).await;
        transaction.commit();
    };
    join(requests, release).await.0
}

/// Posts a form twice at once while the test holds a lock. Returns the two statuses, the lower one first.
async fn post_twice(app: &TestApp, lock: Lock<'_>, path: &str, form: &Value) -> [u16; 2] {
    let anonymous = app.anonymous();
    let (one, other) = (anonymous.post(path, form), anonymous.post(path, form));
    statuses(&run_behind_lock(app, lock, 2, join_all([one, other])).await)
}

fn statuses(replies: &[Reply]) -> [u16; 2] {
    let mut statuses = [replies[0].status, replies[1].status];
    statuses.sort_unstable();
    statuses
}

fn hash(token: &str) -> Vec<u8> {
    OpaqueToken::presented(token).hash()
}

fn code(facility: &Value) -> FacilityCode {
    FacilityCode::parse(facility["facility_code"].as_str().unwrap()).unwrap()
}

async fn id_of(clinic: &FacilityClient) -> AccountId {
    let account = clinic.get("/v1/account").await.assert_status(200);
    AccountId::parse(account.body["id"].as_str().unwrap()).unwrap()
}

#[apply(on_postgres)]
async fn registrations_with_the_same_token_wait_for_each_other() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let done = post_twice(&app, Lock::Token(&hash(&token)), "/v1/accounts", &form).await;
    assert_eq!(done, [201, 410]);
}

#[apply(on_postgres)]
async fn every_write_of_an_account_waits_for_the_lock_of_the_account() {
    let fixture = ApiFixture::new().await;
    let own = id_of(&fixture.clinic).await;
    let announced =
        fixture.clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let content = forms::pdf();
    let sent = forms::send_content(&fixture.clinic, announced.body["id"].as_str().unwrap(), &content);
    run_behind_lock(&fixture.app, Lock::Account(own), 1, sent).await.assert_status(200);
    // The example of `storeUploadContent` is refused before any lock is taken.
    let writes = operations()
        .into_iter()
        .filter(|operation| operation.is_secured() && operation.method != Method::GET);
    for write in writes.filter(|operation| operation.id() != "storeUploadContent") {
        run_behind_lock(&fixture.app, Lock::Account(own), 1, fixture.send(&write, &fixture.clinic)).await;
        // The job for a requested change of address would wait for the lock, too.
        fixture.app.deliver_mails().await;
    }
}

#[apply(on_postgres)]
async fn filings_with_one_key_wait_for_the_lock_of_the_account() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let own = Lock::Account(id_of(&clinic).await);
    let form = forms::no_network();
    let filings = [(); 2].map(|()| clinic.file_with_key("/v1/declarations", &form, "key-1"));
    let replies = run_behind_lock(&app, own, 2, join_all(filings)).await;
    assert_eq!(statuses(&replies), [201, 201]);
    let replayed = replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true");
    assert_eq!((replayed.count(), app.rows("declarations").count()), (1, 1));
}

#[apply(on_postgres)]
async fn two_links_mailed_to_one_address_create_only_one_account() {
    let app = TestApp::start().await;
    let email = "new@clinic.example";
    let mut requests = Vec::new();
    for _ in 0..2 {
        let token = app.registration_token(email).await;
        let (anonymous, form) =
            (app.anonymous(), forms::account(&token, &app.unused_facility("MEDICAL").await));
        requests.push(async move { anonymous.post("/v1/accounts", &form).await });
    }
    let email = EmailAddress::parse(email).unwrap();
    let replies = run_behind_lock(&app, Lock::Address(&email), 2, join_all(requests)).await;
    assert_eq!(statuses(&replies), [201, 410]);
}

#[apply(on_postgres)]
async fn registrations_and_designations_of_a_facility_wait_for_its_lock() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("one@clinic.example").await;
    let (anonymous, form) = (app.anonymous(), forms::account(&token, &facility));
    let registering = anonymous.post("/v1/accounts", &form);
    run_behind_lock(&app, Lock::Facility(&code(&facility)), 1, registering).await.assert_status(201);

    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("two@clinic.example").await;
    let mut applicant = forms::account(&token, &facility);
    let members = applicant["facility"].as_object_mut().unwrap();
    let stated_code = members.remove("code").unwrap();
    let mut designated = json!({ "facility": members });
    designated["facility"]["code"] = stated_code;
    members.insert("designation_receipt".to_owned(), json!("2023-00123"));
    members.insert("kind".to_owned(), json!("MEDICAL"));
    anonymous.post("/v1/accounts", &applicant).await.assert_status(201);
    let clinic = FacilityClient::log_in(&app, "two@clinic.example", PASSWORD, String::new()).await;
    let change = clinic.patch("/v1/account", &designated, "*");
    run_behind_lock(&app, Lock::Facility(&code(&facility)), 1, change).await.assert_status(200);
}

#[apply(on_postgres)]
async fn a_succession_waits_for_the_locks_of_both_its_codes() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let predecessor = FacilityCode::parse(&clinic.facility_code).unwrap();
    let successor = facility_list::unlisted(1, 1);
    let form = forms::succession(&successor);
    for code in [&predecessor, &code(&successor)] {
        let filing = clinic.file("/v1/successions", &form);
        let filed = run_behind_lock(&app, Lock::Facility(code), 1, filing).await.assert_status(201);
        let path = filed.header("location");
        let revised = run_behind_lock(&app, Lock::Facility(code), 1, clinic.put(path, &form, "*"))
            .await
            .assert_status(200);
        clinic.withdraw(path, revised.etag()).await.assert_status(200);
    }
}

#[apply(on_postgres)]
async fn of_two_successions_to_one_code_one_is_accepted_and_the_other_stays_for_staff() {
    let app = TestApp::start().await;
    let (one, other) = (app.clinic().await, app.clinic().await);
    let successor = facility_list::unlisted(1, 1);
    app.import(facility_list::csv(&[&successor]), false).await;
    let form = forms::succession(&successor);
    let filings = [one.file("/v1/successions", &form), other.file("/v1/successions", &form)];
    let replies = run_behind_lock(&app, Lock::Facility(&code(&successor)), 2, join_all(filings)).await;
    let status = |reply: Reply| reply.assert_status(201).body["status"].to_string();
    let mut found: Vec<String> = replies.into_iter().map(status).collect();
    found.sort();
    assert_eq!(found, ["\"ACCEPTED\"", "\"UNDER_REVIEW\""]);
}

#[apply(on_postgres)]
async fn an_import_waits_for_another_and_for_the_accounts_and_codes_of_successions_it_continues() {
    let app = TestApp::start().await;
    let (edition, _) =
        run_behind_lock(&app, Lock::FacilityList, 1, app.import(facility_list::csv(&[]), false)).await;
    assert_eq!(edition.read, 0);
    for number in 1..=3 {
        let (clinic, successor) = (app.clinic().await, facility_list::unlisted(1, number));
        clinic.file("/v1/successions", &forms::succession(&successor)).await.assert_status(201);
        let codes = [FacilityCode::parse(&clinic.facility_code).unwrap(), code(&successor)];
        let held = match number {
            1 => Lock::Account(id_of(&clinic).await),
            2 => Lock::Facility(&codes[0]),
            _ => Lock::Facility(&codes[1]),
        };
        let (report, _) =
            run_behind_lock(&app, held, 1, app.import(facility_list::csv(&[&successor]), false)).await;
        assert_eq!(report.carried_on, 1);
    }
}

#[apply(on_postgres)]
async fn replicas_that_look_for_mails_to_send_wait_for_each_other() {
    let app = TestApp::start().await;
    // The service looks for due mails every half second, even without a request.
    run_behind_lock(&app, Lock::Outbox, 1, async {}).await;
}

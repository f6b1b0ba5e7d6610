//! Transactions that decide about the same thing wait for each other. An embedded database has one writer, so
//! these tests are about PostgreSQL, where transactions run in parallel. Each test holds a lock until the
//! requests that need it wait for it.

use std::future::Future;

use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use todokede::db::engine::locks::Lock;
use todokede::domain::values::email::EmailAddress;
use todokede::domain::values::facility_code::FacilityCode;
use todokede::domain::values::ids::AccountId;
use todokede::security::opaque_token::OpaqueToken;

use crate::support::contract::{Stage, operations};
use crate::support::{Actor, PASSWORD, Reply, Rival, TestApp, forms, list};

/// Holds a lock until `count` requests wait for it, then releases it and gives the result of `waiting`.
async fn waited_for<T>(app: &TestApp, lock: Lock<'_>, count: i64, waiting: impl Future<Output = T>) -> T {
    let mut rival = Rival::begin(app);
    rival.hold(&[lock]);
    let release = async {
        rival.until_queued(app, count).await;
        rival.commit();
    };
    join(waiting, release).await.0
}

/// Posts a form twice at once while a lock is held, and gives the two statuses, lower first.
async fn twice(app: &TestApp, lock: Lock<'_>, path: &str, form: &Value) -> [u16; 2] {
    let stranger = app.anonymous();
    let (one, other) = (stranger.post(path, form), stranger.post(path, form));
    statuses(&waited_for(app, lock, 2, join_all([one, other])).await)
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

async fn id_of(clinic: &Actor) -> AccountId {
    let account = clinic.get("/v1/account").await.is(200);
    AccountId::parse(account.body["id"].as_str().unwrap()).unwrap()
}

#[apply(on_postgres)]
async fn requests_with_the_same_token_wait_for_each_other() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = json!({ "refresh_token": clinic.refresh_token });
    let token = hash(&clinic.refresh_token);
    assert_eq!(twice(&app, Lock::Token(&token), "/v1/sessions/refresh", &form).await, [201, 201]);

    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &change).await.is(202);
    let token = app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await;
    let path = "/v1/account/email-changes/completion";
    let done = twice(&app, Lock::Token(&hash(&token)), path, &json!({ "token": token })).await;
    assert_eq!(done, [200, 410]);

    let email = "office@clinic.example";
    app.anonymous().post("/v1/password-resets", &json!({ "email": email })).await.is(202);
    let token = app.token(email, "PASSWORD_RESET").await;
    let form = json!({ "token": token, "password": PASSWORD });
    let done = twice(&app, Lock::Token(&hash(&token)), "/v1/password-resets/completion", &form).await;
    assert_eq!(done, [204, 410]);

    let token = app.registration_token("new@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let done = twice(&app, Lock::Token(&hash(&token)), "/v1/accounts", &form).await;
    assert_eq!(done, [201, 410]);
}

#[apply(on_postgres)]
async fn every_write_of_an_account_waits_for_the_one_before() {
    let stage = Stage::new().await;
    let own = id_of(&stage.clinic).await;
    let writes = operations()
        .into_iter()
        .filter(|operation| operation.is_secured() && operation.method != Method::GET);
    // A file that is not the announced one is refused before anything is written.
    for write in writes.filter(|operation| operation.id() != "storeUploadContent") {
        waited_for(&stage.app, Lock::Account(own), 1, stage.ask(&write, &stage.clinic)).await;
    }
    let announced = stage.clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.is(201);
    let content = forms::pdf();
    let sent = forms::send_content(&stage.clinic, announced.body["id"].as_str().unwrap(), &content);
    waited_for(&stage.app, Lock::Account(own), 1, sent).await.is(200);
}

#[apply(on_postgres)]
async fn two_equal_filings_make_one_declaration_and_a_change_of_address_waits_for_its_account() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let own = Lock::Account(id_of(&clinic).await);
    let form = forms::no_network();
    let filings = [(); 2].map(|()| clinic.file_with_key("/v1/declarations", &form, "key-1"));
    let replies = waited_for(&app, own, 2, join_all(filings)).await;
    assert_eq!(statuses(&replies), [201, 201]);
    let replayed = replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true");
    assert_eq!((replayed.count(), app.rows("declarations").count()), (1, 1));

    let change = json!({ "email": "office@clinic.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &change).await.is(202);
    let token = app.token("office@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await;
    let (stranger, form) = (app.anonymous(), json!({ "token": token }));
    let completion = stranger.post("/v1/account/email-changes/completion", &form);
    waited_for(&app, own, 1, completion).await.is(200);
}

#[apply(on_postgres)]
async fn of_two_links_of_one_address_one_makes_an_account() {
    let app = TestApp::start().await;
    let email = "new@clinic.example";
    let mut requests = Vec::new();
    for _ in 0..2 {
        let token = app.registration_token(email).await;
        let (stranger, form) =
            (app.anonymous(), forms::account(&token, &app.unused_facility("MEDICAL").await));
        requests.push(async move { stranger.post("/v1/accounts", &form).await });
    }
    let email = EmailAddress::parse(email).unwrap();
    let replies = waited_for(&app, Lock::Address(&email), 2, join_all(requests)).await;
    assert_eq!(statuses(&replies), [201, 410]);
}

#[apply(on_postgres)]
async fn registrations_and_designations_of_a_facility_wait_for_its_lock() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("one@clinic.example").await;
    let (stranger, form) = (app.anonymous(), forms::account(&token, &facility));
    let registering = stranger.post("/v1/accounts", &form);
    waited_for(&app, Lock::Facility(&code(&facility)), 1, registering).await.is(201);

    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("two@clinic.example").await;
    let mut applicant = forms::account(&token, &facility);
    let members = applicant["facility"].as_object_mut().unwrap();
    let stated_code = members.remove("code").unwrap();
    let mut designated = json!({ "facility": members });
    designated["facility"]["code"] = stated_code;
    members.insert("designation_receipt".to_owned(), json!("2023-00123"));
    members.insert("kind".to_owned(), json!("MEDICAL"));
    stranger.post("/v1/accounts", &applicant).await.is(201);
    let clinic = Actor::log_in(&app, "two@clinic.example", PASSWORD, String::new()).await;
    let change = clinic.patch("/v1/account", &designated, "*");
    waited_for(&app, Lock::Facility(&code(&facility)), 1, change).await.is(200);
}

#[apply(on_postgres)]
async fn a_succession_waits_for_the_locks_of_both_its_codes() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let predecessor = FacilityCode::parse(&clinic.facility_code).unwrap();
    let successor = list::unlisted(1, 1);
    let form = forms::succession(&successor);
    for code in [&predecessor, &code(&successor)] {
        let filing = clinic.file("/v1/successions", &form);
        let filed = waited_for(&app, Lock::Facility(code), 1, filing).await.is(201);
        let path = filed.header("location");
        let revised = waited_for(&app, Lock::Facility(code), 1, clinic.put(path, &form, "*")).await.is(200);
        clinic.withdraw(path, revised.etag()).await.is(200);
    }
}

#[apply(on_postgres)]
async fn of_two_successions_to_one_code_one_is_refused() {
    let app = TestApp::start().await;
    let (one, other) = (app.clinic().await, app.clinic().await);
    let successor = list::unlisted(1, 1);
    let form = forms::succession(&successor);
    let filings = [one.file("/v1/successions", &form), other.file("/v1/successions", &form)];
    let replies = waited_for(&app, Lock::Facility(&code(&successor)), 2, join_all(filings)).await;
    assert_eq!(statuses(&replies), [201, 409]);
}

#[apply(on_postgres)]
async fn an_import_waits_for_another_and_for_the_accounts_and_codes_of_successions_it_continues() {
    let app = TestApp::start().await;
    let (edition, _) = waited_for(&app, Lock::FacilityList, 1, app.import(list::csv(&[]), false)).await;
    assert_eq!(edition.read, 0);
    for number in 1..=3 {
        let (clinic, successor) = (app.clinic().await, list::unlisted(1, number));
        clinic.file("/v1/successions", &forms::succession(&successor)).await.is(201);
        let codes = [FacilityCode::parse(&clinic.facility_code).unwrap(), code(&successor)];
        let held = match number {
            1 => Lock::Account(id_of(&clinic).await),
            2 => Lock::Facility(&codes[0]),
            _ => Lock::Facility(&codes[1]),
        };
        let (report, _) = waited_for(&app, held, 1, app.import(list::csv(&[&successor]), false)).await;
        assert_eq!(report.carried_on, 1);
    }
}

#[apply(on_postgres)]
async fn replicas_that_look_for_mails_to_send_wait_for_each_other() {
    let app = TestApp::start().await;
    // The service looks for mails every half second, without a request.
    waited_for(&app, Lock::Outbox, 1, async {}).await;
}

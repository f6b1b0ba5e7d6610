//! Rows with the same instant are listed in the order of their ids, so no page repeats or omits a row.

use serde_json::{Value, json};

use crate::support::contract::{Operation, operations};
use crate::support::{Client, FacilityClient, TestApp, facility_list, forms};

/// How many rows each list has: three pages of two.
const ROWS: usize = 6;

/// The ids of a list, read in pages of two.
async fn ids(client: &Client, path: &str) -> Vec<String> {
    let items = client.pages(&format!("{path}?page_size=2")).await.concat();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Sets one instant in all rows of a table, and asserts that the list shows each row once, in descending order of
/// the ids. `column` is `table.column`. The texts of ids have the same order as the stored bytes.
async fn assert_each_listed_once(app: &TestApp, client: &Client, path: &str, column: &str) {
    let (table, column) = column.split_once('.').unwrap();
    let now = app.database.instant(app.now());
    app.database.execute(&format!("UPDATE {table} SET {column} = {now}"));
    let shown = ids(client, path).await;
    assert_eq!(shown.len(), ROWS, "{path}: {shown:?}");
    assert!(shown.is_sorted_by(|one, next| one > next), "{path}: {shown:?}");
}

/// Files and withdraws a form [`ROWS`] times.
async fn file_and_withdraw_repeatedly(clinic: &FacilityClient, path: &str, form: &Value) {
    for _ in 0..ROWS {
        let filed = clinic.file(path, form).await.assert_status(201);
        clinic.withdraw(filed.header("location"), filed.etag()).await.assert_status(200);
    }
}

#[apply(on_both_databases)]
async fn declarations_with_the_same_instant_are_each_listed_once() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    file_and_withdraw_repeatedly(&clinic, "/v1/declarations", &forms::no_network()).await;
    assert_each_listed_once(&app, &clinic, "/v1/declarations", "declarations.created_at").await;
}

#[apply(on_both_databases)]
async fn successions_with_the_same_instant_are_each_listed_once() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    file_and_withdraw_repeatedly(
        &clinic,
        "/v1/successions",
        &forms::succession(&facility_list::unlisted(1, 1)),
    )
    .await;
    assert_each_listed_once(&app, &clinic, "/v1/successions", "successions.created_at").await;
}

#[apply(on_both_databases)]
async fn sessions_with_the_same_instant_are_each_listed_once() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for _ in 1..ROWS {
        clinic.log_in_again(&app).await;
    }
    assert_each_listed_once(&app, &clinic, "/v1/sessions", "sessions.created_at").await;
}

/// Requests a password reset, which sends a mail to the clinic.
async fn request_password_reset(app: &TestApp, clinic: &FacilityClient) {
    app.anonymous().post("/v1/password-resets", &json!({ "email": clinic.email })).await.assert_status(202);
    app.mails(&clinic.email, "PASSWORD_RESET").await;
}

#[apply(on_both_databases)]
async fn mails_with_the_same_instant_are_each_listed_once_in_the_account_and_in_the_mailbox() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    app.anonymous().delete("/sandbox/messages").await.assert_status(204);
    // The account's first mail came from the registration. The mailbox no longer has it, and so gets one more below.
    for _ in 1..ROWS {
        request_password_reset(&app, &clinic).await;
    }
    assert_each_listed_once(&app, &clinic, "/v1/account/mails", "outbox.queued_at").await;
    request_password_reset(&app, &clinic).await;
    assert_each_listed_once(&app, &app.anonymous(), "/sandbox/messages", "sandbox_messages.delivered_at")
        .await;
}

#[test]
fn every_list_that_is_ordered_by_instants_has_a_test_here() {
    let tested = ["listAccountMails", "listDeclarations", "listMessages", "listSessions", "listSuccessions"];
    let ordered_by_something_unique =
        ["listDeclarationRevisions", "listFacilities", "listTransitionalMeasures"];
    let operations = operations();
    let mut lists: Vec<&str> = operations
        .iter()
        .filter(|operation| operation.has_parameter("page_token"))
        .map(Operation::id)
        .collect();
    lists.sort_unstable();
    let mut known = [&tested[..], &ordered_by_something_unique].concat();
    known.sort_unstable();
    assert_eq!(lists, known);
    // Schemathesis cannot make a good page token, and its settings say so for each list.
    let settings =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/schemathesis.toml")).unwrap();
    for list in lists {
        assert!(settings.contains(&format!("\"{list}\",")), "{list} is not in .ci/schemathesis.toml");
    }
}

//! The stored form of rows: the service reads rows that earlier versions wrote, and writes rows in the same form.
//! The tests write rows as SQL literals, so that the service's column types are not used.

use chrono::{DateTime, Utc};
use todokede::db::engine::pool::Database;
use todokede::db::engine::writer::Mode;
use todokede::db::store::accounts;
use todokede::domain::accounts::Account;
use todokede::domain::values::email::EmailAddress;
use todokede::domain::values::ids::AccountId;
use uuid::Uuid;

use crate::support::Engine;
use crate::support::TestApp;

const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
/// A profile whose members are in the order of the struct's fields, not in alphabetical order.
const PROFILE: &str = concat!(
    r#"{"facility":{"name":"架空さくら診療所（札幌）","name_kana":"カクウ""#,
    r#","postal_code":"060-0000","address":"北海道架空市試験町１－１－１""#,
    r#","phone":"0300001234"}"#,
    r#","founder":{"kind":"INDIVIDUAL","name":"架空 花子"}"#,
    r#","contact":{"department":"医事課","name":"架空 太郎","phone":"0300001234"}}"#,
);

fn id_literal(app: &TestApp, id: Uuid) -> String {
    if app.database.engine() == Engine::Postgres {
        format!("'{id}'::uuid")
    } else {
        format!("X'{}'", id.simple())
    }
}

/// The statement that inserts an account with these instants.
fn insert_statement(app: &TestApp, created_at: DateTime<Utc>, updated_at: DateTime<Utc>) -> String {
    format!(
        "INSERT INTO accounts (id, email, email_key, password_hash, kind, facility_code, designation_receipt, \
         profile, version, created_at, updated_at) VALUES ({}, 'A@clinic.example', 'a@clinic.example', 'hash', 'MEDICAL', \
         '0110100013', NULL, '{PROFILE}', 7, {}, {})",
        id_literal(app, ID),
        app.database.instant(created_at),
        app.database.instant(updated_at)
    )
}

async fn find(database: &Database, id: AccountId) -> Account {
    database.read(move |conn| accounts::find(conn, id)).await.unwrap().unwrap()
}

#[apply(on_both_databases)]
async fn a_row_that_an_earlier_version_wrote_is_read_exactly() {
    let app = TestApp::start().await;
    // Some instants are next to the epochs of Unix (1970) and of PostgreSQL (2000).
    for (created_at, updated_at) in [
        ("2023-02-03T00:00:00.199747Z", "2026-12-31T23:59:59.999999Z"),
        ("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"),
        ("1999-12-31T23:59:59.999999Z", "2000-01-01T00:00:00.000001Z"),
    ] {
        let (created_at, updated_at) = (created_at.parse().unwrap(), updated_at.parse().unwrap());
        app.rows("accounts").delete();
        app.database.execute(&insert_statement(&app, created_at, updated_at));
        let account = find(&app.running.state.database, AccountId::from_uuid(ID)).await;
        assert_eq!(account.id.uuid(), ID);
        assert_eq!((account.created_at, account.updated_at), (created_at, updated_at));
        assert_eq!(account.version, 7);
        assert_eq!(serde_json::to_string(&account.profile).unwrap(), PROFILE);
    }
}

#[apply(on_both_databases)]
async fn a_new_row_has_the_same_stored_form_as_a_row_of_an_earlier_version() {
    let app = TestApp::start().await;
    let at: DateTime<Utc> = "1999-12-31T23:59:59.999999Z".parse().unwrap();
    app.database.execute(&insert_statement(&app, at, at));
    let other = Uuid::from_u128(!ID.as_u128());
    let mut account = find(&app.running.state.database, AccountId::from_uuid(ID)).await;
    account.id = AccountId::from_uuid(other);
    account.email = EmailAddress::parse("b@clinic.example").unwrap();
    app.rows("accounts").set("facility_code", "0110100021");
    let written =
        app.running.state.database.write(Mode::Commit, move |conn| accounts::insert(conn, &account, None));
    written.await.unwrap();
    let same_form = format!(
        "SELECT COUNT(*) FROM accounts old JOIN accounts new ON new.profile = old.profile \
         AND new.created_at = old.created_at AND new.updated_at = old.updated_at \
         WHERE old.id = {} AND new.id = {} AND new.profile = '{PROFILE}'",
        id_literal(&app, ID),
        id_literal(&app, other)
    );
    assert_eq!(app.count(&same_form), 1);
}

#[apply(on_both_databases)]
async fn the_error_about_an_undecodable_document_names_table_column_and_row() {
    let app = TestApp::start().await;
    let at = app.now();
    app.database.execute(&insert_statement(&app, at, at).replace(PROFILE, r#"{"facility":{}}"#));
    let id = AccountId::from_uuid(ID);
    let found = app.running.state.database.read(move |conn| accounts::find(conn, id)).await;
    let reason = found.unwrap_err().reason();
    assert!(reason.contains(&format!("row {id}: column accounts.profile cannot be decoded")), "{reason}");
    app.rows("accounts").delete();
}

#[apply(on_both_databases)]
async fn the_rules_of_a_round_that_an_earlier_version_stored_are_converted() {
    let app = TestApp::start().await;
    let read = async || app.anonymous().get("/v1/transitional-measures/2023").await.assert_status(200).text;
    let current = read().await;
    let (up, down) = if app.database.engine() == Engine::Postgres {
        (
            include_str!("../../../migrations/postgres/2026-11-28-140000_rules_without_unions/up.sql"),
            include_str!("../../../migrations/postgres/2026-11-28-140000_rules_without_unions/down.sql"),
        )
    } else {
        (
            include_str!("../../../migrations/sqlite/2026-11-28-140000_rules_without_unions/up.sql"),
            include_str!("../../../migrations/sqlite/2026-11-28-140000_rules_without_unions/down.sql"),
        )
    };
    app.database.execute(down);
    let former =
        r#"REPLACE(CAST(edition AS TEXT), ' ', '') LIKE '%"basis":{"FIXED":{"date":"2024-_2-01"}}%'"#;
    let unions = r#"REPLACE(CAST(edition AS TEXT), ' ', '') LIKE '%"requirement":"ALWAYS"%'"#;
    let count =
        |condition: &str| app.count(&format!("SELECT COUNT(*) FROM round_editions WHERE {condition}"));
    assert_eq!((count(former), count(unions)), (1, 2));
    app.database.execute(up);
    assert_eq!((count(former), count(unions)), (0, 0));
    assert_eq!(read().await, current);
}

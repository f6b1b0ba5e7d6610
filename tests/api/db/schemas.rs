//! Migrations: both databases have the same migrations and tables, and every migration can be reverted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use todokede::db::engine::{Conn, migrations};

use crate::support::database::{TestDatabase, execute, source};
use crate::support::{TestApp, forms, postgres};

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Each query gives lines such as `accounts.facility_code nullable text`.
const COLUMNS_OF_SQLITE: &str = "\
     SELECT m.name || '.' || c.name || CASE c.\"notnull\" WHEN 1 THEN ' ' ELSE ' nullable ' END || \
     CASE lower(c.type) WHEN 'integer' THEN 'number' WHEN 'blob' THEN 'bytes' ELSE 'text' END AS line \
     FROM sqlite_master m, pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
const COLUMNS_OF_POSTGRES: &str = "SELECT table_name || '.' || column_name || \
     CASE is_nullable WHEN 'NO' THEN ' ' ELSE ' nullable ' END || CASE data_type \
     WHEN 'bigint' THEN 'number' WHEN 'boolean' THEN 'number' WHEN 'timestamp with time zone' THEN 'number' \
     WHEN 'uuid' THEN 'bytes' WHEN 'bytea' THEN 'bytes' ELSE 'text' END AS line \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
const INDEXES_OF_SQLITE: &str =
    "SELECT name AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
const INDEXES_OF_POSTGRES: &str = "SELECT indexname AS line FROM pg_indexes WHERE schemaname = 'public' \
     AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'";

/// Every column with its kind of value, and every index that a migration names.
fn schema(conn: &mut Conn) -> BTreeSet<String> {
    let load = |conn: &mut Conn, sqlite: &str, postgres: &str| -> Vec<Line> {
        match conn {
            Conn::Sqlite(conn) => diesel::sql_query(sqlite).load(conn).unwrap(),
            Conn::Postgres(conn) => diesel::sql_query(postgres).load(conn).unwrap(),
        }
    };
    let columns = load(conn, COLUMNS_OF_SQLITE, COLUMNS_OF_POSTGRES);
    let indexes = load(conn, INDEXES_OF_SQLITE, INDEXES_OF_POSTGRES);
    columns.into_iter().chain(indexes).map(|row| row.line).collect()
}

fn empty_database() -> (tempfile::TempDir, TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    (folder, database)
}

#[test]
fn both_databases_have_the_same_migrations() {
    let (sqlite, postgres) = migrations::names().unwrap();
    assert_eq!(sqlite, postgres);
    assert!(!sqlite.is_empty());
}

#[apply(on_postgres)]
fn both_databases_have_the_same_tables() {
    let (_folder, postgres) = empty_database();
    migrations::run(&source(postgres.url())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = source(&format!("sqlite:{}", folder.path().join("other.sqlite3").display()));
    migrations::run(&sqlite).unwrap();
    let sqlite = schema(&mut todokede::db::engine::pool::connect(&sqlite).unwrap());
    assert!(sqlite.contains("accounts.facility_code nullable text"), "{sqlite:#?}");
    assert_eq!(sqlite, schema(&mut postgres.connect()));
}

#[apply(on_both_databases)]
fn every_migration_can_be_reverted_and_run_again() {
    let (_folder, database) = empty_database();
    let source = source(database.url());
    let steps = migrations::run(&source).unwrap();
    let full = schema(&mut database.connect());
    for _ in &steps {
        migrations::revert_last(&source).unwrap();
    }
    assert_eq!(schema(&mut database.connect()), BTreeSet::new());
    assert_eq!(migrations::compare_schema(&mut database.connect()).unwrap().missing, steps.len());
    assert_eq!(migrations::run(&source).unwrap(), steps);
    assert_eq!(schema(&mut database.connect()), full);
    assert_eq!(migrations::run(&source).unwrap(), Vec::<String>::new(), "a second run has nothing to do");
}

/// The step that lets two prefectures have the same receipt number.
const RECEIPTS_BY_PREFECTURE: &str = "20261128120000";

#[apply(on_both_databases)]
async fn accounts_keep_their_data_and_references_when_receipt_numbers_get_a_prefecture() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::account(
        &app.registration_token("new@clinic.example").await,
        &app.unused_facility("MEDICAL").await,
    );
    let facility = form["facility"].as_object_mut().unwrap();
    facility.remove("code");
    facility.extend([
        ("designation_receipt".to_owned(), serde_json::json!("R5-12")),
        ("kind".to_owned(), serde_json::json!("MEDICAL")),
        ("address".to_owned(), serde_json::json!("沖縄県架空市１－１")),
    ]);
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let account = clinic.get("/v1/account").await.assert_status(200).text;
    let source = source(app.database.url());
    while migrations::revert_last(&source).unwrap() != RECEIPTS_BY_PREFECTURE {}
    migrations::run(&source).unwrap();
    assert_eq!(app.rows("accounts").with("receipt_prefecture", "47").count(), 1);
    assert_eq!(app.rows("accounts").with_null("receipt_prefecture").count(), 1);
    assert_eq!(clinic.get("/v1/account").await.assert_status(200).text, account);
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
}

#[apply(on_both_databases)]
fn simultaneous_migrations_run_each_step_once() {
    let (_folder, database) = empty_database();
    let source = source(database.url());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let source = source.clone();
            std::thread::spawn(move || migrations::run(&source).unwrap().len())
        })
        .collect();
    let steps_run: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(steps_run, migrations::names().unwrap().0.len());
}

/// The step that alters the outbox, a table that a test can lock.
const ALTERS_OUTBOX: &str = "20261124000000";

#[apply(on_postgres)]
async fn a_migration_that_waits_for_a_table_does_not_block_others() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let source = source(app.database.url());
    let mut reverted = Vec::new();
    while reverted.first().is_none_or(|step| step != ALTERS_OUTBOX) {
        reverted.insert(0, migrations::revert_last(&source).unwrap());
    }
    // `pg_dump` holds this lock while it runs.
    let mut dump = app.database.connect();
    execute(&mut dump, "BEGIN; LOCK TABLE outbox IN ACCESS SHARE MODE").unwrap();
    let migrating = std::thread::spawn(move || migrations::run(&source));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let waited = tokio::task::spawn_blocking({
        let database = Arc::clone(&app.database);
        move || database.count("SELECT COUNT(*) FROM outbox")
    });
    waited.await.unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "the migration must wait for a table for only two seconds at a time"
    );
    assert!(!migrating.is_finished());
    execute(&mut dump, "COMMIT").unwrap();
    let steps = tokio::task::spawn_blocking(|| migrating.join().unwrap().unwrap()).await.unwrap();
    assert_eq!(steps, reverted);
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
}

#[apply(on_postgres)]
fn a_database_whose_encoding_is_not_utf_8_is_refused() {
    postgres::administer("CREATE DATABASE euc_jp TEMPLATE template0 ENCODING 'EUC_JP' LOCALE 'C'");
    let refused = migrations::run(&source(&postgres::url("euc_jp"))).unwrap_err();
    assert!(refused.reason().contains("UTF8"), "{}", refused.reason());
}

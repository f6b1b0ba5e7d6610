//! Migrations: both databases have the same steps and the same tables, and every step can be reverted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use todokede::db::engine::{Conn, migrations};

use crate::support::database::{TestDatabase, execute, source};
use crate::support::{TestApp, forms, postgres};

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
}

const OF_SQLITE: &str = "SELECT m.name || '.' || c.name || CASE c.\"notnull\" WHEN 1 THEN ' ' ELSE ' nullable ' END || \
     CASE lower(c.type) WHEN 'integer' THEN 'number' WHEN 'blob' THEN 'bytes' ELSE 'text' END AS place \
     FROM sqlite_master m, pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
const OF_POSTGRES: &str = "SELECT table_name || '.' || column_name || \
     CASE is_nullable WHEN 'NO' THEN ' ' ELSE ' nullable ' END || CASE data_type \
     WHEN 'bigint' THEN 'number' WHEN 'boolean' THEN 'number' WHEN 'timestamp with time zone' THEN 'number' \
     WHEN 'uuid' THEN 'bytes' WHEN 'bytea' THEN 'bytes' ELSE 'text' END AS place \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
const INDEXES_OF_SQLITE: &str =
    "SELECT name AS place FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
const INDEXES_OF_POSTGRES: &str = "SELECT indexname AS place FROM pg_indexes WHERE schemaname = 'public' \
     AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'";

/// Every column with its kind of value, and every index that a migration names.
fn shape(conn: &mut Conn) -> BTreeSet<String> {
    let load = |conn: &mut Conn, sqlite: &str, postgres: &str| -> Vec<Column> {
        match conn {
            Conn::Sqlite(conn) => diesel::sql_query(sqlite).load(conn).unwrap(),
            Conn::Postgres(conn) => diesel::sql_query(postgres).load(conn).unwrap(),
        }
    };
    let columns = load(conn, OF_SQLITE, OF_POSTGRES);
    let indexes = load(conn, INDEXES_OF_SQLITE, INDEXES_OF_POSTGRES);
    columns.into_iter().chain(indexes).map(|column| column.place).collect()
}

fn blank() -> (tempfile::TempDir, TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::blank(folder.path());
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
    let (_folder, postgres) = blank();
    migrations::run(&source(postgres.url())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = source(&format!("sqlite:{}", folder.path().join("other.sqlite3").display()));
    migrations::run(&sqlite).unwrap();
    let sqlite = shape(&mut todokede::db::engine::pool::connect(&sqlite).unwrap());
    assert!(sqlite.contains("accounts.facility_code nullable text"), "{sqlite:#?}");
    assert_eq!(sqlite, shape(&mut postgres.connect()));
}

#[apply(on_both_databases)]
fn every_migration_can_be_reverted_and_run_again() {
    let (_folder, database) = blank();
    let source = source(database.url());
    let steps = migrations::run(&source).unwrap();
    let full = shape(&mut database.connect());
    for _ in &steps {
        migrations::revert_last(&source).unwrap();
    }
    assert_eq!(shape(&mut database.connect()), BTreeSet::new());
    assert_eq!(migrations::compare_schema(&mut database.connect()).unwrap().missing, steps.len());
    assert_eq!(migrations::run(&source).unwrap(), steps);
    assert_eq!(shape(&mut database.connect()), full);
    assert_eq!(migrations::run(&source).unwrap(), Vec::<String>::new(), "nothing is left to do");
}

#[apply(on_both_databases)]
fn simultaneous_migrations_run_each_step_once() {
    let (_folder, database) = blank();
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

#[apply(on_postgres)]
async fn a_migration_that_waits_for_a_table_does_not_block_others() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let source = source(app.database.url());
    let newest = migrations::revert_last(&source).unwrap();
    // The lock that a dump holds while it runs.
    let mut dump = app.database.connect();
    execute(&mut dump, "BEGIN; LOCK TABLE outbox IN ACCESS SHARE MODE").unwrap();
    let migrating = std::thread::spawn(move || migrations::run(&source));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    let waited = tokio::task::spawn_blocking({
        let database = Arc::clone(&app.database);
        move || database.count("SELECT COUNT(*) FROM outbox")
    });
    waited.await.unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "the migration may wait for a table for two seconds at a time only"
    );
    assert!(!migrating.is_finished());
    execute(&mut dump, "COMMIT").unwrap();
    let steps = tokio::task::spawn_blocking(|| migrating.join().unwrap().unwrap()).await.unwrap();
    assert_eq!(steps, [newest]);
    clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
}

#[apply(on_postgres)]
fn a_database_whose_encoding_is_not_utf_8_is_refused() {
    postgres::administer("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'EUC_JP' LOCALE 'C'");
    let refused = migrations::run(&source(&postgres::url("narrow"))).unwrap_err();
    assert!(refused.reason().contains("UTF8"), "{}", refused.reason());
}

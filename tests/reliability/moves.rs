//! A service moves from SQLite to PostgreSQL while facilities file. During the move the service does not answer.
//! Nothing that it has acknowledged is lost.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::ledger::{Database, Ledger};
use crate::service::Service;
use crate::{environment, postgres};

/// How many facilities file at the same time.
const WRITERS: usize = 16;
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/sqlite-to-postgresql");

/// Runs the script that copies a backup to PostgreSQL. Returns whether the script succeeded, and its output.
fn run_migration_script(backup: &Path, url: &str) -> (bool, String) {
    let output = Command::new(SCRIPT).arg(backup).arg(url).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[actix_web::test]
async fn a_move_from_sqlite_to_postgresql_loses_and_duplicates_nothing() {
    if !environment::has_postgres() || !environment::has_programs(&["sqlite3", "psql"]) {
        return;
    }
    let _exclusive = environment::exclusive().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("todokede.sqlite3").display());
    let mut service = Service::new(&database, folder.path());
    service.start_and_wait().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    ledger.wait_for_progress(environment::number("KEYS", 300)).await;
    service.kill();
    let backup = folder.path().join("move.backup");
    service.run(&["backup", backup.to_str().unwrap()]);

    postgres::administer("CREATE DATABASE moved_ledger TEMPLATE template0");
    let url = postgres::url("moved_ledger");
    let (succeeded, output) = run_migration_script(&backup, &url);
    assert!(!succeeded, "the script must refuse a database without a schema: {output}");
    let mut service = service.with("DATABASE_URL", &url);
    service.run(&["migrate"]);
    let (succeeded, output) = run_migration_script(&backup, &url);
    assert!(succeeded, "{output}");
    let (succeeded, output) = run_migration_script(&backup, &url);
    assert!(
        !succeeded && output.contains("accounts"),
        "the script must refuse a database with rows: {output}"
    );

    service.start_and_wait().await;
    ledger.wait_for_progress(100).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ledger.close(&Database::Postgres(url)).await.assert_clean("a move from SQLite to PostgreSQL");
}

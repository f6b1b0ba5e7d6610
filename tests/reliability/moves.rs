//! An installation moves from SQLite to PostgreSQL while its callers file. For some time they cannot reach
//! it, but nothing is lost that was acknowledged before.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::ledger::{Book, Ledger};
use crate::service::Service;
use crate::{knobs, postgres};

const WRITERS: usize = 16;
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/sqlite-to-postgresql");

/// Runs the script; gives whether it succeeded, and what it printed.
fn carry_over(backup: &Path, url: &str) -> (bool, String) {
    let output = Command::new(SCRIPT).arg(backup).arg(url).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[actix_web::test]
async fn a_move_from_sqlite_to_postgresql_keeps_every_key() {
    if !knobs::has_postgres() || !knobs::has_programs(&["sqlite3", "psql"]) {
        return;
    }
    let _alone = knobs::alone().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("todokede.sqlite3").display());
    let mut service = Service::new(&database, folder.path());
    service.serve().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    ledger.goes_on(knobs::number("KEYS", 300)).await;
    service.kill();
    let backup = folder.path().join("move.backup");
    service.run(&["backup", backup.to_str().unwrap()]);

    postgres::administer("CREATE DATABASE moved_ledger TEMPLATE template0");
    let url = postgres::url("moved_ledger");
    let (succeeded, output) = carry_over(&backup, &url);
    assert!(!succeeded, "it must refuse a database without a schema: {output}");
    let mut service = service.with("DATABASE_URL", &url);
    service.run(&["migrate"]);
    let (succeeded, output) = carry_over(&backup, &url);
    assert!(succeeded, "{output}");
    let (succeeded, output) = carry_over(&backup, &url);
    assert!(!succeeded && output.contains("accounts"), "it must refuse to run a second time: {output}");

    service.serve().await;
    ledger.goes_on(100).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ledger.close(&Book::Postgres(url)).await.must_be_clean("a move from SQLite to PostgreSQL");
}

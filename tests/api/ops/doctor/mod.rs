//! The doctor: content with a healthy installation, and precise about every ill one.

mod production;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use todokede::db::engine::Conn;
use todokede::db::engine::pool::connect;
use todokede::db::engine::source::Source;

use crate::support::binary::{self, done, failed, text, todokede};
use crate::support::database;

/// A migrated embedded database in a folder of its own.
fn installation() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(&binary::run(folder.path(), &["migrate"]));
    folder
}

fn conn(folder: &Path) -> Conn {
    connect(&Source::Sqlite(folder.join("data.sqlite3"))).unwrap()
}

fn execute(folder: &Path, statement: &str) {
    database::execute(&mut conn(folder), statement).unwrap();
}

fn doctor(folder: &Path) -> Output {
    binary::run(folder, &["doctor"])
}

/// Asserts that exactly one check fails, and that its line has these words.
#[track_caller]
fn fails_once(output: &Output, words: &[&str]) {
    assert_eq!(failed(output, 1), "todokede: 1 check failed\n", "{}", text(&output.stdout));
    let told = text(&output.stdout);
    let failures: Vec<&str> = told.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(failures.len(), 1, "{told}");
    for word in words {
        assert!(failures[0].contains(word), "{word}: {told}");
    }
}

#[test]
fn a_healthy_sandbox_is_told_line_by_line_and_nothing_is_changed() {
    let folder = installation();
    std::fs::create_dir(folder.path().join("uploads")).unwrap();
    let lines = database::count(&mut conn(folder.path()), "SELECT COUNT(*) FROM audit_log");
    let output = doctor(folder.path());
    let told = done(&output);
    assert!(told.lines().all(|line| line.starts_with("ok    ") || line.starts_with("warn  disk")), "{told}");
    for subject in ["settings", "database", "schema", "clock", "keys", "disk", "uploads"] {
        assert!(
            told.lines().any(|line| line.get(6..).is_some_and(|line| line.starts_with(subject))),
            "{told}"
        );
    }
    assert_eq!(database::count(&mut conn(folder.path()), "SELECT COUNT(*) FROM audit_log"), lines);
    assert_eq!(std::fs::read_dir(folder.path().join("uploads")).unwrap().count(), 0);
}

#[test]
fn every_wrong_setting_is_a_failure_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = todokede(folder.path(), &["doctor"]);
    asked.env("TODOKEDE_LISTENN", "s3cret").env("TODOKEDE_CLOCK", "s3cret");
    let output = asked.output().unwrap();
    assert_eq!(failed(&output, 1), "todokede: 2 checks failed\n");
    let told = text(&output.stdout);
    for name in ["TODOKEDE_LISTENN", "TODOKEDE_CLOCK"] {
        assert!(told.lines().any(|line| line.starts_with("FAIL  settings") && line.contains(name)), "{told}");
    }
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn too_few_open_files_are_told() {
    let folder = installation();
    let doctor = todokede(folder.path(), &["doctor"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 500 && exec \"$0\" doctor"]).arg(doctor.get_program());
    limited.envs(doctor.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.current_dir(folder.path()).output().unwrap();
    let told = done(&output);
    let warned = told.lines().any(|line| line.starts_with("warn  settings   3700 more files"));
    assert!(warned, "{told}");
}

#[test]
fn what_is_looked_at_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.sqlite3");
    std::fs::write(&file, "").unwrap();
    fails_once(&doctor(folder.path()), &["schema", "todokede migrate"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"", "not even a page is written");
}

#[test]
fn a_missing_database_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    fails_once(&doctor(folder.path()), &["database", "there is no", "todokede migrate"]);
    assert!(!folder.path().join("data.sqlite3").exists());
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.sqlite3"), "a letter, no database".repeat(99)).unwrap();
    fails_once(&doctor(folder.path()), &["database", "not a database", "backup"]);
}

#[test]
fn a_damaged_database_is_told_before_its_tables_are_read() {
    let folder = installation();
    execute(folder.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let file = folder.path().join("data.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    fails_once(&doctor(folder.path()), &["database", "damaged", "restore the last backup"]);
}

#[test]
fn a_schema_that_lacks_steps_fails_and_a_newer_one_warns() {
    let folder = installation();
    execute(
        folder.path(),
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000000', '2999-12-31')",
    );
    let output = doctor(folder.path());
    assert!(done(&output).contains("warn  schema"), "{}", text(&output.stdout));
    execute(folder.path(), "DELETE FROM __diesel_schema_migrations");
    fails_once(&doctor(folder.path()), &["schema", "todokede migrate"]);
}

#[test]
fn what_another_machine_stored_in_the_future_is_a_clock_that_is_wrong() {
    let folder = installation();
    execute(
        folder.path(),
        "INSERT INTO audit_log (id, at, actor, action, subject) \
         VALUES (randomblob(16), (unixepoch() + 3600) * 1000000, 'system', 'x.y', 'z')",
    );
    fails_once(&doctor(folder.path()), &["clock", "seconds ahead", "NTP"]);
}

#[test]
fn a_database_that_somebody_holds_cannot_be_written() {
    let folder = installation();
    let mut holder = conn(folder.path());
    database::execute(&mut holder, "BEGIN IMMEDIATE").unwrap();
    fails_once(&doctor(folder.path()), &["database", "cannot be written", "locked"]);
}

#[test]
fn attachments_without_a_folder_are_missed() {
    let folder = installation();
    let output = doctor(folder.path());
    assert!(done(&output).lines().any(|line| line.starts_with("warn  uploads")), "{}", text(&output.stdout));
    execute(
        folder.path(),
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO uploads (id, account_id, file_name, media_type, size_bytes, sha256, created_at, expires_at, stored_at) \
         VALUES (zeroblob(16), zeroblob(16), 'a.pdf', 'application/pdf', 1, 'ab', 0, 0, 0)",
    );
    fails_once(&doctor(folder.path()), &["uploads", "1 of 1", "backup"]);
}

#[test]
fn a_folder_of_attachments_that_is_none_is_told() {
    let folder = installation();
    std::fs::write(folder.path().join("uploads"), "a file").unwrap();
    fails_once(&doctor(folder.path()), &["uploads", "cannot be written"]);
}

//! The command `doctor` reports no failure for a healthy installation, and names each fault of an unhealthy one.

mod production;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use todokede::db::engine::Conn;
use todokede::db::engine::pool::connect;
use todokede::db::engine::source::Source;

use crate::support::binary::{self, assert_failure, assert_success, text, todokede};
use crate::support::database;

/// A new folder with a migrated embedded database.
fn installation() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_success(&binary::run(folder.path(), &["migrate"]));
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

/// Asserts that exactly one check fails, and that its line contains these words.
#[track_caller]
fn assert_one_check_fails(output: &Output, words: &[&str]) {
    assert_eq!(assert_failure(output, 1), "todokede: 1 check failed\n", "{}", text(&output.stdout));
    let report = text(&output.stdout);
    let failures: Vec<&str> = report.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert_eq!(failures.len(), 1, "{report}");
    for word in words {
        assert!(failures[0].contains(word), "{word}: {report}");
    }
}

#[test]
fn a_healthy_sandbox_passes_every_check_and_is_not_changed() {
    let folder = installation();
    std::fs::create_dir(folder.path().join("uploads")).unwrap();
    let entries = database::count(&mut conn(folder.path()), "SELECT COUNT(*) FROM audit_log");
    let output = doctor(folder.path());
    let report = assert_success(&output);
    assert!(
        report.lines().all(|line| line.starts_with("ok    ") || line.starts_with("warn  disk")),
        "{report}"
    );
    for subject in ["settings", "database", "schema", "clock", "keys", "disk", "uploads"] {
        assert!(
            report.lines().any(|line| line.get(6..).is_some_and(|line| line.starts_with(subject))),
            "{report}"
        );
    }
    assert_eq!(database::count(&mut conn(folder.path()), "SELECT COUNT(*) FROM audit_log"), entries);
    assert_eq!(std::fs::read_dir(folder.path().join("uploads")).unwrap().count(), 0);
}

#[test]
fn every_invalid_setting_is_a_failure_that_hides_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    command.env("TODOKEDE_LISTENN", "s3cret").env("TODOKEDE_CLOCK", "s3cret");
    let output = command.output().unwrap();
    assert_eq!(assert_failure(&output, 1), "todokede: 2 checks failed\n");
    let report = text(&output.stdout);
    for name in ["TODOKEDE_LISTENN", "TODOKEDE_CLOCK"] {
        assert!(
            report.lines().any(|line| line.starts_with("FAIL  settings") && line.contains(name)),
            "{report}"
        );
    }
    assert!(!report.contains("s3cret"), "{report}");
}

#[test]
fn a_low_limit_of_open_files_causes_a_warning() {
    let folder = installation();
    let doctor = todokede(folder.path(), &["doctor"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 500 && exec \"$0\" doctor"]).arg(doctor.get_program());
    limited.envs(doctor.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.current_dir(folder.path()).output().unwrap();
    let report = assert_success(&output);
    let warned = report.lines().any(|line| line.starts_with("warn  settings   3700 more files"));
    assert!(warned, "{report}");
}

#[test]
fn an_empty_database_file_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.sqlite3");
    std::fs::write(&file, "").unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["schema", "todokede migrate"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"", "the file was written");
}

#[test]
fn a_missing_database_is_a_failure_and_is_not_created() {
    let folder = tempfile::tempdir().unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["database", "there is no", "todokede migrate"]);
    assert!(!folder.path().join("data.sqlite3").exists());
}

#[test]
fn a_file_that_is_not_a_database_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.sqlite3"), "this is a letter and not a database".repeat(99))
        .unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["database", "not a database", "backup"]);
}

#[test]
fn a_damaged_database_is_one_failure_and_its_tables_are_not_read() {
    let folder = installation();
    execute(folder.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let file = folder.path().join("data.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["database", "damaged", "restore the last backup"]);
}

#[test]
fn a_schema_that_lacks_migrations_is_a_failure_and_a_newer_one_a_warning() {
    let folder = installation();
    execute(
        folder.path(),
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000000', '2999-12-31')",
    );
    let output = doctor(folder.path());
    assert!(assert_success(&output).contains("warn  schema"), "{}", text(&output.stdout));
    execute(folder.path(), "DELETE FROM __diesel_schema_migrations");
    assert_one_check_fails(&doctor(folder.path()), &["schema", "todokede migrate"]);
}

#[test]
fn a_stored_instant_in_the_future_is_a_failure_of_the_clock() {
    let folder = installation();
    execute(
        folder.path(),
        "INSERT INTO audit_log (id, at, actor, action, subject) \
         VALUES (randomblob(16), (unixepoch() + 3600) * 1000000, 'system', 'x.y', 'z')",
    );
    assert_one_check_fails(&doctor(folder.path()), &["clock", "seconds ahead", "NTP"]);
}

#[test]
fn a_locked_database_is_a_failure() {
    let folder = installation();
    let mut holder = conn(folder.path());
    database::execute(&mut holder, "BEGIN IMMEDIATE").unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["database", "cannot be written", "locked"]);
}

#[test]
fn a_missing_folder_of_attachments_is_a_failure_only_if_there_are_attachments() {
    let folder = installation();
    let output = doctor(folder.path());
    assert!(
        assert_success(&output).lines().any(|line| line.starts_with("warn  uploads")),
        "{}",
        text(&output.stdout)
    );
    execute(
        folder.path(),
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO uploads (id, account_id, file_name, media_type, size_bytes, sha256, created_at, expires_at, \
         received_at, stored_at) \
         VALUES (zeroblob(16), zeroblob(16), 'a.pdf', 'application/pdf', 1, 'ab', 0, 0, 0, 0)",
    );
    assert_one_check_fails(&doctor(folder.path()), &["uploads", "1 of 1", "backup"]);
}

#[test]
fn a_file_instead_of_the_folder_of_attachments_is_a_failure() {
    let folder = installation();
    std::fs::write(folder.path().join("uploads"), "a file").unwrap();
    assert_one_check_fails(&doctor(folder.path()), &["uploads", "cannot be written"]);
}

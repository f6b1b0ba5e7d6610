//! The doctor: content with a healthy installation, and precise about every ill one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use todokede::db::Conn;
use todokede::db::pool::connect;
use todokede::db::source::Source;
use todokede::security::signing_keys;

use crate::support::binary::{self, done, failed, text, todokede};
use crate::support::database::{self, is_postgres};
use crate::support::sink::{Fault, LOGIN, Phase, Sink};

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

/// The same for a production service with these keys, whose mails go to a sink.
async fn production(folder: &Path, keys: &[&PathBuf], sink: &Sink) -> Output {
    let keys: Vec<_> = keys.iter().map(|key| key.display().to_string()).collect();
    let mut command = todokede(folder, &["doctor"]);
    command
        .env("TODOKEDE_PROFILE", "production")
        .env("TODOKEDE_PUBLIC_URL", "https://api.todokede.test")
        .env("TODOKEDE_PORTAL_URL", "https://portal.todokede.test")
        .env("TODOKEDE_SIGNING_KEY_FILES", keys.join(","))
        .env("TODOKEDE_SMTP_URL", sink.url())
        .env("TODOKEDE_SMTP_CA_FILE", sink.certificate())
        .env("TODOKEDE_SMTP_TIMEOUT_SECONDS", "2")
        .env("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp");
    actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn key(folder: &Path, name: &str) -> PathBuf {
    let key = folder.join(name);
    signing_keys::read_or_generate(&key).unwrap();
    key
}

/// Asserts that exactly one check fails, and that its line has these words.
#[track_caller]
fn fails_once(output: &Output, words: &[&str]) {
    assert_eq!(failed(output, 1), "todokede: 1 checks failed\n", "{}", text(&output.stdout));
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

#[actix_web::test]
async fn a_healthy_production_names_its_keys_by_what_they_do() {
    let folder = installation();
    let keys = [key(folder.path(), "new.pem"), key(folder.path(), "old.pem")];
    let output = production(folder.path(), &[&keys[0], &keys[1]], &Sink::start().await).await;
    let told = done(&output);
    let line = |name: &str| told.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("new.pem").contains(" signs as "), "{told}");
    assert!(line("old.pem").contains(" verifies as "), "{told}");
    assert!(!told.contains("PRIVATE") && !told.contains("FAIL"), "{told}");
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

#[actix_web::test]
async fn production_on_the_database_of_a_sandbox_is_told() {
    let folder = installation();
    execute(folder.path(), "INSERT INTO sandbox_clock (only, offset_micros) VALUES (1, 0)");
    let key = key(folder.path(), "key.pem");
    fails_once(&production(folder.path(), &[&key], &Sink::start().await).await, &["schema", "sandbox"]);
}

#[actix_web::test]
async fn a_key_that_is_missing_or_of_another_kind_is_told_and_never_shown() {
    let folder = installation();
    let key = folder.path().join("key.pem");
    let sink = Sink::start().await;
    let asked = async || production(folder.path(), &[&key], &sink).await;
    fails_once(&asked().await, &["keys", "key.pem", "openssl genpkey"]);
    for content in ["", "s3cret", "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n"] {
        std::fs::write(&key, content).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let output = asked().await;
        fails_once(&output, &["keys", "key.pem", "Ed25519"]);
        let told = text(&output.stdout);
        assert!(!told.contains("s3cret") && !told.contains("czNjcmV0"), "{told}");
    }
}

#[actix_web::test]
async fn a_key_that_everybody_may_read_fails_and_one_of_a_group_does_not() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let sink = Sink::start().await;
    for (mode, well) in
        [(0o400, true), (0o600, true), (0o640, true), (0o644, false), (0o604, false), (0o602, false)]
    {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = production(folder.path(), &[&key], &sink).await;
        if well {
            done(&output);
        } else {
            fails_once(&output, &["keys", "key.pem", "chmod"]);
        }
    }
}

#[actix_web::test]
async fn a_key_that_is_listed_twice_is_worth_a_warning() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let output = production(folder.path(), &[&key, &key], &Sink::start().await).await;
    assert!(done(&output).lines().any(|line| line.starts_with("warn  keys")), "{}", text(&output.stdout));
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

#[test]
fn a_server_that_does_not_answer_is_told_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = todokede(folder.path(), &["doctor"]);
    let output =
        asked.env("DATABASE_URL", "postgres://todokede:s3cret@127.0.0.1:1/todokede").output().unwrap();
    fails_once(&output, &["database", "cannot be opened", "DATABASE_URL"]);
    assert!(!text(&output.stdout).contains("s3cret"));
}

/// Once, when the whole suite is on PostgreSQL: its server syncs nothing, and all else is well.
#[test]
fn a_server_is_asked_for_version_durability_encryption_and_time() {
    if !is_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let output = todokede(folder.path(), &["doctor"]).env("DATABASE_URL", database.url()).output().unwrap();
    fails_once(&output, &["database", "fsync"]);
    let told = text(&output.stdout);
    for seen in [
        "ok    database   PostgreSQL 1",
        "ok    database   the connection stays",
        "ok    clock",
        "ok    schema",
    ] {
        assert!(told.contains(seen), "{seen}: {told}");
    }
    database.execute("DELETE FROM __diesel_schema_migrations");
    let output = todokede(folder.path(), &["doctor"]).env("DATABASE_URL", database.url()).output().unwrap();
    assert!(text(&output.stdout).contains("FAIL  schema"), "{}", text(&output.stdout));

    let reading = format!("{}?options=-c%20default_transaction_read_only%3Don", database.url());
    let mut asked = todokede(folder.path(), &["doctor"]);
    let output = asked.env("DATABASE_URL", reading).output().unwrap();
    assert!(text(&output.stdout).contains("FAIL  database   cannot be opened"), "{}", text(&output.stdout));
}

#[actix_web::test]
async fn whatever_keeps_the_mail_server_from_taking_mails_is_told_and_nothing_is_sent() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let sink = Sink::start().await;
    let well = production(folder.path(), &[&key], &sink).await;
    assert!(done(&well).contains("takes TLS, the login and our sender"), "{}", text(&well.stdout));
    for (phase, fault, code) in [
        (Phase::Banner, Fault::Says("421 not now"), "SERVER_BUSY"),
        (Phase::Banner, Fault::Says("554 not you"), "SERVER_REFUSED"),
        (Phase::Banner, Fault::Hangs, "SERVER_TIMED_OUT"),
        (Phase::Ehlo, Fault::Lacks("STARTTLS"), "TLS_REFUSED"),
        (Phase::Auth, Fault::Says("535 5.7.8 wrong"), "AUTHENTICATION_FAILED"),
        (Phase::Mail, Fault::Says("553 5.1.8 not from there"), "SENDER_REFUSED"),
    ] {
        sink.strike(phase, fault);
        let output = production(folder.path(), &[&key], &sink).await;
        fails_once(&output, &["mail", "localhost:", code]);
        assert!(!text(&output.stdout).contains(LOGIN.1), "{}", text(&output.stdout));
        sink.recover();
    }
    sink.shut_down();
    fails_once(
        &production(folder.path(), &[&key], &sink).await,
        &["mail", "SERVER_UNREACHABLE", "firewalls"],
    );
    assert_eq!(sink.count(), 0);
}

//! The doctor checks a production service: its keys, its mail server and its database server.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use todokede::security::signing_keys;

use super::{execute, fails_once, installation};
use crate::support::Standby;
use crate::support::binary::{done, failed, text, todokede};
use crate::support::database;
use crate::support::sink::{Fault, LOGIN, Phase, Sink};

/// Runs the doctor with the settings of a production service that has these keys and sends mails to a sink.
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

#[apply(on_sqlite)]
async fn the_doctor_says_which_key_signs_and_which_only_verifies() {
    let folder = installation();
    let keys = [key(folder.path(), "new.pem"), key(folder.path(), "old.pem")];
    let output = production(folder.path(), &[&keys[0], &keys[1]], &Sink::start().await).await;
    let report = done(&output);
    let line = |name: &str| report.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("new.pem").contains(" signs as "), "{report}");
    assert!(line("old.pem").contains(" verifies as "), "{report}");
    assert!(!report.contains("PRIVATE") && !report.contains("FAIL"), "{report}");
}

#[apply(on_sqlite)]
async fn production_on_the_database_of_a_sandbox_is_a_failure() {
    let folder = installation();
    execute(folder.path(), "INSERT INTO sandbox_clock (only, offset_micros) VALUES (1, 0)");
    let key = key(folder.path(), "key.pem");
    fails_once(&production(folder.path(), &[&key], &Sink::start().await).await, &["schema", "sandbox"]);
}

#[apply(on_sqlite)]
async fn a_missing_or_invalid_key_is_a_failure_and_is_never_shown() {
    let folder = installation();
    let key = folder.path().join("key.pem");
    let sink = Sink::start().await;
    let run_doctor = async || production(folder.path(), &[&key], &sink).await;
    fails_once(&run_doctor().await, &["keys", "key.pem", "openssl genpkey"]);
    for content in ["", "s3cret", "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n"] {
        std::fs::write(&key, content).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let output = run_doctor().await;
        fails_once(&output, &["keys", "key.pem", "Ed25519"]);
        let report = text(&output.stdout);
        assert!(!report.contains("s3cret") && !report.contains("czNjcmV0"), "{report}");
    }
}

#[apply(on_sqlite)]
async fn a_key_that_everybody_can_read_or_write_is_a_failure_and_one_that_a_group_can_read_is_not() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let sink = Sink::start().await;
    for (mode, passes) in
        [(0o400, true), (0o600, true), (0o640, true), (0o644, false), (0o604, false), (0o602, false)]
    {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = production(folder.path(), &[&key], &sink).await;
        if passes {
            done(&output);
        } else {
            fails_once(&output, &["keys", "key.pem", "chmod"]);
        }
    }
}

#[apply(on_sqlite)]
async fn a_key_that_is_listed_twice_causes_a_warning() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let output = production(folder.path(), &[&key, &key], &Sink::start().await).await;
    assert!(done(&output).lines().any(|line| line.starts_with("warn  keys")), "{}", text(&output.stdout));
}

#[test]
fn a_database_server_that_does_not_answer_is_a_failure_that_hides_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    let output =
        command.env("DATABASE_URL", "postgres://todokede:s3cret@127.0.0.1:1/todokede").output().unwrap();
    fails_once(&output, &["database", "cannot be opened", "DATABASE_URL"]);
    assert!(!text(&output.stdout).contains("s3cret"));
}

/// The tests' PostgreSQL server runs with `fsync` off, which is the only failure.
#[apply(on_postgres)]
fn version_durability_encryption_and_clock_of_a_database_server_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let output = todokede(folder.path(), &["doctor"]).env("DATABASE_URL", database.url()).output().unwrap();
    fails_once(&output, &["database", "fsync"]);
    let report = text(&output.stdout);
    for expected in [
        "ok    database   PostgreSQL 1",
        "ok    database   the connection stays",
        "ok    clock",
        "ok    schema",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    database.execute("DELETE FROM __diesel_schema_migrations");
    let output = todokede(folder.path(), &["doctor"]).env("DATABASE_URL", database.url()).output().unwrap();
    assert!(text(&output.stdout).contains("FAIL  schema"), "{}", text(&output.stdout));

    let read_only_url = format!("{}?options=-c%20default_transaction_read_only%3Don", database.url());
    let mut command = todokede(folder.path(), &["doctor"]);
    let output = command.env("DATABASE_URL", read_only_url).output().unwrap();
    assert!(text(&output.stdout).contains("FAIL  database   cannot be opened"), "{}", text(&output.stdout));
}

#[apply(on_postgres)]
fn a_locked_table_is_reported_in_bounded_time_and_earlier_checks_are_reported_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let mut holder = database.connect();
    database::execute(&mut holder, "BEGIN; LOCK TABLE uploads, audit_log").unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    command.env("DATABASE_URL", database.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut report: Vec<String> = lines.by_ref().take(3).collect();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it ended although a table is locked: {report:?}");
    report.extend(lines);
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(
        failed(&output, 1),
        "todokede: 4 checks failed\n",
        "three checks meet the lock, and `fsync` is off: {report:?}"
    );
    for expected in [
        "FAIL  clock      the newest stored instant",
        "FAIL  database   cannot be written",
        "FAIL  uploads    the list",
    ] {
        assert!(
            report.iter().any(|line| line.starts_with(expected) && line.contains("lock")),
            "{expected}: {report:?}"
        );
    }
}

#[apply(on_postgres)]
async fn a_missing_standby_is_a_failure_and_no_connection_is_left_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let standby = Standby::of(&database).await;
    let run_doctor = async || {
        let mut command = todokede(folder.path(), &["doctor"]);
        command.env("DATABASE_URL", database.url());
        actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert!(text(&run_doctor().await.stdout).contains("ok    database   can be written"));
    standby.leaves().await;
    let output = run_doctor().await;
    let report = text(&output.stdout);
    let line =
        report.lines().find(|line| line.contains("standby answers")).unwrap_or_else(|| panic!("{report}"));
    assert!(line.starts_with("FAIL  database") && line.contains("synchronous_standby_names"), "{report}");
    assert!(report.contains("uploads"), "the checks after it must run too: {report}");
    let connections = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
    // The server ends a connection a moment after the request. The connection that counts is one of them.
    let told_to_end = Instant::now();
    while database.count(connections) > 1 {
        assert!(told_to_end.elapsed() < Duration::from_secs(30), "a connection still waits for the standby");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    standby.returns();
    assert!(text(&run_doctor().await.stdout).contains("ok    database   can be written"));
}

#[apply(on_both_databases)]
async fn each_fault_of_the_mail_server_is_a_failure_and_no_mail_is_sent() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let sink = Sink::start().await;
    let passed = production(folder.path(), &[&key], &sink).await;
    assert!(done(&passed).contains("accepts TLS, the login and the sender"), "{}", text(&passed.stdout));
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

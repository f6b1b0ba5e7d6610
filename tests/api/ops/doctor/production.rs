//! The command `doctor` checks the keys, the mail server and the database server of a production service.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use todokede::security::signing_keys;

use super::{assert_one_check_fails, execute, installation};
use crate::support::StandbySetting;
use crate::support::binary::{assert_failure, assert_success, text, todokede};
use crate::support::database;
use crate::support::mail_server::{Fault, LOGIN, MailServer, Phase};
use crate::support::scanner::{Answer, StandInScanner, address_in};

/// Runs the doctor with the settings of a production service that has these keys, this mail server and no scanner.
async fn run_doctor_on_production(folder: &Path, keys: &[&PathBuf], mail_server: &MailServer) -> Output {
    run_doctor_with_scanner(folder, keys, mail_server, None).await
}

async fn run_doctor_with_scanner(
    folder: &Path,
    keys: &[&PathBuf],
    mail_server: &MailServer,
    scanner: Option<String>,
) -> Output {
    let keys: Vec<_> = keys.iter().map(|key| key.display().to_string()).collect();
    let mut command = todokede(folder, &["doctor"]);
    command
        .env("TODOKEDE_PROFILE", "production")
        .env("TODOKEDE_PUBLIC_URL", "https://api.todokede.test")
        .env("TODOKEDE_PORTAL_URL", "https://portal.todokede.test")
        .env("TODOKEDE_SIGNING_KEY_FILES", keys.join(","))
        .env("TODOKEDE_SMTP_URL", mail_server.url())
        .env("TODOKEDE_SMTP_CA_FILE", mail_server.certificate())
        .env("TODOKEDE_SMTP_TIMEOUT_SECONDS", "2")
        .env("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp")
        .env("TODOKEDE_REVIEW", "automatic");
    if let Some(scanner) = scanner {
        command.env("TODOKEDE_SCANNER", scanner);
    }
    actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// Creates a signing key in a folder.
fn key(folder: &Path, name: &str) -> PathBuf {
    let key = folder.join(name);
    signing_keys::read_or_generate(&key).unwrap();
    key
}

#[apply(on_sqlite)]
async fn the_doctor_says_which_key_signs_and_which_only_verifies() {
    let folder = installation();
    let keys = [key(folder.path(), "new.pem"), key(folder.path(), "old.pem")];
    let output =
        run_doctor_on_production(folder.path(), &[&keys[0], &keys[1]], &MailServer::start().await).await;
    let report = assert_success(&output);
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
    assert_one_check_fails(
        &run_doctor_on_production(folder.path(), &[&key], &MailServer::start().await).await,
        &["schema", "sandbox"],
    );
}

#[apply(on_sqlite)]
async fn a_missing_or_invalid_key_is_a_failure_and_is_never_shown() {
    let folder = installation();
    let key = folder.path().join("key.pem");
    let mail_server = MailServer::start().await;
    let run_doctor = async || run_doctor_on_production(folder.path(), &[&key], &mail_server).await;
    assert_one_check_fails(&run_doctor().await, &["keys", "key.pem", "openssl genpkey"]);
    for content in ["", "s3cret", "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----\n"] {
        std::fs::write(&key, content).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let output = run_doctor().await;
        assert_one_check_fails(&output, &["keys", "key.pem", "Ed25519"]);
        let report = text(&output.stdout);
        assert!(!report.contains("s3cret") && !report.contains("czNjcmV0"), "{report}");
    }
}

#[apply(on_sqlite)]
async fn a_key_that_everybody_can_read_or_write_is_a_failure_and_a_key_that_its_group_can_read_is_not() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let mail_server = MailServer::start().await;
    for (mode, passes) in
        [(0o400, true), (0o600, true), (0o640, true), (0o644, false), (0o604, false), (0o602, false)]
    {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let output = run_doctor_on_production(folder.path(), &[&key], &mail_server).await;
        if passes {
            assert_success(&output);
        } else {
            assert_one_check_fails(&output, &["keys", "key.pem", "chmod"]);
        }
    }
}

#[apply(on_sqlite)]
async fn a_key_that_is_listed_twice_causes_a_warning() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let output = run_doctor_on_production(folder.path(), &[&key, &key], &MailServer::start().await).await;
    assert!(
        assert_success(&output).lines().any(|line| line.starts_with("warn  keys")),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_database_server_that_does_not_answer_is_a_failure_that_hides_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    let output =
        command.env("DATABASE_URL", "postgres://todokede:s3cret@127.0.0.1:1/todokede").output().unwrap();
    assert_one_check_fails(&output, &["database", "cannot be opened", "DATABASE_URL"]);
    assert!(!text(&output.stdout).contains("s3cret"));
}

/// `fsync` is off in tests, so this is the only failure.
#[apply(on_postgres)]
fn version_durability_encryption_and_clock_of_a_database_server_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::migrated(folder.path());
    let output = todokede(folder.path(), &["doctor"]).env("DATABASE_URL", database.url()).output().unwrap();
    assert_one_check_fails(&output, &["database", "fsync"]);
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
fn a_locked_table_is_reported_in_bounded_time_and_earlier_checks_are_reported_without_delay() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::migrated(folder.path());
    let mut holder = database.connect();
    database::execute(&mut holder, "BEGIN; LOCK TABLE uploads, audit_log").unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    command.env("DATABASE_URL", database.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut report: Vec<String> = lines.by_ref().take(3).collect();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "the doctor ended although a table is locked: {report:?}");
    report.extend(lines);
    let output = child.wait_with_output().unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_eq!(
        assert_failure(&output, 1),
        "todokede: 4 checks failed\n",
        "three checks need a locked table, and `fsync` is off: {report:?}"
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
    let database = database::TestDatabase::migrated(folder.path());
    let standby = StandbySetting::enable_for(&database).await;
    let run_doctor = async || {
        let mut command = todokede(folder.path(), &["doctor"]);
        command.env("DATABASE_URL", database.url());
        actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert!(text(&run_doctor().await.stdout).contains("ok    database   can be written"));
    standby.require_missing_standby().await;
    let output = run_doctor().await;
    let report = text(&output.stdout);
    let line =
        report.lines().find(|line| line.contains("standby answers")).unwrap_or_else(|| panic!("{report}"));
    assert!(line.starts_with("FAIL  database") && line.contains("synchronous_standby_names"), "{report}");
    assert!(report.contains("uploads"), "the later checks must run too: {report}");
    let connections = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
    // PostgreSQL ends a terminated connection a moment later. One of the counted connections runs the query.
    let terminated = Instant::now();
    while database.count(connections) > 1 {
        assert!(terminated.elapsed() < Duration::from_secs(30), "a connection still waits for the standby");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    standby.require_no_standby();
    assert!(text(&run_doctor().await.stdout).contains("ok    database   can be written"));
}

#[apply(on_both_databases)]
async fn each_fault_of_the_mail_server_is_a_failure_and_no_mail_is_sent() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let mail_server = MailServer::start().await;
    let passed = run_doctor_on_production(folder.path(), &[&key], &mail_server).await;
    assert!(
        assert_success(&passed).contains("accepts TLS, the login and the sender"),
        "{}",
        text(&passed.stdout)
    );
    for (phase, fault, code) in [
        (Phase::Banner, Fault::Reply("421 not now"), "SERVER_BUSY"),
        (Phase::Banner, Fault::Reply("554 not you"), "SERVER_REFUSED"),
        (Phase::Banner, Fault::Hang, "SERVER_TIMED_OUT"),
        (Phase::Ehlo, Fault::MissingExtension("STARTTLS"), "TLS_REFUSED"),
        (Phase::Auth, Fault::Reply("535 5.7.8 wrong"), "AUTHENTICATION_FAILED"),
        (Phase::Mail, Fault::Reply("553 5.1.8 not from there"), "SENDER_REFUSED"),
    ] {
        mail_server.inject_fault(phase, fault);
        let output = run_doctor_on_production(folder.path(), &[&key], &mail_server).await;
        assert_one_check_fails(&output, &["mail", "localhost:", code]);
        assert!(!text(&output.stdout).contains(LOGIN.1), "{}", text(&output.stdout));
        mail_server.clear_faults();
    }
    mail_server.shut_down();
    assert_one_check_fails(
        &run_doctor_on_production(folder.path(), &[&key], &mail_server).await,
        &["mail", "SERVER_UNREACHABLE", "firewalls"],
    );
    assert_eq!(mail_server.received_count(), 0);
}

#[apply(on_sqlite)]
async fn production_without_a_scanner_is_a_warning_and_a_scanner_that_cannot_do_its_work_a_failure() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let mail_server = MailServer::start().await;
    let run_doctor = async |scanner: Option<String>| {
        run_doctor_with_scanner(folder.path(), &[&key], &mail_server, scanner).await
    };
    let without = run_doctor(None).await;
    let report = assert_success(&without);
    assert!(report.contains("warn  scanner    attachments are not scanned"), "{report}");

    let sockets = tempfile::tempdir().unwrap();
    let address = address_in(sockets.path());
    let missing = run_doctor(Some(address.clone())).await;
    assert_one_check_fails(&missing, &["scanner", &address, "cannot be reached", "start clamd"]);
    let scanner = StandInScanner::start(sockets.path());
    let working = run_doctor(Some(address.clone())).await;
    let report = assert_success(&working);
    assert!(report.contains(&format!("ok    scanner    {address}: it accepts files of 10 MiB")), "{report}");
    assert_eq!(scanner.scans(), 2);
    for (answer, word) in [
        (Answer::Nothing, "broke"),
        (Answer::Text("stream: Some.Signature FOUND"), "file of zeros"),
        (Answer::Text("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"), "limits"),
        (Answer::Text("INSTREAM size limit exceeded. ERROR"), "StreamMaxLength"),
        (Answer::SeesNothing, "freshclam"),
    ] {
        scanner.answer(answer);
        assert_one_check_fails(&run_doctor(Some(address.clone())).await, &["scanner", &address, word]);
    }
}

#[apply(on_sqlite)]
async fn attachments_that_wait_for_a_scanner_that_is_no_longer_set_are_a_warning() {
    let folder = installation();
    std::fs::create_dir(folder.path().join("uploads")).unwrap();
    execute(
        folder.path(),
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO scans (upload_id, account_id, attempts, received_at, next_attempt_at) \
         VALUES (zeroblob(16), zeroblob(16), 0, 0, 0)",
    );
    let key = key(folder.path(), "key.pem");
    let output = run_doctor_on_production(folder.path(), &[&key], &MailServer::start().await).await;
    let report = assert_success(&output);
    assert!(report.contains("warn  scanner    1 attachment waits"), "{report}");
}

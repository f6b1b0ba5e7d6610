//! The doctor at a production service: its keys, its mail server, a database server.

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

#[apply(on_sqlite)]
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

#[apply(on_sqlite)]
async fn production_on_the_database_of_a_sandbox_is_told() {
    let folder = installation();
    execute(folder.path(), "INSERT INTO sandbox_clock (only, offset_micros) VALUES (1, 0)");
    let key = key(folder.path(), "key.pem");
    fails_once(&production(folder.path(), &[&key], &Sink::start().await).await, &["schema", "sandbox"]);
}

#[apply(on_sqlite)]
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

#[apply(on_sqlite)]
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

#[apply(on_sqlite)]
async fn a_key_that_is_listed_twice_is_worth_a_warning() {
    let folder = installation();
    let key = key(folder.path(), "key.pem");
    let output = production(folder.path(), &[&key, &key], &Sink::start().await).await;
    assert!(done(&output).lines().any(|line| line.starts_with("warn  keys")), "{}", text(&output.stdout));
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
#[apply(on_postgres)]
fn a_server_is_asked_for_version_durability_encryption_and_time() {
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

#[apply(on_postgres)]
fn a_table_that_somebody_holds_is_named_in_bounded_time_and_the_rest_is_told_before() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let mut holder = database.connect();
    database::execute(&mut holder, "BEGIN; LOCK TABLE uploads, audit_log").unwrap();
    let mut command = todokede(folder.path(), &["doctor"]);
    command.env("DATABASE_URL", database.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut told: Vec<String> = lines.by_ref().take(3).collect();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it still waits for the table: {told:?}");
    told.extend(lines);
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(
        failed(&output, 1),
        "todokede: 4 checks failed\n",
        "the server syncs nothing either: {told:?}"
    );
    for held in [
        "FAIL  clock      what was stored last",
        "FAIL  database   cannot be written",
        "FAIL  uploads    the list",
    ] {
        assert!(told.iter().any(|line| line.starts_with(held) && line.contains("lock")), "{held}: {told:?}");
    }
}

#[apply(on_postgres)]
async fn a_server_that_no_standby_follows_is_told_and_nothing_is_left_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let database = database::TestDatabase::ready(folder.path());
    let standby = Standby::of(&database).await;
    let asked = async || {
        let mut command = todokede(folder.path(), &["doctor"]);
        command.env("DATABASE_URL", database.url());
        actix_web::rt::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    };
    assert!(text(&asked().await.stdout).contains("ok    database   can be written"));
    standby.leaves().await;
    let output = asked().await;
    let told = text(&output.stdout);
    let line = told.lines().find(|line| line.contains("standby answers")).unwrap_or_else(|| panic!("{told}"));
    assert!(line.starts_with("FAIL  database") && line.contains("synchronous_standby_names"), "{told}");
    assert!(told.contains("uploads"), "it looks at the rest: {told}");
    let ours = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()";
    // The server ends a connection a moment after it was told to; the one that asks stays.
    let told_to_end = Instant::now();
    while database.count(ours) > 1 {
        assert!(told_to_end.elapsed() < Duration::from_secs(30), "a connection still waits for the standby");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    standby.returns();
    assert!(text(&asked().await.stdout).contains("ok    database   can be written"));
}

#[apply(on_both_databases)]
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

//! A backup can be made while the service is used. No backup is overwritten, and no restore overwrites a database.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use crate::support::binary::{self, assert_failure, assert_success, text, todokede};
use crate::support::database::TestDatabase;
use crate::support::{Engine, FacilityClient, PASSWORD, TestApp, forms, postgres, reasons};

/// The database and the folder of attachments on which the commands run.
struct Installation {
    engine: Engine,
    url: String,
    uploads: PathBuf,
}

impl Installation {
    fn of(app: &TestApp) -> Self {
        Self {
            engine: app.database.engine(),
            url: app.database.url().to_owned(),
            uploads: app.folder().join("uploads"),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = todokede(Path::new("/"), arguments);
        command.env("DATABASE_URL", &self.url).env("TODOKEDE_UPLOADS_DIR", &self.uploads).output().unwrap()
    }

    /// Makes a backup as docs/operations.md describes.
    fn back_up(&self, file: &Path) {
        match self.engine {
            Engine::Sqlite => {
                assert_success(&self.run(&["backup", path(file)]));
            }
            Engine::Postgres => {
                run("pg_dump", &["--format=custom", &format!("--file={}", file.display()), &self.url]);
                run("cp", &["--archive", path(&self.uploads), &format!("{}.uploads", file.display())]);
            }
        }
    }

    /// Restores a backup as docs/operations.md describes.
    fn restore(&self, file: &Path) {
        match self.engine {
            Engine::Sqlite => {
                assert_success(&self.run(&["restore", path(file)]));
            }
            Engine::Postgres => {
                let into = format!("--dbname={}", self.url);
                run("pg_restore", &["--exit-on-error", "--no-owner", &into, path(file)]);
                run("cp", &["--archive", &format!("{}.uploads", file.display()), path(&self.uploads)]);
            }
        }
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a program of PostgreSQL or of the machine, and asserts that it succeeds.
#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    let known = postgres::programs().map(|folder| folder.join(program)).filter(|program| program.exists());
    let output = Command::new(known.unwrap_or_else(|| program.into())).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", text(&output.stderr));
}

/// The attachments that the service has acknowledged, in order: the writer's number and the attachment's id.
type Acknowledged = Arc<Mutex<Vec<(usize, String)>>>;

/// Stores attachments until `stop` is set.
fn attach_until_stopped(
    writer: FacilityClient,
    number: usize,
    stop: &Arc<AtomicBool>,
    acknowledged: &Acknowledged,
) -> tokio::task::JoinHandle<FacilityClient> {
    let (stop, acknowledged) = (Arc::clone(stop), Arc::clone(acknowledged));
    actix_web::rt::spawn(async move {
        // An account may have a hundred attachments.
        for _ in 0..95 {
            let id = writer.attach(&forms::pdf()).await;
            acknowledged.lock().unwrap().push((number, id));
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        writer
    })
}

/// Waits until more than `count` attachments are acknowledged.
async fn wait_until_more_than(count: usize, acknowledged: &Acknowledged) {
    while acknowledged.lock().unwrap().len() <= count {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn log_in_again(app: &TestApp, actor: &FacilityClient) -> FacilityClient {
    FacilityClient::log_in(app, &actor.email, PASSWORD, actor.facility_code.clone()).await
}

#[apply(on_both_databases)]
async fn a_backup_has_everything_that_was_acknowledged_before_the_backup_began() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let evidence = clinic.attach(&forms::pdf()).await;
    let reason = reasons::system("2023-02-01", "2023-08", "2023-08-31");
    let filed = clinic.file("/v1/declarations", &reason.declaration(&evidence)).await.assert_status(201);

    let (stop, acknowledged) = (Arc::default(), Acknowledged::default());
    let writers = [app.dentist().await, app.pharmacy().await];
    let writing: Vec<_> = writers
        .into_iter()
        .enumerate()
        .map(|(number, writer)| attach_until_stopped(writer, number, &stop, &acknowledged))
        .collect();
    wait_until_more_than(4, &acknowledged).await;
    let before = acknowledged.lock().unwrap().len();
    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("night.backup");
    let (from, to) = (Installation::of(&app), file.clone());
    actix_web::rt::task::spawn_blocking(move || from.back_up(&to)).await.unwrap();
    wait_until_more_than(before, &acknowledged).await;
    stop.store(true, Ordering::Relaxed);
    let mut writers = Vec::new();
    for writer in writing {
        writers.push(writer.await.unwrap());
    }

    let folder = tempfile::tempdir().unwrap();
    let database = Arc::new(TestDatabase::empty(folder.path()));
    let installation = Installation {
        engine: database.engine(),
        url: database.url().to_owned(),
        uploads: folder.path().join("uploads"),
    };
    installation.restore(&file);
    let restored = TestApp::start_on_data(folder, database, &[]).await;
    let clinic = log_in_again(&restored, &clinic).await;
    assert_eq!(clinic.get(filed.header("location")).await.assert_status(200).body, filed.body);
    let content = clinic.get(&format!("/v1/uploads/{evidence}/content")).await.assert_status(200);
    assert_eq!(content.text.as_bytes(), forms::pdf());
    let writers = [log_in_again(&restored, &writers[0]).await, log_in_again(&restored, &writers[1]).await];
    let kept = acknowledged.lock().unwrap()[..before].to_vec();
    for (writer, id) in kept {
        writers[writer].get(&format!("/v1/uploads/{id}/content")).await.assert_status(200);
    }
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_problem(409, "DECLARATION_EXISTS");
    assert_doctor_passes(&installation);
}

/// Asserts that the doctor reports no failure, except for `fsync` on PostgreSQL, which is off in tests.
#[track_caller]
fn assert_doctor_passes(installation: &Installation) {
    let output = installation.run(&["doctor"]);
    let report = text(&output.stdout);
    let failures: Vec<&str> = report.lines().filter(|line| line.starts_with("FAIL")).collect();
    let expected = usize::from(installation.engine == Engine::Postgres);
    assert!(failures.len() == expected && failures.iter().all(|line| line.contains("fsync")), "{report}");
    assert!(report.contains("attachments exist"), "{report}");
}

/// A migrated embedded database in a folder, without a service.
fn migrated_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_success(&binary::run(folder.path(), &["migrate"]));
    folder
}

/// The names of the entries of a folder, sorted.
fn file_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn only_the_owner_of_a_database_can_read_the_database_and_its_backup() {
    let (folder, backups) = (migrated_folder(), tempfile::tempdir().unwrap());
    let mode = |file: &Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("data.sqlite3")), 0o600);
    let file = backups.path().join("night.backup");
    let output = binary::run(folder.path(), &["backup", path(&file)]);
    assert_eq!(
        assert_success(&output),
        format!("database     {0}\nattachments  0 in {0}.uploads\n", file.display())
    );
    assert_eq!(file_names(backups.path()), ["night.backup", "night.backup.uploads"]);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn a_backup_is_never_overwritten() {
    let (folder, backups) = (migrated_folder(), tempfile::tempdir().unwrap());
    let file = backups.path().join("night.backup");
    std::fs::write(&file, "yesterday's").unwrap();
    let output = binary::run(folder.path(), &["backup", path(&file)]);
    assert!(assert_failure(&output, 1).contains("exists already"));
    assert_eq!(std::fs::read(&file).unwrap(), b"yesterday's");
    assert_eq!(file_names(backups.path()), ["night.backup"]);
}

#[test]
fn a_restore_never_overwrites_a_database_or_a_journal() {
    let (folder, backups) = (migrated_folder(), tempfile::tempdir().unwrap());
    let file = backups.path().join("night.backup");
    assert_success(&binary::run(folder.path(), &["backup", path(&file)]));
    let content = std::fs::read(folder.path().join("data.sqlite3")).unwrap();
    let output = binary::run(folder.path(), &["restore", path(&file)]);
    assert!(assert_failure(&output, 1).contains("data.sqlite3 exists already"));
    assert_eq!(std::fs::read(folder.path().join("data.sqlite3")).unwrap(), content);

    for left_over in ["data.sqlite3-wal", "data.sqlite3-journal"] {
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join(left_over), "a journal of another database").unwrap();
        let output = binary::run(elsewhere.path(), &["restore", path(&file)]);
        assert!(assert_failure(&output, 1).contains(left_over));
        assert_eq!(file_names(elsewhere.path()), [left_over]);
    }
}

#[test]
fn a_missing_file_or_a_file_that_is_not_a_database_is_neither_backed_up_nor_restored() {
    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("night.backup");
    let output = binary::run(backups.path(), &["backup", path(&file)]);
    assert!(assert_failure(&output, 1).contains("data.sqlite3"));
    let output = binary::run(backups.path(), &["restore", path(&file)]);
    assert!(assert_failure(&output, 1).contains("night.backup"));
    assert_eq!(file_names(backups.path()), Vec::<String>::new());

    std::fs::write(&file, "this is a letter and not a database".repeat(99)).unwrap();
    let output = binary::run(backups.path(), &["restore", path(&file)]);
    assert!(assert_failure(&output, 1).contains("not a database"));
    assert_eq!(file_names(backups.path()), ["night.backup"]);
}

/// Overwrites some bytes in the middle of a file.
fn damage(file: &Path) {
    use std::os::unix::fs::FileExt as _;
    let out = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let middle = out.metadata().unwrap().len() / 2;
    out.write_all_at(&[0xA5; 8192], middle).unwrap();
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let (folder, backups) = (migrated_folder(), tempfile::tempdir().unwrap());
    let file = backups.path().join("night.backup");
    assert_success(&binary::run(folder.path(), &["backup", path(&file)]));
    damage(&file);
    let elsewhere = tempfile::tempdir().unwrap();
    let output = binary::run(elsewhere.path(), &["restore", path(&file)]);
    let message = assert_failure(&output, 1);
    assert!(message.contains("malformed") || message.contains("damaged"), "{message}");
    assert_eq!(file_names(elsewhere.path()), Vec::<String>::new());
}

#[apply(on_sqlite)]
async fn a_missing_or_changed_attachment_is_named_and_the_others_are_backed_up() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(clinic.attach(&forms::pdf()).await);
    }
    let installation = Installation::of(&app);
    let on_disk = |id: &str| {
        let subfolder: String = id.chars().rev().take(2).collect();
        installation.uploads.join(subfolder).join(id)
    };
    std::fs::remove_file(on_disk(&ids[0])).unwrap();
    std::fs::write(on_disk(&ids[1]), "%PDF-1.7 another").unwrap();
    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("night.backup");
    let output = installation.run(&["backup", path(&file)]);
    let message = assert_failure(&output, 1);
    assert!(
        message.contains(&ids[0]) && message.contains(&ids[1]) && !message.contains(&ids[2]),
        "{message}"
    );
    assert!(text(&output.stdout).contains("attachments  1 in"));
    assert!(file.exists());
}

#[test]
fn on_postgresql_backup_and_restore_fail_and_name_pg_dump() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["backup", "restore"] {
        let mut program = todokede(folder.path(), &[command, "night.backup"]);
        let output = program.env("DATABASE_URL", "postgres://u:s3cret@127.0.0.1:1/x").output().unwrap();
        let message = assert_failure(&output, 1);
        assert!(message.contains("pg_dump") && !message.contains("s3cret"), "{message}");
    }
    assert_eq!(file_names(folder.path()), Vec::<String>::new());
}

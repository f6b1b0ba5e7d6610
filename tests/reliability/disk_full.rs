//! The disk of the database fills up while facilities file, and is freed again.

use std::os::unix::fs::MetadataExt as _;

use crate::environment;
use crate::ledger::{Database, Ledger};
use crate::postgres;
use crate::service::Service;
use crate::small_disk::SmallDisk;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// The size of the disk in MiB: large enough for many filings, and small enough to be filled quickly.
const SIZE: u32 = 96;

/// Fills and frees the disk while facilities file. The service is never restarted. `name` is the database's name in
/// the output.
async fn file_while_disk_fills(service: &mut Service, disk: &SmallDisk, database: &Database, name: &str) {
    let fills = environment::number("FILLS", 2);
    service.start_and_wait().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    for _ in 0..fills {
        ledger.wait_for_progress(100).await;
        disk.fill();
        ledger.wait_for_standstill().await;
        // The service does not check the disk of PostgreSQL.
        if let Database::Sqlite(_) = database {
            assert_eq!(service.readiness().await, Some(503), "readiness on a full disk");
        }
        assert_eq!(
            service.status_of("/livez").await,
            Some(200),
            "the service must stay alive, because a restart would not free the disk"
        );
        assert_eq!(
            service.status_of("/v1/transitional-measures/2023").await,
            Some(200),
            "reads must still work"
        );
        disk.clear();
        ledger.wait_for_progress(100).await;
        // The result of a disk check is reused for a second.
        service.wait_until_ready().await;
    }
    let findings = ledger.close(database).await;
    findings.assert_clean(&format!("{name}, full {fills} times"));
    assert!(
        !findings.unavailable.contains_key("OUTCOME_UNKNOWN"),
        "for a write that does not fit on the disk, the outcome is known"
    );
}

#[actix_web::test]
async fn a_full_disk_loses_and_duplicates_nothing_on_sqlite() {
    let _exclusive = environment::exclusive().await;
    let Some(disk) = SmallDisk::mount(SIZE) else { return };
    let file = disk.path().join("todokede.sqlite3");
    // The service's log file is on the same disk, as on a machine with only one disk.
    let url = format!("sqlite:{}", file.display());
    let mut service = Service::new(&url, disk.path()).with("TODOKEDE_DISK_FLOOR_MIB", "1");
    file_while_disk_fills(&mut service, &disk, &Database::Sqlite(file), "SQLite").await;
}

#[actix_web::test]
async fn a_full_disk_loses_and_duplicates_nothing_on_postgresql() {
    if !environment::has_postgres() {
        return;
    }
    let Some(disk) = SmallDisk::mount(SIZE) else { return };
    let _exclusive = environment::exclusive().await;
    let (folder, url) = (tempfile::tempdir().unwrap(), postgres::url("filling"));
    let location = tablespace_folder(&disk, &url);
    postgres::administer(&format!("CREATE TABLESPACE small LOCATION '{location}'"));
    postgres::administer("CREATE DATABASE filling TEMPLATE template0 TABLESPACE small");
    let mut service = Service::new(&url, folder.path());
    file_while_disk_fills(&mut service, &disk, &Database::Postgres(url), "PostgreSQL").await;
}

/// Creates a folder on the disk for the PostgreSQL server. The owner is that of the server's socket folder.
fn tablespace_folder(disk: &SmallDisk, url: &str) -> String {
    let server = std::fs::metadata(postgres::socket_folder(url)).unwrap();
    let folder = disk.path().join("tablespace");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(server.uid()), Some(server.gid())).unwrap();
    folder.display().to_string()
}

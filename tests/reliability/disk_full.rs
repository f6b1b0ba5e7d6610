//! The disk of the database fills up while facilities file, and is freed again.

use std::os::unix::fs::MetadataExt as _;

use crate::knobs;
use crate::ledger::{Book, Ledger};
use crate::postgres;
use crate::scarce_disk::ScarceDisk;
use crate::service::Service;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// The size of the disk in MiB: enough for many filings, and quickly filled.
const SIZE: u32 = 96;

/// Fills and frees the disk while facilities file. The service is never restarted.
async fn under_fills(service: &mut Service, disk: &ScarceDisk, book: &Book, what: &str) {
    let fills = knobs::number("FILLS", 2);
    service.serve().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    for _ in 0..fills {
        ledger.goes_on(100).await;
        disk.fill();
        ledger.stands_still().await;
        // The service does not check the disk of PostgreSQL.
        if let Book::Sqlite(_) = book {
            assert_eq!(service.readiness().await, Some(503), "the disk is full");
        }
        assert_eq!(
            service.status_of("/livez").await,
            Some(200),
            "the service stays alive, as a restart would not free the disk"
        );
        assert_eq!(service.status_of("/v1/transitional-measures/2023").await, Some(200), "reads go on");
        disk.clear();
        ledger.goes_on(100).await;
        // A check of the disk is reused for a second.
        service.ready().await;
    }
    let findings = ledger.close(book).await;
    findings.must_be_clean(&format!("{what}, full {fills} times"));
    assert!(
        !findings.turned_away.contains_key("OUTCOME_UNKNOWN"),
        "it is known that what does not fit was not stored"
    );
}

#[actix_web::test]
async fn a_full_disk_loses_and_breaks_nothing_on_sqlite() {
    let _alone = knobs::alone().await;
    let Some(disk) = ScarceDisk::mount(SIZE) else { return };
    let file = disk.path().join("todokede.sqlite3");
    // The service's log file is on the same disk, as on a machine with only one disk.
    let url = format!("sqlite:{}", file.display());
    let mut service = Service::new(&url, disk.path()).with("TODOKEDE_DISK_FLOOR_MIB", "1");
    under_fills(&mut service, &disk, &Book::Sqlite(file), "SQLite").await;
}

#[actix_web::test]
async fn a_full_disk_loses_and_breaks_nothing_on_postgresql() {
    if !knobs::has_postgres() {
        return;
    }
    let Some(disk) = ScarceDisk::mount(SIZE) else { return };
    let _alone = knobs::alone().await;
    let (folder, url) = (tempfile::tempdir().unwrap(), postgres::url("filling"));
    let location = tablespace_folder(&disk, &url);
    postgres::administer(&format!("CREATE TABLESPACE scarce LOCATION '{location}'"));
    postgres::administer("CREATE DATABASE filling TEMPLATE template0 TABLESPACE scarce");
    let mut service = Service::new(&url, folder.path());
    under_fills(&mut service, &disk, &Book::Postgres(url), "PostgreSQL").await;
}

/// A folder on the disk that belongs to the user of the PostgreSQL server, who owns the folder of its socket.
fn tablespace_folder(disk: &ScarceDisk, url: &str) -> String {
    let server = std::fs::metadata(postgres::socket_folder(url)).unwrap();
    let folder = disk.path().join("tablespace");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(server.uid()), Some(server.gid())).unwrap();
    folder.display().to_string()
}

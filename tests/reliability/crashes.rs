//! The service is killed at random moments, many times.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::knobs;
use crate::ledger::{Book, Ledger};
use crate::postgres;
use crate::service::Service;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// When a service is killed, in milliseconds after its start: sometimes before it serves.
const LIVES: std::ops::Range<u64> = 50..1_500;

/// Kills and restarts a service while facilities file.
async fn under_kills(service: &mut Service, book: &Book, what: &str) {
    let (kills, seed) = (knobs::number("KILLS", 6), knobs::seed());
    println!("{what}: {kills} kills by seed {seed}");
    service.serve().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(LIVES))).await;
        service.kill();
        service.start();
    }
    service.ready().await;
    ledger.goes_on(100).await;
    ledger.close(book).await.must_be_clean(&format!("{what}, {kills} kills"));
}

#[actix_web::test]
async fn kills_lose_and_double_nothing_on_sqlite() {
    let _alone = knobs::alone().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("todokede.sqlite3");
    let mut service = Service::new(&format!("sqlite:{}", file.display()), folder.path());
    under_kills(&mut service, &Book::Sqlite(file), "SQLite").await;
}

#[actix_web::test]
async fn kills_lose_and_double_nothing_on_postgresql() {
    if !knobs::has_postgres() {
        return;
    }
    let _alone = knobs::alone().await;
    postgres::administer("CREATE DATABASE ledger TEMPLATE template0");
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::url("ledger");
    let mut service = Service::new(&url, folder.path());
    under_kills(&mut service, &Book::Postgres(url), "PostgreSQL").await;
}

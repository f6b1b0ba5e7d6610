//! The service is killed many times, at random times, while facilities file.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::environment;
use crate::ledger::{Database, Ledger};
use crate::postgres;
use crate::service::Service;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// How long a service runs before it is killed, in milliseconds. Some services are killed before they are ready.
const UPTIME_MILLIS: std::ops::Range<u64> = 50..1_500;

/// Kills and restarts a service while facilities file. `name` is the database's name in the output.
async fn kill_repeatedly(service: &mut Service, database: &Database, name: &str) {
    let (kills, seed) = (environment::number("KILLS", 6), environment::seed());
    println!("{name}: {kills} kills, seed {seed}");
    service.start_and_wait().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(UPTIME_MILLIS))).await;
        service.kill();
        service.start();
    }
    service.wait_until_ready().await;
    ledger.wait_for_progress(100).await;
    ledger.close(database).await.assert_clean(&format!("{name}, {kills} kills"));
}

#[actix_web::test]
async fn kills_lose_and_duplicate_nothing_on_sqlite() {
    let _exclusive = environment::exclusive().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("todokede.sqlite3");
    let mut service = Service::new(&format!("sqlite:{}", file.display()), folder.path());
    kill_repeatedly(&mut service, &Database::Sqlite(file), "SQLite").await;
}

#[actix_web::test]
async fn kills_lose_and_duplicate_nothing_on_postgresql() {
    if !environment::has_postgres() {
        return;
    }
    let _exclusive = environment::exclusive().await;
    postgres::administer("CREATE DATABASE ledger TEMPLATE template0");
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::url("ledger");
    let mut service = Service::new(&url, folder.path());
    kill_repeatedly(&mut service, &Database::Postgres(url), "PostgreSQL").await;
}

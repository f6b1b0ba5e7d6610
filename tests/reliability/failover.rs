//! The primary of the database is killed several times while facilities file, and another node replaces it.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::cluster::{self, Cluster};
use crate::environment;
use crate::ledger::{Database, Ledger};
use crate::service::Service;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// How long facilities file before the next failure, in milliseconds.
const FILING_MILLIS: std::ops::Range<u64> = 500..3_000;

/// Kills primaries while facilities file, and then makes the last primary hand over. The service is never restarted.
async fn file_during_fail_overs(cluster: &mut Cluster, ledger: &Ledger, name: &str) {
    let (failovers, seed) = (environment::number("FAILOVERS", 1), environment::seed());
    println!("{name}: {failovers} fail-overs, seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for number in 1..=failovers {
        ledger.wait_for_progress(100).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(FILING_MILLIS))).await;
        ledger.take_longest_silence();
        // Every second time, all nodes are killed while the primary has data that the replicas lack.
        let killed = match number % 2 {
            0 => cluster.kill_all_after_isolating_primary().await,
            _ => cluster.kill_primary().await,
        };
        // Answers that were sent before the failure arrive in this time.
        tokio::time::sleep(Duration::from_secs(1)).await;
        ledger.wait_for_progress(100).await;
        println!(
            "fail-over {number}: the next filing succeeded after {:.1} s",
            ledger.take_longest_silence().as_secs_f32()
        );
        cluster.restart(killed);
        cluster.wait_until_healthy().await;
    }
    ledger.take_longest_silence();
    cluster.switch_over().await;
    ledger.wait_for_progress(100).await;
    println!(
        "switch-over: the next filing succeeded after {:.1} s",
        ledger.take_longest_silence().as_secs_f32()
    );
}

#[actix_web::test]
async fn fail_overs_lose_and_duplicate_nothing() {
    if !cluster::has_programs() {
        return;
    }
    let _exclusive = environment::exclusive().await;
    let started = Instant::now();
    let mut cluster = Cluster::start().await;
    println!("the cluster was healthy after {:.1} s", started.elapsed().as_secs_f32());
    cluster.create_database("ledger").await;
    let folder = tempfile::tempdir().unwrap();
    let mut replicas = [(); 2].map(|()| Service::new(&cluster.url("ledger"), folder.path()));
    replicas.iter_mut().for_each(Service::start);
    for replica in &mut replicas {
        replica.wait_until_ready().await;
    }
    let ledger = Ledger::open(replicas.iter().map(Service::url).collect(), WRITERS).await;
    file_during_fail_overs(&mut cluster, &ledger, "Patroni").await;
    for replica in &mut replicas {
        replica.wait_until_ready().await;
    }
    ledger.close(&Database::Postgres(cluster.url("ledger"))).await.assert_clean("Patroni");
}

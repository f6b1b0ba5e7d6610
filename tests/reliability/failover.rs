//! The primary of the database is lost several times, and another node replaces it.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::cluster::{self, Cluster};
use crate::knobs;
use crate::ledger::{Book, Ledger};
use crate::service::Service;

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// How long they file before the next failure, in milliseconds.
const PEACE: std::ops::Range<u64> = 500..3_000;

/// Kills primaries while facilities file, and then makes the last one hand over. The service is never
/// restarted.
async fn under_fail_overs(cluster: &mut Cluster, ledger: &Ledger, what: &str) {
    let (failovers, seed) = (knobs::number("FAILOVERS", 1), knobs::seed());
    println!("{what}: {failovers} fail-overs by seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for number in 1..=failovers {
        ledger.goes_on(100).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(PEACE))).await;
        ledger.silence();
        // The primary is killed, or, every second time, all nodes are while the primary is ahead.
        let killed = match number % 2 {
            0 => cluster.black_out().await,
            _ => cluster.kill_leader().await,
        };
        // Lets the answers arrive that were sent before the failure.
        tokio::time::sleep(Duration::from_secs(1)).await;
        ledger.goes_on(100).await;
        println!("fail-over {number}: writing went on after {:.1} s", ledger.silence().as_secs_f32());
        cluster.restart(killed);
        cluster.is_whole().await;
    }
    ledger.silence();
    cluster.switch_over().await;
    ledger.goes_on(100).await;
    println!("switch-over: writing went on after {:.1} s", ledger.silence().as_secs_f32());
}

#[actix_web::test]
async fn fail_overs_lose_and_double_nothing() {
    if !cluster::has_programs() {
        return;
    }
    let _alone = knobs::alone().await;
    let began = Instant::now();
    let mut cluster = Cluster::start().await;
    println!("the cluster was whole after {:.1} s", began.elapsed().as_secs_f32());
    cluster.create_database("ledger").await;
    let folder = tempfile::tempdir().unwrap();
    let mut replicas = [(); 2].map(|()| Service::new(&cluster.url("ledger"), folder.path()));
    replicas.iter_mut().for_each(Service::start);
    for replica in &mut replicas {
        replica.ready().await;
    }
    let ledger = Ledger::open(replicas.iter().map(Service::url).collect(), WRITERS).await;
    under_fail_overs(&mut cluster, &ledger, "Patroni").await;
    for replica in &mut replicas {
        replica.ready().await;
    }
    ledger.close(&Book::Postgres(cluster.url("ledger"))).await.must_be_clean("Patroni");
}

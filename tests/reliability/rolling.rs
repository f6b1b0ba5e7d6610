//! Replicas are replaced one after the other, and no request fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::balancer::{self, Balancer};
use crate::knobs;
use crate::ledger::{Book, Ledger};
use crate::postgres;
use crate::service::{Service, free_port};

/// How many facilities file at the same time.
const WRITERS: usize = 8;
/// How many callers read.
const READERS: usize = 4;
/// The paths that they read.
const PAGES: [&str; 3] = ["/v1/transitional-measures", "/sandbox/facilities?page_size=5", "/openapi.json"];
/// The names of the replicas in the configuration of the balancer.
const NAMES: [&str; 2] = ["api-1", "api-2"];

/// The deployed configuration of the balancer, with addresses of this machine and without TLS. The test
/// proves that its times, checks and repetitions are right.
fn configuration(replicas: &[Service; 2], callers: u16, watchers: u16) -> String {
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/haproxy.cfg");
    let mut text = std::fs::read_to_string(deployed).unwrap();
    let listens = text.lines().find(|line| line.trim_start().starts_with("bind :8443")).unwrap().to_owned();
    let mut replace = |deployed: &str, here: &str| {
        assert_eq!(text.matches(deployed).count(), 1, "{deployed}");
        text = text.replace(deployed, here);
    };
    replace(&listens, &format!("    bind 127.0.0.1:{callers}"));
    replace("bind :8404", &format!("bind 127.0.0.1:{watchers}"));
    for (name, replica) in NAMES.iter().zip(replicas) {
        replace(&format!("server {name} {name}:8080"), &format!("server {name} {}", replica.address()));
    }
    text
}

/// Replaces each replica `ROUNDS` times, and gives the longest time without an answer to any writer. As an
/// orchestrator does, it waits until the balancer uses the new replica before it replaces the next.
async fn replace_each(replicas: &mut [Service; 2], ledger: &Ledger, statistics: &str) -> Duration {
    let rounds = knobs::number("ROUNDS", 1);
    // Before this, the writers registered.
    ledger.goes_on(50).await;
    ledger.silence();
    for _ in 0..rounds {
        for (name, replica) in NAMES.iter().zip(replicas.iter_mut()) {
            replica.end().await;
            replica.serve().await;
            balancer::sends_to(statistics, name).await;
            ledger.goes_on(50).await;
        }
    }
    ledger.silence()
}

#[actix_web::test]
async fn replacing_replicas_fails_no_request() {
    if !knobs::has_postgres() || !knobs::has_programs(&["haproxy"]) {
        return;
    }
    let _alone = knobs::alone().await;
    postgres::administer("CREATE DATABASE rolling TEMPLATE template0");
    let (folder, url) = (tempfile::tempdir().unwrap(), postgres::url("rolling"));
    // The time to drain is that of production.
    let mut replicas =
        [(); 2].map(|()| Service::new(&url, folder.path()).with("TODOKEDE_DRAIN_SECONDS", "5"));
    let (callers, watchers) = (free_port(), free_port());
    let _balancer = Balancer::start(folder.path(), &configuration(&replicas, callers, watchers));
    let statistics = format!("http://127.0.0.1:{watchers}");
    replicas.iter_mut().for_each(Service::start);
    for (name, replica) in NAMES.iter().zip(&mut replicas) {
        replica.ready().await;
        balancer::sends_to(&statistics, name).await;
    }
    let entrance = format!("http://127.0.0.1:{callers}");
    let mut ledger = Ledger::open(vec![entrance], WRITERS).await.probed_at(replicas[0].url());
    (0..READERS).for_each(|_| ledger.add_reader(&PAGES));
    let silence = replace_each(&mut replicas, &ledger, &statistics).await;
    let findings = ledger.close(&Book::Postgres(url)).await;
    findings.must_be_clean("two replicas, replaced under load");
    let failed: BTreeSet<&String> = findings.failed.iter().collect();
    let (sent, count) = (findings.sent, findings.failed.len());
    println!("{sent} requests, {count} failed, longest silence while replacing {} ms", silence.as_millis());
    assert!(failed.is_empty(), "{failed:#?}");
}

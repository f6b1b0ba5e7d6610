//! The replicas of a service are replaced one after the other under load, and no request fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::balancer::{self, Balancer};
use crate::environment;
use crate::ledger::{Database, Ledger};
use crate::postgres;
use crate::service::{Service, free_port};

/// How many facilities file at the same time.
const WRITERS: usize = 8;
/// How many clients only read.
const READERS: usize = 4;
/// The paths that these clients read.
const PAGES: [&str; 3] = ["/v1/transitional-measures", "/sandbox/facilities?page_size=5", "/openapi.json"];
/// The names of the replicas in the configuration of the load balancer.
const NAMES: [&str; 2] = ["api-1", "api-2"];

/// The configuration deploy/haproxy.cfg, with addresses of this machine and without TLS. So the test proves that its
/// timeouts, health checks and retries are right.
fn configuration(replicas: &[Service; 2], api_port: u16, statistics_port: u16) -> String {
    let deployed = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/haproxy.cfg");
    let mut text = std::fs::read_to_string(deployed).unwrap();
    let bind_line = text.lines().find(|line| line.trim_start().starts_with("bind :8443")).unwrap().to_owned();
    let mut replace = |deployed: &str, here: &str| {
        assert_eq!(text.matches(deployed).count(), 1, "{deployed}");
        text = text.replace(deployed, here);
    };
    replace(&bind_line, &format!("    bind 127.0.0.1:{api_port}"));
    replace("bind :8404", &format!("bind 127.0.0.1:{statistics_port}"));
    for (name, replica) in NAMES.iter().zip(replicas) {
        replace(&format!("server {name} {name}:8080"), &format!("server {name} {}", replica.address()));
    }
    text
}

/// Replaces each replica `ROUNDS` times. Like an orchestrator, waits until the load balancer uses the new replica
/// before the next one is replaced. Returns the longest time in which no request of a writer succeeded.
async fn replace_each(replicas: &mut [Service; 2], ledger: &Ledger, statistics: &str) -> Duration {
    let rounds = environment::number("ROUNDS", 1);
    // The writers must have registered before the measurement starts.
    ledger.wait_for_progress(50).await;
    ledger.take_longest_silence();
    for _ in 0..rounds {
        for (name, replica) in NAMES.iter().zip(replicas.iter_mut()) {
            replica.stop().await;
            replica.start_and_wait().await;
            balancer::wait_until_routed(statistics, name).await;
            ledger.wait_for_progress(50).await;
        }
    }
    ledger.take_longest_silence()
}

#[actix_web::test]
async fn no_request_fails_while_replacing_replicas() {
    if !environment::has_postgres() || !environment::has_programs(&["haproxy"]) {
        return;
    }
    let _exclusive = environment::exclusive().await;
    postgres::administer("CREATE DATABASE rolling TEMPLATE template0");
    let (folder, url) = (tempfile::tempdir().unwrap(), postgres::url("rolling"));
    // The drain time is that of production.
    let mut replicas =
        [(); 2].map(|()| Service::new(&url, folder.path()).with("TODOKEDE_DRAIN_SECONDS", "5"));
    let (api_port, statistics_port) = (free_port(), free_port());
    let _balancer = Balancer::start(folder.path(), &configuration(&replicas, api_port, statistics_port));
    let statistics = format!("http://127.0.0.1:{statistics_port}");
    replicas.iter_mut().for_each(Service::start);
    for (name, replica) in NAMES.iter().zip(&mut replicas) {
        replica.wait_until_ready().await;
        balancer::wait_until_routed(&statistics, name).await;
    }
    let api_url = format!("http://127.0.0.1:{api_port}");
    let mut ledger = Ledger::open(vec![api_url], WRITERS).await.with_replica(&replicas[0].url());
    (0..READERS).for_each(|_| ledger.add_reader(&PAGES));
    let silence = replace_each(&mut replicas, &ledger, &statistics).await;
    let findings = ledger.close(&Database::Postgres(url)).await;
    findings.assert_clean("two replicas, replaced under load");
    let failed: BTreeSet<&String> = findings.failed.iter().collect();
    let (sent, count) = (findings.sent, findings.failed.len());
    println!("{sent} requests, {count} failed, longest silence while replacing {} ms", silence.as_millis());
    assert!(failed.is_empty(), "{failed:#?}");
}

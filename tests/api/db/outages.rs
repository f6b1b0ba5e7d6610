//! Requests while the PostgreSQL server is unreachable or frozen, or while a lock blocks them.

use std::time::Duration;

use futures_util::future::join_all;
use todokede::boot;
use todokede::db::engine::migrations;

use crate::support::database::{TestDatabase, execute, source};
use crate::support::postgres::administer;
use crate::support::{FacilityClient, TestApp, forms, production};

const PATH: &str = "/v1/declarations";

/// Files with the same key until the answer is not 503, and returns its status.
async fn file_with_retries(clinic: &FacilityClient) -> u16 {
    for _ in 0..40 {
        let reply = clinic.file_with_key(PATH, &forms::no_network(), "outage").await;
        if reply.status != 503 {
            return reply.status;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    503
}

#[apply(on_postgres)]
async fn a_server_that_was_unreachable_is_used_again_without_a_restart() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let name = app.database.name();
    administer(&format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ));
    let filed = clinic.file_with_key(PATH, &forms::no_network(), "outage").await;
    filed.assert_problem(503, "UNAVAILABLE");
    assert!((2..=6).contains(&filed.header("retry-after").parse().unwrap()));
    assert_eq!(filed.body["retryable"], true);
    assert_eq!(clinic.get("/v1/account").await.status, 503);
    assert_eq!(app.anonymous().get("/readyz").await.status, 503);
    app.anonymous().get("/livez").await.assert_status(200);
    administer(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"));
    assert_eq!(file_with_retries(&clinic).await, 201);
    assert_eq!(app.rows("declarations").count(), 1);
    // The result of a readiness check is reused for a second.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    app.anonymous().get("/readyz").await.assert_status(200);
}

#[apply(on_postgres)]
async fn requests_that_wait_for_a_lock_are_refused_in_bounded_time_and_later_ones_succeed() {
    let app = TestApp::start_with(&[("TODOKEDE_DATABASE_POOL", "2")]).await;
    let clinic = app.clinic().await;
    let mut holder = app.database.connect();
    execute(&mut holder, "BEGIN; LOCK TABLE declarations IN ACCESS EXCLUSIVE MODE").unwrap();
    let form = forms::no_network();
    let filings = ["a", "b", "c", "d", "e", "f"].map(|key| clinic.file_with_key(PATH, &form, key));
    let replies = tokio::time::timeout(Duration::from_secs(30), join_all(filings)).await.unwrap();
    for reply in replies {
        assert_eq!(reply.status, 503, "{}", reply.text);
        assert!(
            ["UNAVAILABLE", "OVERLOADED"].contains(&reply.body["code"].as_str().unwrap()),
            "{}",
            reply.text
        );
    }
    execute(&mut holder, "ROLLBACK").unwrap();
    assert_eq!(file_with_retries(&clinic).await, 201);
    assert_eq!(app.rows("declarations").count(), 1);
}

#[apply(on_postgres)]
async fn a_production_service_that_starts_before_its_database_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    migrations::run(&source(database.url())).unwrap();
    let name = database.name();
    administer(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
    let settings = production::settings(folder.path(), &database, &[]);
    let opening = tokio::task::spawn_blocking(move || boot::open(settings));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!opening.is_finished());
    administer(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"));
    opening.await.unwrap().unwrap();
}

#[apply(on_postgres)]
async fn connections_to_a_frozen_server_are_replaced_by_new_ones() {
    let (app, proxy) = TestApp::start_behind_proxy("4").await;
    let clinic = app.clinic().await;
    proxy.freeze_connections();
    let replies: Vec<_> = join_all((0..8).map(|_| clinic.get("/v1/account"))).await;
    assert!(replies.iter().all(|reply| reply.status == 503));
    assert_eq!(file_with_retries(&clinic).await, 201);
    clinic.get("/v1/account").await.assert_status(200);
    assert_eq!(app.rows("declarations").count(), 1);
}

#[apply(on_postgres)]
async fn connections_whose_commits_got_no_answer_are_replaced_by_new_ones() {
    let (app, proxy) = TestApp::start_behind_proxy("4").await;
    let mut clinics = Vec::new();
    for _ in 0..6 {
        clinics.push(app.clinic().await);
    }
    proxy.hold_back_commits(true);
    let form = forms::no_network();
    let replies = join_all(clinics.iter().map(|clinic| clinic.file(PATH, &form))).await;
    assert!(replies.iter().all(|reply| reply.status == 503));
    proxy.hold_back_commits(false);
    assert_eq!(file_with_retries(&clinics[0]).await, 201);
    assert_eq!(app.rows("declarations").count(), 1);
}

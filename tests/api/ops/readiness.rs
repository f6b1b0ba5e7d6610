//! `/readyz` of the API says only whether the service is ready; on the operator's port it shows each part and what waits.
//! Frequent probes do not cause more checks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use todokede::domain::values::lang::Lang;

use crate::support::database::TestDatabase;
use crate::support::production::{Production, eventually};
use crate::support::{BlockingJobs, Client, Disk, POOL_OF_SIX, Reply, StandbySetting, TestApp, forms};

const OPERATOR: (&str, &str) = ("TODOKEDE_METRICS_LISTEN", "127.0.0.1:0");

/// The names of the parts that fail.
fn failing(reply: &Reply) -> Vec<&str> {
    let checks = reply.body["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["passes"] == false).map(|check| check["part"].as_str().unwrap()).collect()
}

/// The measured value of a part.
fn measured(reply: &Reply, part: &str) -> Value {
    let checks = reply.body["checks"].as_array().unwrap();
    checks.iter().find(|check| check["part"] == part).unwrap()["measured"].clone()
}

/// Reads `/readyz` on the operator's port, and asserts that the API gives the same status.
async fn readiness(app: &TestApp) -> Reply {
    let operator = Client::new(format!("http://{}", app.running.metrics_address().unwrap()), Lang::En);
    let reply = operator.get("/readyz").await;
    let public = app.anonymous().get("/readyz").await;
    if reply.status == 200 {
        assert_eq!(public.assert_status(200).body, json!({ "status": "ready" }));
    } else {
        public.assert_problem(503, "NOT_READY");
        assert!(public.body.get("checks").is_none(), "{}", public.text);
        assert!(!public.header("retry-after").is_empty());
        assert_eq!((reply.status, &reply.body["status"]), (503, &json!("not ready")));
    }
    reply
}

/// The same, after the time for which the result of an earlier check is reused.
async fn fresh_readiness(app: &TestApp) -> Reply {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    readiness(app).await
}

#[apply(on_both_databases)]
async fn a_service_that_is_ready_shows_the_operator_what_it_checked() {
    let app = TestApp::start_with(&[OPERATOR]).await;
    let reply = readiness(&app).await.assert_status(200);
    assert_eq!(reply.body["status"], "ready");
    assert_eq!(failing(&reply), Vec::<&str>::new());
    for part in ["migrations", "outbox", "link requests"] {
        assert_eq!(measured(&reply, part), 0, "{part}");
    }
    assert!(measured(&reply, "disk of uploads").as_i64().unwrap() > 0);
}

#[apply(on_both_databases)]
async fn what_waits_is_shown_to_the_operator_and_to_nobody_else() {
    // No mail server answers, so mails wait.
    let production = Production::start_with(&[OPERATOR]).await;
    let operator = Client::new(format!("http://{}", production.running.metrics_address().unwrap()), Lang::En);
    let waits = async |mails: i64, link_requests: i64| {
        eventually("what waits", || async {
            let reply = operator.get("/readyz").await.assert_status(200);
            (&reply.body["mails_waiting"], &reply.body["link_requests_waiting"])
                == (&json!(mails), &json!(link_requests))
        })
        .await;
    };
    let public = async || production.anonymous().get("/readyz").await.assert_status(200).text;
    let request = async |email: &str| {
        let form = json!({ "email": email });
        production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    };
    waits(0, 0).await;
    let nothing_waits = public().await;
    request("a@clinic.example").await;
    waits(1, 0).await;
    production.database.add_failing_trigger("links", "BEFORE INSERT", "1 = 1");
    request("b@clinic.example").await;
    waits(1, 1).await;
    assert_eq!(public().await, nothing_waits);
    production.database.drop_failing_trigger("links");
    waits(2, 0).await;
    assert_eq!(public().await, nothing_waits);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_service_with_a_full_disk_is_not_ready_but_still_answers() {
    let app = TestApp::start_with(&[OPERATOR, ("TODOKEDE_DISK_FLOOR_MIB", "1000000000")]).await;
    let reply = readiness(&app).await.assert_status(503);
    assert!(failing(&reply).contains(&"disk of uploads"), "{}", reply.text);
    assert!(failing(&reply).iter().all(|part| part.starts_with("disk of ")), "{}", reply.text);
    app.anonymous().get("/livez").await.assert_status(200);
    app.anonymous().get("/v1/support").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_schema_one_step_ahead_is_accepted_and_any_other_difference_is_not() {
    let app = TestApp::start_with(&[OPERATOR]).await;
    let insert = |version: &str| {
        app.database
            .execute(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
    };
    insert("20990101000000");
    let reply = fresh_readiness(&app).await.assert_status(200);
    assert_eq!(measured(&reply, "migrations"), 1);
    insert("20990102000000");
    let reply = fresh_readiness(&app).await;
    assert_eq!(failing(&reply), ["migrations"]);
    app.database.execute("DELETE FROM __diesel_schema_migrations WHERE version LIKE '2099%'");
    fresh_readiness(&app).await.assert_status(200);
    app.database.execute("DELETE FROM __diesel_schema_migrations");
    let reply = fresh_readiness(&app).await;
    assert_eq!(failing(&reply), ["migrations"]);
}

#[apply(on_both_databases)]
async fn a_service_is_not_ready_while_its_database_accepts_no_writes() {
    let app = TestApp::start_with(&[OPERATOR, POOL_OF_SIX]).await;
    let blocking_jobs = BlockingJobs::block_writes(&app).await;
    let reply = readiness(&app).await;
    assert!(failing(&reply).contains(&"database"), "{}", reply.text);
    drop(blocking_jobs);
    fresh_readiness(&app).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_hundred_probes_cause_one_check_of_the_database() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let load = app.running.state.database.load();
    let before = load.reads.served();
    let started = std::time::Instant::now();
    for _ in 0..100 {
        client.get("/readyz").await.assert_status(200);
    }
    let checks = load.reads.served() - before;
    assert!(checks <= 1 + started.elapsed().as_secs(), "{checks} checks");
}

#[apply(on_sqlite)]
async fn a_database_file_that_is_moved_away_is_noticed_and_is_used_again_once_it_is_back() {
    let app = TestApp::start_with(&[OPERATOR]).await;
    let clinic = app.clinic().await;
    app.anonymous().get("/readyz").await.assert_status(200);
    let [file, elsewhere] = ["todokede.sqlite3", "elsewhere"].map(|name| app.folder().join(name));
    std::fs::rename(&file, &elsewhere).unwrap();
    clinic
        .file_with_key("/v1/declarations", &forms::no_network(), "gone")
        .await
        .assert_problem(503, "UNAVAILABLE");
    clinic.get("/v1/account").await.assert_problem(503, "UNAVAILABLE");
    let reply = fresh_readiness(&app).await;
    assert!(failing(&reply).contains(&"database"), "{}", reply.text);
    app.anonymous().get("/livez").await.assert_status(200);
    std::fs::rename(&elsewhere, &file).unwrap();
    clinic.file_with_key("/v1/declarations", &forms::no_network(), "gone").await.assert_status(201);
    fresh_readiness(&app).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_service_whose_reads_are_all_busy_is_still_ready() {
    let app = TestApp::start_with(&[POOL_OF_SIX]).await;
    let blocking_jobs = BlockingJobs::block_reads(&app).await;
    app.anonymous().get("/readyz").await.assert_status(200);
    drop(blocking_jobs);
}

#[apply(on_both_databases)]
async fn while_a_disk_is_read_only_attachments_are_refused_and_the_service_is_not_ready() {
    let Some(disk) = Disk::mount() else { return };
    let app = TestApp::start_with(&[OPERATOR, ("TODOKEDE_UPLOADS_DIR", disk.path().to_str().unwrap())]).await;
    let clinic = app.clinic().await;
    let stored = clinic.attach(&forms::pdf()).await;
    let announced = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    disk.make_read_only();
    let sent = forms::send_content(&clinic, id, &forms::pdf()).await;
    sent.assert_problem(503, "UNAVAILABLE");
    assert!(sent.body["retryable"] == true && !sent.header("retry-after").is_empty(), "{}", sent.text);
    clinic.get(&format!("/v1/uploads/{stored}/content")).await.assert_status(200);
    let reply = fresh_readiness(&app).await;
    assert_eq!(failing(&reply), ["disk of uploads"]);
    disk.make_writable();
    forms::send_content(&clinic, id, &forms::pdf()).await.assert_status(200);
    fresh_readiness(&app).await.assert_status(200);
}

/// Reads `/readyz` several times until the answer has this status.
async fn wait_for_readiness(app: &TestApp, status: u16) -> Reply {
    for _ in 0..10 {
        let reply = fresh_readiness(app).await;
        if reply.status == status {
            return reply;
        }
    }
    fresh_readiness(app).await.assert_status(status)
}

#[apply(on_postgres)]
async fn a_service_is_not_ready_while_commits_wait_for_a_missing_standby() {
    let folder = tempfile::tempdir().unwrap();
    let database = Arc::new(TestDatabase::migrated(folder.path()));
    let standby = StandbySetting::enable_for(&database).await;
    let app = TestApp::start_on_data(folder, database, &[OPERATOR]).await;
    app.anonymous().get("/readyz").await.assert_status(200);
    standby.require_missing_standby().await;
    let reply = wait_for_readiness(&app, 503).await;
    assert_eq!(failing(&reply), ["database"], "the other checks only read, so they pass");
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let started = Instant::now();
        app.anonymous().get("/readyz").await.assert_problem(503, "NOT_READY");
        quickest = quickest.min(started.elapsed());
    }
    assert!(
        quickest < Duration::from_secs(2),
        "the check waits for a commit that is known to hang: {quickest:?}"
    );
    // Autovacuum also commits to this database and waits. So only connections of clients are counted.
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event = 'SyncRep' AND backend_type = 'client backend'";
    assert_eq!(app.count(waiting), 1, "no second commit is tried while the first one hangs");
    app.anonymous().get("/livez").await.assert_status(200);
    standby.require_no_standby();
    wait_for_readiness(&app, 200).await;
    assert_eq!(app.count(waiting), 0);
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
}

//! The malware scanner examines a file after it has arrived. Filings never wait for it, and nobody can download a
//! content before it was examined.

use std::path::Path;

use chrono::Duration;
use serde_json::{Value, json};
use tempfile::TempDir;
use todokede::db::engine::Conn;
use todokede::db::engine::writer::Mode;
use todokede::db::store::filings::scans::{self, WaitingScan};
use todokede::domain::filings::uploads::UploadStatus;
use todokede::domain::values::ids::{AccountId, UploadId};
use todokede::security::scanner::ScanResult;
use todokede::usecases::actor::SYSTEM;
use todokede::usecases::filings::uploads;
use todokede::usecases::work::{Call, Work};

use crate::support::prerequisites::skip;
use crate::support::production::eventually;
use crate::support::scanner::{Answer, Clamd, StandInScanner, address_in, crashing_pdf, infected_pdf};
use crate::support::{FacilityClient, TestApp, forms, reasons};

/// Starts a service whose scanner listens in a folder, whether or not it runs.
async fn start(folder: &TempDir) -> TestApp {
    TestApp::start_with(&[("TODOKEDE_SCANNER", &address_in(folder.path()))]).await
}

async fn status(clinic: &FacilityClient, id: &str) -> Value {
    clinic.get(&format!("/v1/uploads/{id}")).await.assert_status(200).body["status"].clone()
}

async fn until_status(clinic: &FacilityClient, id: &str, expected: &str) {
    eventually(expected, || async { status(clinic, id).await == expected }).await;
}

/// The scan of an upload, as a worker claims it.
async fn waiting_scan(clinic: &FacilityClient, upload: &str) -> WaitingScan {
    let account = clinic.get("/v1/account").await.body["id"].as_str().unwrap().to_owned();
    WaitingScan {
        upload_id: UploadId::parse(upload).unwrap(),
        account_id: AccountId::parse(&account).unwrap(),
        account,
        attempts: 0,
        is_refused: false,
    }
}

/// How many files are on disk.
fn files_on_disk(app: &TestApp) -> usize {
    let count = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let folders = std::fs::read_dir(app.folder().join("uploads")).unwrap();
    folders.map(|folder| count(&folder.unwrap().path())).sum()
}

fn declaration(attachment: &str) -> Value {
    reasons::system("2023-02-01", "2023-08", "").declaration(attachment)
}

#[apply(on_both_databases)]
async fn a_content_can_be_attached_at_once_and_downloaded_when_the_scanner_has_found_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&forms::pdf()).await;
    let path = format!("/v1/uploads/{id}");
    let waiting = clinic.get(&path).await.assert_status(200).body;
    assert_eq!(waiting["status"], "SCANNING");
    assert!(waiting["received_at"].is_string(), "{waiting}");
    for absent in ["stored_at", "refused_at", "expires_at"] {
        assert_eq!(waiting.get(absent), None);
    }
    clinic.get(&format!("{path}/content")).await.assert_problem(409, "UPLOAD_SCANNING");
    let again = forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
    assert_eq!(again.body, waiting, "a repetition changes nothing");
    let filed = clinic.file("/v1/declarations", &declaration(&id)).await.assert_status(201);
    assert_eq!(filed.body["attachment_ids"], json!([id]));
    // Longer than an announcement lives.
    app.advance(Duration::hours(25));
    let clinic = clinic.log_in_again(&app).await;
    assert_eq!(status(&clinic, &id).await, "SCANNING");

    let _scanner = StandInScanner::start(folder.path());
    until_status(&clinic, &id, "STORED").await;
    let content = clinic.get(&format!("{path}/content")).await.assert_status(200);
    assert_eq!(content.text.as_bytes(), forms::pdf());
    assert!(clinic.get(&path).await.body["stored_at"].is_string());
    assert_eq!(app.rows("scans").count(), 0);
}

#[apply(on_both_databases)]
async fn a_refused_content_is_deleted_its_sender_is_mailed_and_a_declaration_with_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&infected_pdf()).await;
    let path = format!("/v1/uploads/{id}");
    let filed = clinic.file("/v1/declarations", &declaration(&id)).await.assert_status(201);

    let _scanner = StandInScanner::start(folder.path());
    until_status(&clinic, &id, "REFUSED").await;
    eventually("an empty queue", || async { app.rows("scans").count() == 0 }).await;
    assert_eq!(files_on_disk(&app), 0);
    let refused = clinic.get(&path).await.body;
    assert!(refused["refused_at"].is_string() && refused.get("stored_at").is_none(), "{refused}");
    clinic.get(&format!("{path}/content")).await.assert_problem(409, "UPLOAD_REFUSED");
    forms::send_content(&clinic, &id, &infected_pdf()).await.assert_problem(409, "UPLOAD_REFUSED");
    assert_eq!(files_on_disk(&app), 0);

    let mails = app.mails(&clinic.email, "UPLOAD_REFUSED").await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("契約書（写し）.pdf"), "{text}");
    let logged = app.rows("audit_log").with("action", "upload.refused").with("actor", "system");
    assert_eq!(
        logged.with("subject", &id).containing("CAST(details AS text)", "Stand-In-Signature").count(),
        1
    );

    let declaration_path = filed.header("location");
    let kept = clinic.get(declaration_path).await.assert_status(200);
    assert_eq!(kept.body, filed.body, "the declaration stays as it was filed");
    let again = clinic.put(declaration_path, &declaration(&id), kept.header("etag")).await;
    again.assert_faults(&[("/attachment_ids/0", "ATTACHMENT_REFUSED")]);
    let replacement = clinic.attach(&forms::pdf()).await;
    clinic.put(declaration_path, &declaration(&replacement), kept.header("etag")).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn an_unclear_answer_releases_nothing_and_delays_only_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = StandInScanner::start(folder.path());
    let app = start(&folder).await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    scanner.answer(Answer::Text("stream: Can't allocate memory ERROR"));
    let id = clinic.attach(&forms::pdf()).await;
    eventually("a failed attempt", || async { app.rows("scans").with("attempts", 0).count() == 0 }).await;
    assert_eq!(status(&clinic, &id).await, "SCANNING");
    scanner.answer(Answer::Honest);
    // The first file waits longer than this one.
    app.rows("scans").set_instant("next_attempt_at", app.now() + Duration::hours(1));
    let later = other.attach(&forms::pdf()).await;
    until_status(&other, &later, "STORED").await;
    assert_eq!(status(&clinic, &id).await, "SCANNING");
    app.advance(Duration::hours(1));
    let clinic = clinic.log_in_again(&app).await;
    until_status(&clinic, &id, "STORED").await;
}

#[apply(on_both_databases)]
async fn contents_wait_while_the_scanner_is_down_and_none_of_them_counts_as_failed() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(clinic.attach(&forms::pdf()).await);
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    // An outage is no fault of a file, so its next attempt is not delayed.
    assert_eq!(app.rows("scans").with("attempts", 0).count(), 3);
    let scanner = StandInScanner::start(folder.path());
    for id in ids {
        until_status(&clinic, &id, "STORED").await;
    }
    assert_eq!(scanner.scans(), 3);
}

#[apply(on_both_databases)]
async fn files_on_which_the_scanner_crashes_do_not_stop_those_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let _scanner = StandInScanner::start(folder.path());
    let app = start(&folder).await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    let mut crashing = Vec::new();
    for _ in 0..8 {
        crashing.push(clinic.attach(&crashing_pdf()).await);
    }
    let id = other.attach(&forms::pdf()).await;
    until_status(&other, &id, "STORED").await;
    eventually("a failed attempt for each", || async { app.rows("scans").with("attempts", 0).count() == 0 })
        .await;
    for id in crashing {
        assert_eq!(status(&clinic, &id).await, "SCANNING");
    }
}

#[apply(on_both_databases)]
async fn contents_that_waited_are_scanned_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let (clean, infected) = (clinic.attach(&forms::pdf()).await, clinic.attach(&infected_pdf()).await);
    let app = app.restart(&[("TODOKEDE_SCANNER", &address_in(folder.path()))]).await;
    let clinic = clinic.log_in_again(&app).await;
    let _scanner = StandInScanner::start(folder.path());
    until_status(&clinic, &clean, "STORED").await;
    until_status(&clinic, &infected, "REFUSED").await;
    eventually("an empty queue", || async { app.rows("scans").count() == 0 }).await;
}

#[apply(on_both_databases)]
async fn a_refused_content_that_a_killed_process_did_not_delete_is_deleted_without_another_scan() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = StandInScanner::start(folder.path());
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&infected_pdf()).await;
    app.rows("uploads").set_null("stored_at");
    app.rows("uploads").set_instant("refused_at", app.now());
    let scan = waiting_scan(&clinic, &id).await;
    let (database, now) = (&app.running.state.database, app.now());
    let insert = move |conn: &mut Conn| scans::insert(conn, scan.upload_id, scan.account_id, now);
    database.write(Mode::Commit, insert).await.unwrap();
    assert_eq!(files_on_disk(&app), 1);

    let app = app.restart(&[("TODOKEDE_SCANNER", &address_in(folder.path()))]).await;
    eventually("an empty queue", || async { app.rows("scans").count() == 0 }).await;
    assert_eq!((files_on_disk(&app), scanner.scans()), (0, 0));
    assert_eq!(status(&clinic.log_in_again(&app).await, &id).await, "REFUSED");
}

#[apply(on_both_databases)]
async fn a_result_counts_once_even_if_two_workers_have_scanned_the_content() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&infected_pdf()).await;
    let scan = waiting_scan(&clinic, &id).await;
    let conclude = |result: ScanResult| {
        let (call, policy) = (Call::internal(app.now()), app.running.state.policy.clone());
        let scan = scan.clone();
        app.running.state.database.write(Mode::Commit, move |conn| {
            uploads::conclude_scan(&mut Work::new(conn, &call, &SYSTEM, &policy), &scan, &result)
        })
    };
    let malware = || conclude(ScanResult::Malware("Signature".to_owned()));
    let results = futures_util::future::join_all((0..4).map(|_| malware())).await;
    assert_eq!(results.into_iter().filter(|concluded| concluded.as_ref().unwrap().is_new).count(), 1);
    let late = conclude(ScanResult::Clean).await.unwrap();
    assert_eq!((late.status, late.is_new), (UploadStatus::Refused, false), "it is never released");
    assert_eq!(status(&clinic, &id).await, "REFUSED");
    assert_eq!(app.mails(&clinic.email, "UPLOAD_REFUSED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn refused_files_count_towards_the_quota_for_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&folder).await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&infected_pdf()).await;
    let _scanner = StandInScanner::start(folder.path());
    until_status(&clinic, &id, "REFUSED").await;
    let announce =
        async |clinic: &FacilityClient| clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await;
    for _ in 0..99 {
        announce(&clinic).await.assert_status(201);
    }
    announce(&clinic).await.assert_problem(409, "UPLOAD_QUOTA");
    // The announcements are a little younger.
    app.rows("uploads").with_non_null("refused_at").set_instant("expires_at", app.now());
    announce(&clinic).await.assert_status(201);
    assert_eq!(status(&clinic, &id).await, "REFUSED");
}

#[apply(on_sqlite)]
async fn clamd_finds_malware_and_a_file_longer_than_its_limit_waits() {
    let (Some(clamd), Some(limited)) = (Clamd::start("10M"), Clamd::start("1K")) else {
        return skip("there is no clamd");
    };
    let app = TestApp::start_with(&[("TODOKEDE_SCANNER", &clamd.address())]).await;
    let clinic = app.clinic().await;
    let (clean, infected) = (clinic.attach(&forms::pdf()).await, clinic.attach(&infected_pdf()).await);
    let largest = clinic.attach(&forms::pdf_of_size(10 << 20)).await;
    until_status(&clinic, &clean, "STORED").await;
    until_status(&clinic, &infected, "REFUSED").await;
    until_status(&clinic, &largest, "STORED").await;

    let app = app.restart(&[("TODOKEDE_SCANNER", &limited.address())]).await;
    let clinic = clinic.log_in_again(&app).await;
    let long = clinic.attach(&forms::pdf_of_size(100_000)).await;
    eventually("a failed attempt", || async { app.rows("scans").with("attempts", 0).count() == 0 }).await;
    assert_eq!(status(&clinic, &long).await, "SCANNING");
    clinic.file("/v1/declarations", &declaration(&long)).await.assert_status(201);
}

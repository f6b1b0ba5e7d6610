//! Attachments: the announcement, the transfer of the content, the storage and the download.

use std::path::{Path, PathBuf};

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{FacilityClient, PASSWORD, RawConnection, Reply, TestApp, forms};

/// Announces a PDF and returns the upload's id.
async fn announce(clinic: &FacilityClient) -> String {
    let reply = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    reply.body["id"].as_str().unwrap().to_owned()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[apply(on_both_databases)]
async fn a_file_is_announced_sent_and_returned_byte_for_byte_as_an_attachment() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let announced = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    let id = announced.body["id"].as_str().unwrap();
    let path = format!("/v1/uploads/{id}");
    assert_eq!(announced.header("location"), path);
    assert_eq!(announced.body["status"], "ANNOUNCED");
    assert_eq!(announced.body.get("stored_at"), None);
    assert_eq!(announced.body["size_bytes"], forms::pdf().len());
    assert!(
        announced.body["expires_at"].as_str().unwrap().starts_with("2023-02-03T01:00:"),
        "{}",
        announced.text
    );
    assert_eq!(clinic.get(&path).await.assert_status(200).body, announced.body);
    clinic.get(&format!("{path}/content")).await.assert_problem(409, "UPLOAD_INCOMPLETE");

    let stored = forms::send_content(&clinic, id, &forms::pdf()).await.assert_status(200);
    assert_eq!((&stored.body["status"], stored.body.get("expires_at")), (&json!("STORED"), None));
    assert_eq!(clinic.get(&path).await.assert_status(200).body, stored.body);
    let content = clinic.get(&format!("{path}/content")).await.assert_status(200);
    assert_eq!(content.text.as_bytes(), forms::pdf());
    assert_eq!(content.header("content-type"), "application/octet-stream");
    assert_eq!(content.header("x-content-type-options"), "nosniff");
    assert_eq!(content.header("cache-control"), "no-store");
    let disposition = content.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename*=UTF-8''%E5%A5%91%E7%B4%84%E6%9B%B8"),
        "{disposition}"
    );
    assert!(content.header("content-security-policy").contains("sandbox"));
}

#[apply(on_both_databases)]
async fn jpeg_png_and_files_of_ten_mebibytes_are_accepted() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut largest = forms::pdf();
    largest.resize(10 * 1024 * 1024, 0);
    for (media_type, content) in
        [("image/jpeg", forms::jpeg()), ("image/png", forms::png(9_921, 7_016)), ("application/pdf", largest)]
    {
        let form = forms::upload_as(media_type, &content);
        let announced = clinic.post("/v1/uploads", &form).await.assert_status(201);
        let id = announced.body["id"].as_str().unwrap().to_owned();
        let digest = forms::digest(&content);
        let reply =
            send(&clinic, &id, "application/octet-stream", &digest, content.clone()).await.assert_status(200);
        assert_eq!(reply.body["media_type"], media_type);
        let request = clinic.request(reqwest::Method::GET, &format!("/v1/uploads/{id}/content"));
        assert_eq!(request.send().await.unwrap().bytes().await.unwrap(), content);
    }
}

async fn send(clinic: &FacilityClient, id: &str, media_type: &str, digest: &str, content: Vec<u8>) -> Reply {
    let request = clinic.request(reqwest::Method::PUT, &format!("/v1/uploads/{id}/content"));
    let request = request.header("Content-Type", media_type).header("Content-Digest", digest);
    crate::support::send(request.body(content)).await
}

#[apply(on_both_databases)]
async fn sending_the_same_bytes_again_changes_nothing_and_other_bytes_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = announce(&clinic).await;
    let first = forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
    app.advance(Duration::minutes(5));
    let again = forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
    assert_eq!(again.body, first.body);
    let other = forms::pdf().iter().rev().copied().collect::<Vec<u8>>();
    forms::send_content(&clinic, &id, &other).await.assert_problem(422, "CONTENT_MISMATCH");
    assert_eq!(clinic.get(&format!("/v1/uploads/{id}/content")).await.text.as_bytes(), forms::pdf());
}

#[apply(on_both_databases)]
async fn sending_the_same_bytes_many_times_at_once_leaves_exactly_one_file() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = announce(&clinic).await;
    let pdf = forms::pdf();
    let all = futures_util::future::join_all((0..8).map(|_| forms::send_content(&clinic, &id, &pdf))).await;
    assert!(all.iter().all(|reply| reply.status == 200));
    let found = files(&app.folder().join("uploads"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].file_name().unwrap().to_str().unwrap(), id);
    assert_eq!(std::fs::read(&found[0]).unwrap(), pdf);
}

#[apply(on_both_databases)]
async fn an_announcement_expires_after_an_hour_and_a_stored_file_does_not() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (stored, unsent) = (clinic.attach(&forms::pdf()).await, announce(&clinic).await);
    app.advance(Duration::hours(1) - Duration::minutes(1));
    let clinic = clinic.log_in_again(&app).await;
    clinic.get(&format!("/v1/uploads/{unsent}")).await.assert_status(200);
    app.advance(Duration::minutes(1));
    clinic.get(&format!("/v1/uploads/{unsent}")).await.assert_problem(404, "NOT_FOUND");
    clinic.get(&format!("/v1/uploads/{unsent}/content")).await.assert_problem(404, "NOT_FOUND");
    forms::send_content(&clinic, &unsent, &forms::pdf()).await.assert_problem(404, "NOT_FOUND");
    clinic.get(&format!("/v1/uploads/{stored}")).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn files_and_announcements_survive_a_restart() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (id, waiting) = (clinic.attach(&forms::pdf()).await, announce(&clinic).await);
    let app = app.restart(&[]).await;
    let clinic = clinic.log_in_again(&app).await;
    let content = clinic.get(&format!("/v1/uploads/{id}/content")).await.assert_status(200);
    assert_eq!(content.text.as_bytes(), forms::pdf());
    forms::send_content(&clinic, &waiting, &forms::pdf()).await.assert_status(200);
    assert_eq!(files(&app.folder().join("uploads")).len(), 2);
}

#[apply(on_both_databases)]
async fn a_file_of_another_account_is_not_found() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    for id in [clinic.attach(&forms::pdf()).await, announce(&clinic).await] {
        other.get(&format!("/v1/uploads/{id}")).await.assert_problem(404, "NOT_FOUND");
        other.get(&format!("/v1/uploads/{id}/content")).await.assert_problem(404, "NOT_FOUND");
        forms::send_content(&other, &id, &forms::pdf()).await.assert_problem(404, "NOT_FOUND");
        let anonymous = app.anonymous();
        anonymous.get(&format!("/v1/uploads/{id}")).await.assert_problem(401, "TOKEN_MISSING");
        anonymous.get(&format!("/v1/uploads/{id}/content")).await.assert_problem(401, "TOKEN_MISSING");
    }
    for id in ["upl_", "dcl_00000000000000000000000000", "..%2F..%2Ftodokede.sqlite3"] {
        other.get(&format!("/v1/uploads/{id}/content")).await.assert_problem(404, "NOT_FOUND");
    }
}

#[apply(on_both_databases)]
async fn an_account_may_have_a_hundred_files_and_three_hundred_mebibytes() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    for _ in 0..100 {
        announce(&clinic).await;
    }
    clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_problem(409, "UPLOAD_QUOTA");
    announce(&other).await;

    let large = |bytes: u64| -> Value {
        let mut form = forms::upload(&forms::pdf());
        form["size_bytes"] = json!(bytes);
        form
    };
    let pharmacy = app.pharmacy().await;
    for _ in 0..30 {
        pharmacy.post("/v1/uploads", &large(10 * 1024 * 1024)).await.assert_status(201);
    }
    pharmacy.post("/v1/uploads", &large(1)).await.assert_problem(409, "UPLOAD_QUOTA");
}

#[apply(on_both_databases)]
async fn an_announcement_is_made_once_per_key() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::upload(&forms::pdf());
    let first = clinic.file_with_key("/v1/uploads", &form, "k").await.assert_status(201);
    let again = clinic.file_with_key("/v1/uploads", &form, "k").await.assert_status(201);
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), "true"));
    clinic
        .file_with_key("/v1/uploads", &forms::upload(b"%PDF-2"), "k")
        .await
        .assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.rows("uploads").count(), 1);
}

#[apply(on_both_databases)]
async fn a_file_that_was_damaged_on_disk_is_not_returned() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&forms::pdf()).await;
    let path = format!("/v1/uploads/{id}/content");
    clinic.get(&path).await.assert_status(200);
    let stored = files(&app.folder().join("uploads"));
    assert_eq!(stored.len(), 1);
    std::fs::write(&stored[0], "%PDF").unwrap();
    clinic.get(&path).await.assert_problem(500, "INTERNAL");
}

#[apply(on_both_databases)]
async fn an_unusable_folder_is_a_temporary_failure_and_a_missing_file_is_an_internal_error() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let stored = format!("/v1/uploads/{}/content", clinic.attach(&forms::pdf()).await);
    let id = announce(&clinic).await;
    let [folder, elsewhere] = ["uploads", "elsewhere"].map(|name| app.folder().join(name));
    std::fs::rename(&folder, &elsewhere).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    for reply in [forms::send_content(&clinic, &id, &forms::pdf()).await, clinic.get(&stored).await] {
        reply.assert_problem(503, "UNAVAILABLE");
        assert!(reply.body["retryable"] == true && !reply.header("retry-after").is_empty(), "{}", reply.text);
        assert!(!reply.text.contains("uploads:"), "the reason belongs in the log only: {}", reply.text);
    }
    std::fs::remove_file(&folder).unwrap();
    clinic.get(&stored).await.assert_problem(500, "INTERNAL");
    std::fs::rename(&elsewhere, &folder).unwrap();
    forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
    clinic.get(&stored).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_partly_written_file_is_removed_after_a_day() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let stored = format!("/v1/uploads/{}/content", clinic.attach(&forms::pdf()).await);
    let whole = files(&app.folder().join("uploads")).pop().unwrap();
    let [old, recent] =
        ["part-0123456789abcdef", "part-fedcba9876543210"].map(|extension| whole.with_extension(extension));
    for file in [&old, &recent] {
        std::fs::write(file, "half of a contract").unwrap();
    }
    for file in [&old, &whole] {
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().append(true).open(file).unwrap().set_modified(long_ago).unwrap();
    }
    let app = app.restart(&[]).await;
    for _ in 0..100 {
        if !old.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!old.exists() && recent.exists());
    let clinic = FacilityClient::log_in(&app, &clinic.email, PASSWORD, clinic.facility_code.clone()).await;
    clinic.get(&stored).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_file_that_no_declaration_has_can_be_deleted_with_its_content() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    let (announced, stored) = (announce(&clinic).await, clinic.attach(&forms::pdf()).await);
    for id in [&announced, &stored] {
        let path = format!("/v1/uploads/{id}");
        other.delete(&path).await.assert_problem(404, "NOT_FOUND");
        app.anonymous().delete(&path).await.assert_problem(401, "TOKEN_MISSING");
        clinic.delete(&path).await.assert_status(204);
        clinic.delete(&path).await.assert_problem(404, "NOT_FOUND");
        clinic.get(&path).await.assert_problem(404, "NOT_FOUND");
        forms::send_content(&clinic, id, &forms::pdf()).await.assert_problem(404, "NOT_FOUND");
    }
    assert_eq!(files(&app.folder().join("uploads")), Vec::<PathBuf>::new());
}

#[apply(on_both_databases)]
async fn content_whose_upload_is_deleted_while_it_arrives_is_not_kept() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (id, content) = (announce(&clinic).await, forms::pdf());
    let mut connection = RawConnection::open(app.running.address).await;
    let head = format!(
        "PUT /v1/uploads/{id}/content HTTP/1.1\r\nHost: todokede.test\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/pdf\r\nContent-Digest: {}\r\nContent-Length: {}\r\n\r\n",
        clinic.token(),
        forms::digest(&content),
        content.len()
    );
    connection.send(&head).await;
    connection.send_bytes(&content[..20]).await;
    // The handler has found the upload and waits for the rest.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    clinic.delete(&format!("/v1/uploads/{id}")).await.assert_status(204);
    connection.send_bytes(&content[20..]).await;
    let answer = connection.read_response().await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert_eq!(files(&app.folder().join("uploads")), Vec::<PathBuf>::new());
}

#[apply(on_both_databases)]
async fn a_file_of_a_declaration_or_of_its_former_revision_is_kept() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let (first, second) = (clinic.attach(&forms::pdf()).await, clinic.attach(&forms::pdf()).await);
    let reason = crate::support::reasons::all().into_iter().find(|reason| reason.needs_attachment).unwrap();
    let filed = clinic.file("/v1/declarations", &reason.declaration(&first)).await.assert_status(201);
    let corrected = clinic.put(filed.header("location"), &reason.declaration(&second), filed.etag()).await;
    let corrected = corrected.assert_status(200);
    for id in [&first, &second] {
        clinic.delete(&format!("/v1/uploads/{id}")).await.assert_problem(409, "UPLOAD_IN_USE");
    }
    clinic.withdraw(filed.header("location"), corrected.etag()).await.assert_status(200);
    clinic.delete(&format!("/v1/uploads/{second}")).await.assert_problem(409, "UPLOAD_IN_USE");
    clinic.get(&format!("/v1/uploads/{second}/content")).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn announcements_whose_content_does_not_arrive_fill_the_quota_for_one_hour_only() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for _ in 0..100 {
        announce(&clinic).await;
    }
    clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_problem(409, "UPLOAD_QUOTA");
    app.advance(Duration::hours(1));
    let clinic = clinic.log_in_again(&app).await;
    announce(&clinic).await;
}

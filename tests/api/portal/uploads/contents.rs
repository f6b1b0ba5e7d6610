//! Attachments that are refused for their name, size, digest, media type or content.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{FacilityClient, Reply, TestApp, forms, send};

async fn announce(clinic: &FacilityClient, form: &Value) -> String {
    clinic.post("/v1/uploads", form).await.assert_status(201).body["id"].as_str().unwrap().to_owned()
}

/// Sends the content of an upload with these headers.
async fn put(clinic: &FacilityClient, id: &str, headers: &[(&str, &str)], content: &[u8]) -> Reply {
    let mut request = clinic.request(Method::PUT, &format!("/v1/uploads/{id}/content"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request.body(content.to_vec())).await
}

#[apply(on_both_databases)]
async fn file_names_that_are_unsafe_in_a_path_a_header_or_on_a_screen_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for (name, code) in [
        ("", "FILE_NAME_FORM"),
        (" ", "FILE_NAME_FORM"),
        ("../契約書.pdf", "FILE_NAME_FORM"),
        ("a/b.pdf", "FILE_NAME_FORM"),
        ("C:\\b.pdf", "FILE_NAME_FORM"),
        (".htaccess", "FILE_NAME_FORM"),
        ("a\"b.pdf", "FILE_NAME_FORM"),
        ("a\r\nSet-Cookie: b.pdf", "FILE_NAME_FORM"),
        ("a\u{7f}b.pdf", "FILE_NAME_FORM"),
        ("a\u{202e}fdp.exe", "FILE_NAME_FORM"),
        ("a\u{200b}.pdf", "FILE_NAME_FORM"),
        ("a\u{2800}.pdf", "FILE_NAME_FORM"),
        ("a\u{e0100}.pdf", "FILE_NAME_FORM"),
        ("con.pdf", "FILE_NAME_FORM"),
        ("a\0b.pdf", "CONTROL_CHARACTER"),
    ] {
        let mut form = forms::upload(&forms::pdf());
        form["file_name"] = json!(name);
        clinic.post("/v1/uploads", &form).await.assert_faults(&[("/file_name", code)]);
    }
    let mut form = forms::upload(&forms::pdf());
    form["file_name"] = json!("髙".repeat(201));
    clinic.post("/v1/uploads", &form).await.assert_faults(&[("/file_name", "TOO_LONG")]);
    form["file_name"] = json!(" 髙'; filename=x; (1)%.pdf ");
    let id = announce(&clinic, &form).await;
    forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
    let content = clinic.get(&format!("/v1/uploads/{id}/content")).await.assert_status(200);
    let expected = "attachment; filename*=UTF-8''%E9%AB%99%27%3B%20filename%3Dx%3B%20%281%29%25.pdf";
    assert_eq!(content.header("content-disposition"), expected);
}

#[apply(on_both_databases)]
async fn each_fault_of_an_announcement_is_reported_at_its_member() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut form = forms::upload(&forms::pdf());
    for (member, value, code) in [
        ("size_bytes", json!(0), "OUT_OF_RANGE"),
        ("size_bytes", json!(-1), "OUT_OF_RANGE"),
        ("size_bytes", json!(10 * 1024 * 1024 + 1), "OUT_OF_RANGE"),
        ("size_bytes", json!("49"), "WRONG_TYPE"),
        ("media_type", json!("text/html"), "MEDIA_TYPE_NOT_ACCEPTED"),
        ("media_type", json!("image/svg+xml"), "MEDIA_TYPE_NOT_ACCEPTED"),
        ("content_digest", json!("sha-256=:ab:"), "DIGEST_FORM"),
        ("content_digest", json!("a".repeat(64)), "DIGEST_FORM"),
        ("content_digest", json!("a".repeat(201)), "TOO_LONG"),
        ("colour", json!("red"), "UNKNOWN_MEMBER"),
    ] {
        let mut wrong = form.clone();
        wrong[member] = value;
        clinic.post("/v1/uploads", &wrong).await.assert_faults(&[(&format!("/{member}"), code)]);
    }
    clinic.post("/v1/uploads", &json!({})).await.assert_faults(&[
        ("/file_name", "REQUIRED"),
        ("/media_type", "REQUIRED"),
        ("/size_bytes", "REQUIRED"),
        ("/content_digest", "REQUIRED"),
    ]);
    assert_eq!(app.rows("uploads").count(), 0);
    form["content_digest"] = json!(format!("sha-512=:AAAA:, {}", form["content_digest"].as_str().unwrap()));
    let id = announce(&clinic, &form).await;
    forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn content_that_differs_from_its_announcement_is_refused_and_not_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let pdf = forms::pdf();
    let id = announce(&clinic, &forms::upload(&pdf)).await;
    let mut longer = pdf.clone();
    longer.push(b'\n');
    let mut altered = pdf.clone();
    *altered.last_mut().unwrap() = b' ';
    for content in [&longer[..], &pdf[..pdf.len() - 1], &altered, b""] {
        forms::send_content(&clinic, &id, content).await.assert_problem(422, "CONTENT_MISMATCH");
    }
    let headers = [("Content-Type", "application/pdf"), ("Content-Digest", &*forms::digest(&altered))];
    put(&clinic, &id, &headers, &pdf).await.assert_problem(422, "CONTENT_MISMATCH");
    assert_eq!(clinic.get(&format!("/v1/uploads/{id}")).await.body["status"], "ANNOUNCED");
    assert_eq!(std::fs::read_dir(app.folder().join("uploads")).unwrap().count(), 0);
}

#[apply(on_both_databases)]
async fn content_needs_a_valid_content_digest_header() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let pdf = forms::pdf();
    let id = announce(&clinic, &forms::upload(&pdf)).await;
    let digest = forms::digest(&pdf);
    let without_algorithm = digest.trim_start_matches("sha-256=").to_owned();
    put(&clinic, &id, &[("Content-Type", "application/pdf")], &pdf)
        .await
        .assert_problem(400, "INVALID_PARAMETER");
    for wrong in ["", "sha-256=abc", "sha-256=:abc:", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", &without_algorithm] {
        let headers = [("Content-Type", "application/pdf"), ("Content-Digest", wrong)];
        put(&clinic, &id, &headers, &pdf).await.assert_problem(400, "INVALID_PARAMETER");
    }
    let several = format!("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:, {digest}");
    let headers = [("Content-Type", "application/pdf"), ("Content-Digest", &*several)];
    put(&clinic, &id, &headers, &pdf).await.assert_status(200);
}

/// Announces a file of this type and sends this content.
async fn send_as(clinic: &FacilityClient, media_type: &str, content: &[u8]) -> Reply {
    let id = announce(clinic, &forms::upload_as(media_type, content)).await;
    let headers = [("Content-Type", media_type), ("Content-Digest", &*forms::digest(content))];
    put(clinic, &id, &headers, content).await
}

#[apply(on_both_databases)]
async fn the_media_type_must_agree_with_the_content_and_with_the_announcement() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let html = b"<html><script>alert(1)</script></html>".to_vec();
    for (media_type, content) in [
        ("application/pdf", &html),
        ("application/pdf", &forms::png(1, 1)),
        ("image/jpeg", &forms::png(1, 1)),
        ("image/jpeg", &html),
        ("image/png", &forms::pdf()),
    ] {
        let reply = send_as(&clinic, media_type, content).await;
        reply.assert_problem(422, "CONTENT_NOT_OF_TYPE");
    }
    let pdf = forms::pdf();
    let id = announce(&clinic, &forms::upload(&pdf)).await;
    for media_type in ["image/png", "text/html", "multipart/form-data; boundary=x", ""] {
        let headers = [("Content-Type", media_type), ("Content-Digest", &*forms::digest(&pdf))];
        put(&clinic, &id, &headers, &pdf).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let headers = [("Content-Digest", &*forms::digest(&pdf))];
    put(&clinic, &id, &headers, &pdf).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    let headers = [("Content-Encoding", "gzip"), ("Content-Type", "application/pdf"), headers[0]];
    put(&clinic, &id, &headers, &pdf).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(std::fs::read_dir(app.folder().join("uploads")).unwrap().count(), 0);
}

#[apply(on_both_databases)]
async fn a_file_that_only_begins_like_its_type_is_refused_and_not_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let test_virus = br"%PDF-X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    let [pdf, jpeg, png] = [forms::pdf(), forms::jpeg(), forms::png(1, 1)];
    let empty_zip = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    for (media_type, content) in [
        ("application/pdf", test_virus.to_vec()),
        ("application/pdf", pdf[..pdf.len() / 2].to_vec()),
        ("application/pdf", [&pdf[..], &empty_zip].concat()),
        ("image/jpeg", vec![0xFF, 0xD8, 0xFF]),
        ("image/jpeg", jpeg[..jpeg.len() - 2].to_vec()),
        ("image/jpeg", [&jpeg[..], &empty_zip].concat()),
        ("image/jpeg", [&jpeg[..], &pdf].concat()),
        ("image/jpeg", [&jpeg[..], b"MZ"].concat()),
        ("application/pdf", [&pdf[..], b"MZ\n", &pdf[9..]].concat()),
        ("image/png", png[..png.len() - 12].to_vec()),
        ("image/png", [&png[..], b"<script>"].concat()),
    ] {
        let reply = send_as(&clinic, media_type, &content).await;
        reply.assert_problem(422, "CONTENT_NOT_OF_TYPE");
    }
    for (width, height) in [(20_001, 1), (20_000, 20_000), ((1 << 31) - 1, (1 << 31) - 1)] {
        let reply = send_as(&clinic, "image/png", &forms::png(width, height)).await;
        reply.assert_problem(422, "IMAGE_TOO_LARGE");
    }
    assert_eq!(std::fs::read_dir(app.folder().join("uploads")).unwrap().count(), 0);
}

#[apply(on_both_databases)]
async fn a_pdf_with_scripts_files_or_a_password_is_refused_and_the_answer_names_a_way_out() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for (object, code) in [
        ("<< /S /JavaScript /JS (app.alert\\(1\\)) >>", "CONTENT_ACTIVE"),
        ("<< /S /J#61vaScript >>", "CONTENT_ACTIVE"),
        ("<< /S /Launch /F (cmd.exe) >>", "CONTENT_ACTIVE"),
        ("<< /Type /EmbeddedFile >>", "CONTENT_ACTIVE"),
        ("<< /A << /S /URI /URI (file:///C:/a.exe) >> >>", "CONTENT_ACTIVE"),
        ("<< /OpenAction << /S /URI /URI (https://a.example) >> >>", "CONTENT_ACTIVE"),
        ("<< /Encrypt 3 0 R >>", "CONTENT_NOT_CHECKABLE"),
    ] {
        let reply = send_as(&clinic, "application/pdf", &forms::pdf_with(object)).await;
        reply.assert_problem(422, code);
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(detail.contains("印刷の画面で") && detail.contains("スキャン"), "{}", reply.text);
    }
    assert_eq!(std::fs::read_dir(app.folder().join("uploads")).unwrap().count(), 0);
}

#[apply(on_both_databases)]
async fn the_extension_of_a_name_follows_the_type_of_the_file() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for (media_type, name, stored) in [
        ("application/pdf", "契約書", "契約書.pdf"),
        ("application/pdf", "契約書.PDF", "契約書.PDF"),
        ("image/jpeg", "写真.jpg", "写真.jpg"),
        ("image/jpg", "No.3", "No.3.jpg"),
        ("image/png", "見積書 1.2.", "見積書 1.2.png"),
    ] {
        let mut form = forms::upload_as(media_type, b"x");
        form["file_name"] = json!(name);
        let announced = clinic.post("/v1/uploads", &form).await.assert_status(201);
        assert_eq!(announced.body["file_name"], stored);
    }
    for (media_type, name) in [
        ("application/pdf", "scan.exe"),
        ("application/pdf", "scan.exe. "),
        ("application/pdf", "契約書.pdf.html"),
        ("application/pdf", "写真.jpg"),
        ("image/jpeg", "写真.heic"),
        ("image/png", "写真.jpg"),
    ] {
        let mut form = forms::upload_as(media_type, b"x");
        form["file_name"] = json!(name);
        let refused = clinic.post("/v1/uploads", &form).await;
        refused.assert_faults(&[("/file_name", "FILE_NAME_EXTENSION")]);
        let allowed =
            if media_type == "image/jpeg" { ".jpeg" } else { &*media_type.replace("application/", ".") };
        assert!(refused.text.contains(&allowed.replace("image/", ".")), "{}", refused.text);
    }
}

#[apply(on_both_databases)]
async fn a_name_that_was_stored_before_its_extension_was_checked_is_served_with_the_right_one() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = clinic.attach(&forms::pdf()).await;
    app.rows("uploads").set("file_name", "scan.exe");
    let content = clinic.get(&format!("/v1/uploads/{id}/content")).await.assert_status(200);
    assert_eq!(content.header("content-disposition"), "attachment; filename*=UTF-8''scan.exe.pdf");
}

#[apply(on_both_databases)]
async fn content_of_more_than_ten_mebibytes_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = announce(&clinic, &forms::upload(&forms::pdf())).await;
    let mut content = forms::pdf();
    content.resize(10 * 1024 * 1024 + 1, 0);
    forms::send_content(&clinic, &id, &content).await.assert_problem(413, "BODY_TOO_LARGE");
    forms::send_content(&clinic, &id, &forms::pdf()).await.assert_status(200);
}

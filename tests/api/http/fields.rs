//! Header fields and media types as clients and proxies write them: on several lines, weak entity tags behind a proxy that
//! compresses, `charset=utf8`, a byte order mark.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;

use crate::support::{FacilityClient, Reply, TestApp, forms, send};

/// Reads the account with these lines of `If-None-Match`.
async fn read_unless(clinic: &FacilityClient, lines: &[&str]) -> Reply {
    let request = clinic.request(Method::GET, "/v1/account");
    send(lines.iter().fold(request, |request, line| request.header("If-None-Match", *line))).await
}

/// Changes the account with these lines of `If-Match`.
async fn change_if(clinic: &FacilityClient, lines: &[&str]) -> Reply {
    let form = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    let request = clinic.request(Method::PATCH, "/v1/account").json(&form);
    send(lines.iter().fold(request, |request, line| request.header("If-Match", *line))).await
}

#[apply(on_both_databases)]
async fn a_caller_behind_a_proxy_that_makes_entity_tags_weak_can_read_and_change() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let etag = clinic.get("/v1/account").await.etag().to_owned();
    let weak = format!("W/{etag}");
    for lines in [&[weak.as_str()][..], &["\"0\"", &weak], &["\"0\"", &etag], &["*"]] {
        let reply = read_unless(&clinic, lines).await.assert_status(304);
        assert_eq!(reply.etag(), etag, "{lines:?}");
    }
    read_unless(&clinic, &["W/\"0\"", "\"00\""]).await.assert_status(200);

    change_if(&clinic, &["W/\"0\"", "\"00\""]).await.assert_problem(412, "PRECONDITION_FAILED");
    change_if(&clinic, &["\"0\"", "garbage"]).await.assert_problem(400, "INVALID_PARAMETER");
    let changed = change_if(&clinic, &[&weak]).await.assert_status(200);
    change_if(&clinic, &[&weak]).await.assert_problem(412, "PRECONDITION_FAILED");
    change_if(&clinic, &["\"0\"", changed.etag()]).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_list_of_languages_may_be_on_several_lines() {
    let app = TestApp::start().await;
    let english = app.anonymous_in_english();
    for (more, language) in [("ja;q=0.1", "en"), ("ja", "ja"), ("fr", "en")] {
        let request = english.request(Method::GET, "/v1/nowhere").header("Accept-Language", more);
        assert_eq!(send(request).await.header("content-language"), language, "{more}");
    }
}

#[apply(on_both_databases)]
async fn a_field_that_is_not_a_list_is_refused_on_two_lines() {
    let app = TestApp::start().await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    for second in [clinic.token(), neighbour.token()] {
        let request =
            clinic.request(Method::GET, "/v1/account").header("Authorization", format!("Bearer {second}"));
        send(request).await.assert_problem(401, "TOKEN_INVALID");
    }
    for second in ["key-1", "key-2"] {
        let request = clinic.request(Method::POST, "/v1/declarations").json(&forms::no_network());
        let request = request.header("Idempotency-Key", "key-1").header("Idempotency-Key", second);
        send(request).await.assert_problem(400, "INVALID_PARAMETER");
    }
    let request = app.anonymous().request(Method::POST, "/v1/registrations").json(&json!({}));
    let request = request.header("Content-Type", "application/json");
    send(request).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(app.rows("declarations").count(), 0);
}

#[apply(on_both_databases)]
async fn json_may_have_a_byte_order_mark_and_state_its_charset_in_any_spelling() {
    let app = TestApp::start().await;
    let form = json!({ "email": "a@clinic.example" }).to_string();
    let post = async |media_type: &str, body: String| {
        let request = app.anonymous().request(Method::POST, "/v1/registrations").body(body);
        send(request.header("Content-Type", media_type)).await
    };
    for media_type in [
        "application/json; charset=utf8",
        "APPLICATION/JSON;Charset=\"UTF-8\"",
        "application/json;charset=UTF8",
    ] {
        post(media_type, form.clone()).await.assert_status(202);
    }
    post("application/json", format!("\u{FEFF}{form}")).await.assert_status(202);
    for media_type in ["application/json; charset=utf-16", "application/json; charset=shift_jis", "text/json"]
    {
        post(media_type, form.clone()).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    for body in [format!("\u{FEFF}\u{FEFF}{form}"), format!("{form}\u{FEFF}"), "\u{FEFF}".to_owned()] {
        post("application/json", body).await.assert_problem(400, "MALFORMED_JSON");
    }
}

#[apply(on_both_databases)]
async fn a_media_type_of_a_file_is_read_in_any_usual_spelling() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let jpeg = forms::jpeg();
    for (number, announced) in ["image/jpg", "IMAGE/JPEG", "Image/Jpg"].into_iter().enumerate() {
        let mut form = forms::upload_as("image/jpeg", &jpeg);
        form["media_type"] = json!(announced);
        let upload = clinic.post("/v1/uploads", &form).await.assert_status(201);
        assert_eq!(upload.body["media_type"], "image/jpeg");
        let sent_as = ["IMAGE/JPG", "image/jpeg", "image/jpg; x=y"][number];
        let path = format!("/v1/uploads/{}/content", upload.body["id"].as_str().unwrap());
        let request = clinic.request(Method::PUT, &path).body(jpeg.clone());
        let request = request.header("Content-Type", sent_as).header("Content-Digest", forms::digest(&jpeg));
        send(request).await.assert_status(200);
    }
}

#[apply(on_both_databases)]
async fn a_page_token_that_the_service_did_not_issue_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let id = "0".repeat(32);
    let times = [-1, i64::MIN, -8_334_601_228_800_000_000, 253_402_300_800_000_000, i64::MAX];
    let times = times.map(|micros| format!("[{micros},\"{id}\"]"));
    let texts = ["\"\\u0000\"", "\"1310000014\\u0000\"", "null", "{}", ""].map(str::to_owned);
    let lists_by_time =
        ["sessions", "account/mails", "declarations", "successions"].map(|list| format!("/v1/{list}"));
    let lists_by_text = ["/v1/transitional-measures", "/sandbox/facilities"].map(str::to_owned);
    let of_times =
        lists_by_time.iter().flat_map(|list| times.iter().chain(&texts).map(move |token| (list, token)));
    let of_texts = lists_by_text.iter().flat_map(|list| texts.iter().map(move |token| (list, token)));
    for (list, content) in of_times.chain(of_texts) {
        let token = URL_SAFE_NO_PAD.encode(content);
        let reply = clinic.get(&format!("{list}?page_token={token}")).await;
        assert_eq!(reply.status, 400, "{list} {content}: {}", reply.text);
        reply.assert_problem(400, "INVALID_PARAMETER");
    }
}

//! The service answers in Japanese by default and in English on request. Texts are translated, codes are not.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use todokede::http::problems::{catalogue, page};

use crate::support::{TestApp, send};

#[apply(on_both_databases)]
async fn problems_are_in_the_requested_language_and_have_the_same_codes_in_each() {
    let app = TestApp::start().await;
    let (japanese, english) = (app.anonymous(), app.anonymous_in_english());
    let form = json!({ "email": "not an address", "more": 1 });
    let in_japanese = japanese.post("/v1/registrations", &form).await;
    let in_english = english.post("/v1/registrations", &form).await;
    for (reply, language) in [(&in_japanese, "ja"), (&in_english, "en")] {
        reply.assert_problem(422, "INVALID_CONTENT");
        assert_eq!(reply.header("content-language"), language);
        assert!(reply.header("vary").contains("Accept-Language"), "{}", reply.header("vary"));
    }
    let codes = |reply: &crate::support::Reply| -> Vec<(String, String)> {
        let errors = reply.body["errors"].as_array().unwrap();
        errors.iter().map(|error| (error["pointer"].to_string(), error["code"].to_string())).collect()
    };
    assert_eq!(codes(&in_japanese), codes(&in_english));
    for member in ["title", "detail", "errors"] {
        assert_ne!(in_japanese.body[member], in_english.body[member], "{member}");
    }
    assert!(in_english.text.is_ascii(), "{}", in_english.text);
}

#[apply(on_both_databases)]
async fn the_service_answers_in_japanese_unless_the_caller_prefers_english() {
    let app = TestApp::start().await;
    for (requested, language) in [
        (None, "ja"),
        (Some("fr"), "ja"),
        (Some("*"), "ja"),
        (Some("en-GB,ja;q=0.5"), "en"),
        (Some("\t"), "ja"),
        (Some("日本語"), "ja"),
    ] {
        let Some(url) = app.url().parse::<reqwest::Url>().ok() else { panic!("the URL is invalid") };
        let request = reqwest::Client::new().get(url.join("/nothing").unwrap());
        // Sent as bytes, because a caller may send other characters than ASCII.
        let request = match requested {
            Some(requested) => request.header("Accept-Language", requested.as_bytes()),
            None => request,
        };
        let reply = send(request).await;
        assert_eq!(
            reply.assert_problem(404, "NOT_FOUND").header("content-language"),
            language,
            "{requested:?}"
        );
    }
}

#[apply(on_both_databases)]
async fn every_problem_has_a_page_of_its_own_in_both_languages() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let index = anonymous.get("/problems/").await.assert_status(200);
    let mut titles = BTreeSet::new();
    for (code, _) in catalogue::problems() {
        let slug = page::slug(code);
        assert!(index.text.contains(&format!("./{slug}\"")), "{slug} is not in the index");
        let shown = anonymous.get(&format!("/problems/{slug}")).await.assert_status(200);
        assert_eq!(shown.header("content-type"), "text/html; charset=utf-8");
        assert!(shown.text.contains(code.as_str()) && shown.text.contains("lang=\"en\""), "{slug}");
        for foreign in ["<script", "://", "src=", "@import", "url("] {
            assert!(!shown.text.contains(foreign), "{slug}: {foreign}");
        }
        assert!(shown.header("content-security-policy").starts_with("default-src 'none'"), "{slug}");
        let title = shown.text.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
        assert!(titles.insert(title.clone()), "two problems have the title {title}");
    }
    anonymous.get("/problems/unknown").await.assert_problem(404, "NOT_FOUND");
}

#[apply(on_both_databases)]
async fn the_type_of_a_problem_is_the_address_of_its_page() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for path in ["/nothing", "/v1/account", "/v1/declarations?page_size=0"] {
        let reply = send(anonymous.request(Method::GET, path)).await;
        let page =
            reply.body["type"].as_str().unwrap().strip_prefix("http://todokede.test").unwrap().to_owned();
        anonymous.get(&page).await.assert_status(200);
        assert_eq!(reply.body["instance"], path.split('?').next().unwrap());
    }
}

//! Registrations that a caller sends again because the answer was lost.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, forms, send};

#[apply(on_both_databases)]
async fn a_registration_sent_again_with_the_same_key_gets_the_same_answer() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let token = app.registration_token("a@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let first = anonymous.file_with_key("/v1/accounts", &form, "lost-answer").await.assert_status(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    for key in ["lost-answer", "\"lost-answer\""] {
        let again = anonymous.file_with_key("/v1/accounts", &form, key).await.assert_status(201);
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.text, first.text);
        for header in ["location", "etag", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
    }
    // The order of the members does not matter.
    let members = form.as_object().unwrap().iter().rev();
    let reordered: Vec<String> = members.map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let request = anonymous.request(Method::POST, "/v1/accounts").header("Idempotency-Key", "lost-answer");
    let body = format!("{{ {} }}", reordered.join(", "));
    let again = send(request.header("Content-Type", "application/json").body(body)).await.assert_status(201);
    assert_eq!(again.text, first.text);
    assert_eq!(app.rows("accounts").count(), 1);
    assert_eq!(app.mails("a@clinic.example", "ACCOUNT_CREATED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_key_is_refused_with_another_form_and_a_used_link_with_another_key() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let token = app.registration_token("a@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    anonymous.file_with_key("/v1/accounts", &form, "key-1").await.assert_status(201);

    let changes: [fn(&mut Value); 4] = [
        |form| form["contact"]["name"] = json!("架空 三郎"),
        |form| form["password"] = json!("雪の朝に隣の犬と川岸まで歩いた"),
        |form| form["founder"]["kind"] = json!("CORPORATION"),
        |form| form["facility"]["phone"] = json!("03-0000-9999"),
    ];
    for change in changes {
        let mut other = form.clone();
        change(&mut other);
        let reply = anonymous.file_with_key("/v1/accounts", &other, "key-1").await;
        reply.assert_problem(422, "IDEMPOTENCY_KEY_REUSED");
    }
    anonymous.post("/v1/accounts", &form).await.assert_problem(410, "LINK_USED");
    anonymous.file_with_key("/v1/accounts", &form, "key-2").await.assert_problem(410, "LINK_USED");
    let preview = anonymous.file_with_key("/v1/accounts/preview", &form, "key-1").await;
    preview.assert_problem(410, "LINK_USED");
    assert_eq!(app.rows("accounts").count(), 1);
}

#[apply(on_both_databases)]
async fn registrations_with_different_links_may_use_the_same_key() {
    let app = TestApp::start().await;
    for email in ["a@clinic.example", "b@clinic.example"] {
        let token = app.registration_token(email).await;
        let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
        let reply = app.anonymous().file_with_key("/v1/accounts", &form, "1").await.assert_status(201);
        assert_eq!(reply.body["email"], email);
    }
}

#[apply(on_both_databases)]
async fn simultaneous_retries_make_one_account_and_all_get_the_same_answer() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let retries = (0..6).map(|_| {
        let (anonymous, form) = (app.anonymous(), form.clone());
        async move { anonymous.file_with_key("/v1/accounts", &form, "same-key").await.assert_status(201) }
    });
    let replies = join_all(retries).await;
    assert!(replies.iter().all(|reply| reply.text == replies[0].text));
    let first_answers = replies.iter().filter(|reply| reply.header("idempotent-replayed").is_empty()).count();
    assert_eq!(first_answers, 1);
    assert_eq!(app.rows("accounts").count(), 1);
    assert_eq!(app.mails("a@clinic.example", "ACCOUNT_CREATED").await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_key_still_gives_its_answer_after_a_restart_and_after_the_link_has_expired() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    let first = app.anonymous().file_with_key("/v1/accounts", &form, "key").await.assert_status(201);
    app.mails("a@clinic.example", "ACCOUNT_CREATED").await;
    let app = app.restart(&[]).await;
    app.advance(chrono::Duration::days(2));
    let again = app.anonymous().file_with_key("/v1/accounts", &form, "key").await.assert_status(201);
    assert_eq!((again.header("idempotent-replayed"), &again.text), ("true", &first.text));
}

#[apply(on_both_databases)]
async fn invalid_keys_are_refused() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let form = forms::account(&token, &app.unused_facility("MEDICAL").await);
    for key in ["", "\"\"", "two words", "\"open", &"k".repeat(256)] {
        let reply = app.anonymous().file_with_key("/v1/accounts", &form, key).await;
        reply.assert_problem(400, "INVALID_PARAMETER");
    }
    assert_eq!(app.rows("accounts").count(), 0);
}

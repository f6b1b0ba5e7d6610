//! `/sandbox/messages`: the sandbox's mailbox, whose mails can be listed and deleted.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::TestApp;

#[apply(on_both_databases)]
async fn mails_are_listed_newest_first_and_page_by_page_and_can_be_deleted() {
    let app = TestApp::start().await;
    let anyone = app.anonymous();
    for number in 0..5 {
        let to = format!("clinic-{number}@clinic.example");
        anyone.post("/v1/registrations", &json!({ "email": to })).await.assert_status(202);
        assert_eq!(app.mails(&to, "PROVISIONAL_REGISTRATION").await.len(), 1);
    }
    let pages_of_two = anyone.pages("/sandbox/messages?page_size=2").await;
    assert_eq!(pages_of_two.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let all: Vec<Value> = pages_of_two.concat();
    let to: Vec<&str> = all.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    let expected: Vec<String> =
        (0..5).rev().map(|number| format!("clinic-{number}@clinic.example")).collect();
    assert_eq!(to, expected);
    assert!(all.iter().all(|mail| mail["link"].as_str().unwrap().contains("/registration#token=")));
    let ids: BTreeSet<&str> = all.iter().map(|mail| mail["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5);

    // The second page continues after the first, even if mails have arrived in between.
    let first = anyone.get("/sandbox/messages?page_size=2").await;
    app.registration_token("newest@clinic.example").await;
    let token = first.body["next_page_token"].as_str().unwrap();
    let second = anyone.get(&format!("/sandbox/messages?page_size=2&page_token={token}")).await;
    assert_eq!(second.body["items"][0]["to"], "clinic-2@clinic.example");

    assert_eq!(app.rows("sandbox_messages").count(), 6);
    anyone.delete("/sandbox/messages").await.assert_status(204);
    assert_eq!(anyone.get("/sandbox/messages").await.body, json!({ "items": [] }));
    anyone.delete("/sandbox/messages").await.assert_status(204);
}

//! Every operation of an account refuses everybody else. They are read from the list of operations: a new
//! one is asked here by itself.

use chrono::Duration;
use serde_json::{Value, json};
use todokede::http::operation::Audience;

use crate::support::contract::{Operation, Stage, operations};
use crate::support::{Client, send};

fn secured() -> Vec<Operation> {
    let of_account = |operation: &Operation| operation.listed().audience == Audience::Account;
    let secured: Vec<Operation> = operations().into_iter().filter(of_account).collect();
    assert!(secured.len() > 15, "only {} operations are secured", secured.len());
    secured
}

async fn all_refuse(stage: &Stage, client: &Client, code: &str) {
    for operation in secured() {
        let reply = stage.ask(&operation, client).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (401, &json!(code)),
            "{} {}: {}",
            operation.method,
            operation.path,
            reply.text
        );
        assert!(reply.header("www-authenticate").starts_with("Bearer"), "{}", operation.id());
    }
}

#[apply(on_both_databases)]
async fn whoever_is_not_logged_in_is_refused_everywhere() {
    let stage = Stage::new().await;
    let stranger = stage.app.anonymous();
    all_refuse(&stage, &stranger, "TOKEN_MISSING").await;
    for rubbish in ["rubbish", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        all_refuse(&stage, &stranger.with_token(rubbish), "TOKEN_INVALID").await;
    }
    let mut forged = stage.clinic.token().to_owned();
    let place = forged.len() - 10;
    let other = if forged.as_bytes()[place] == b'A' { "B" } else { "A" };
    forged.replace_range(place..=place, other);
    all_refuse(&stage, &stranger.with_token(&forged), "TOKEN_INVALID").await;
}

#[apply(on_both_databases)]
async fn whoever_is_not_logged_in_is_asked_for_no_token_where_everybody_may_call() {
    let stage = Stage::new().await;
    let stranger = stage.app.anonymous();
    for operation in operations().into_iter().filter(|one| one.listed().audience == Audience::Public) {
        let reply = stage.ask(&operation, &stranger).await;
        assert_ne!(reply.body["code"], "TOKEN_MISSING", "{}", operation.id());
    }
}

#[apply(on_both_databases)]
async fn an_access_token_is_good_for_ten_minutes_everywhere() {
    let stage = Stage::new().await;
    stage.app.advance(Duration::minutes(10) + Duration::seconds(1));
    all_refuse(&stage, &stage.clinic, "TOKEN_EXPIRED").await;
}

#[apply(on_both_databases)]
async fn an_ended_session_is_ended_everywhere_at_once() {
    let stage = Stage::new().await;
    stage.clinic.delete("/v1/sessions/current").await.is(204);
    all_refuse(&stage, &stage.clinic, "SESSION_ENDED").await;
}

#[apply(on_both_databases)]
async fn another_scheme_than_bearer_is_no_token() {
    let stage = Stage::new().await;
    for header in ["Basic YTpi", "Bearer", "Bearer ", "bearer"] {
        let request = stage.app.anonymous().request(reqwest::Method::GET, "/v1/account");
        let reply = send(request.header("Authorization", header)).await;
        reply.refused(401, "TOKEN_INVALID");
    }
}

#[apply(on_both_databases)]
async fn nobody_sees_anothers_resources() {
    let stage = Stage::new().await;
    let other = stage.app.pharmacy().await;
    for operation in operations().into_iter().filter(|operation| operation.path.contains("{id}")) {
        let reply = stage.ask(&operation, &other).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (404, &Value::from("NOT_FOUND")),
            "{}",
            operation.id()
        );
    }
}

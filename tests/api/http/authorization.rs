//! Every operation that needs an account refuses callers without a valid token. The operations are read from the
//! service's list, so a new operation is tested without a change here.

use chrono::Duration;
use serde_json::{Value, json};
use todokede::http::operation::Audience;

use crate::support::contract::{ApiFixture, Operation, operations};
use crate::support::{Client, send};

fn operations_of_accounts() -> Vec<Operation> {
    let needs_account = |operation: &Operation| operation.listed().audience == Audience::Account;
    let found: Vec<Operation> = operations().into_iter().filter(needs_account).collect();
    assert!(found.len() > 15, "only {} operations need an account", found.len());
    found
}

async fn assert_all_refuse(fixture: &ApiFixture, client: &Client, code: &str) {
    for operation in operations_of_accounts() {
        let reply = fixture.send(&operation, client).await;
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
async fn every_operation_of_an_account_refuses_callers_without_a_valid_token() {
    let fixture = ApiFixture::new().await;
    let anonymous = fixture.app.anonymous();
    assert_all_refuse(&fixture, &anonymous, "TOKEN_MISSING").await;
    for invalid in ["invalid", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        assert_all_refuse(&fixture, &anonymous.with_token(invalid), "TOKEN_INVALID").await;
    }
    let mut forged = fixture.clinic.token().to_owned();
    let position = forged.len() - 10;
    let replacement = if forged.as_bytes()[position] == b'A' { "B" } else { "A" };
    forged.replace_range(position..=position, replacement);
    assert_all_refuse(&fixture, &anonymous.with_token(&forged), "TOKEN_INVALID").await;
}

#[apply(on_both_databases)]
async fn public_operations_need_no_token() {
    let fixture = ApiFixture::new().await;
    let anonymous = fixture.app.anonymous();
    for operation in operations().into_iter().filter(|one| one.listed().audience == Audience::Public) {
        let reply = fixture.send(&operation, &anonymous).await;
        assert_ne!(reply.body["code"], "TOKEN_MISSING", "{}", operation.id());
    }
}

#[apply(on_both_databases)]
async fn every_operation_of_an_account_refuses_an_access_token_after_ten_minutes() {
    let fixture = ApiFixture::new().await;
    fixture.app.advance(Duration::minutes(10) + Duration::seconds(1));
    assert_all_refuse(&fixture, &fixture.clinic, "TOKEN_EXPIRED").await;
}

#[apply(on_both_databases)]
async fn every_operation_of_an_account_refuses_the_token_of_an_ended_session_at_once() {
    let fixture = ApiFixture::new().await;
    fixture.clinic.delete("/v1/sessions/current").await.assert_status(204);
    assert_all_refuse(&fixture, &fixture.clinic, "SESSION_ENDED").await;
}

#[apply(on_both_databases)]
async fn an_authorization_header_without_a_bearer_token_is_refused() {
    let fixture = ApiFixture::new().await;
    for header in ["Basic YTpi", "Bearer", "Bearer ", "bearer"] {
        let request = fixture.app.anonymous().request(reqwest::Method::GET, "/v1/account");
        let reply = send(request.header("Authorization", header)).await;
        reply.assert_problem(401, "TOKEN_INVALID");
    }
}

#[apply(on_both_databases)]
async fn an_account_cannot_reach_the_resources_of_another() {
    let fixture = ApiFixture::new().await;
    let other = fixture.app.pharmacy().await;
    for operation in operations_of_accounts().into_iter().filter(|operation| operation.path.contains("{id}"))
    {
        let reply = fixture.send(&operation, &other).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (404, &Value::from("NOT_FOUND")),
            "{}",
            operation.id()
        );
    }
}

//! The service's list of operations agrees with the OpenAPI document and with the behaviour of the service.

use std::collections::BTreeSet;

use todokede::http::operation::{Audience, Budget, KeyPolicy};
use todokede::routes::documents;

use crate::support::contract::{ApiFixture, Operation, operations, operations_of};

/// All operations except those of the sandbox, because one of these moves the clock.
fn operations_without_sandbox() -> impl Iterator<Item = Operation> {
    operations().into_iter().filter(|operation| !operation.path.starts_with("/sandbox"))
}

#[test]
fn the_document_and_the_list_name_the_same_operations() {
    for with_sandbox in [true, false] {
        let document = serde_json::to_value(documents::PUBLIC.describe(with_sandbox)).unwrap();
        let described = operations_of(&document);
        let described: BTreeSet<&str> = described.iter().map(Operation::id).collect();
        let all = documents::PUBLIC.operations(with_sandbox);
        let listed: BTreeSet<&str> = all.iter().map(|operation| operation.id).collect();
        assert_eq!(listed.len(), all.len(), "an id is used twice");
        assert_eq!(described, listed);
    }
}

#[test]
fn the_document_agrees_with_the_list_about_tokens_and_keys() {
    for operation in operations() {
        let (id, listed) = (operation.id(), operation.listed());
        assert_eq!(operation.is_secured(), listed.audience == Audience::Account, "{id}");
        let takes_key = operation.has_parameter("Idempotency-Key");
        assert_eq!(takes_key, listed.key != KeyPolicy::NotTaken, "{id}");
    }
}

#[apply(on_both_databases)]
async fn each_operation_requires_accepts_or_ignores_a_key_as_the_list_says() {
    let fixture = ApiFixture::new().await;
    for operation in operations_without_sandbox() {
        let without = fixture.send_with_key(&operation, None).await;
        let invalid = fixture.send_with_key(&operation, Some("invalid key")).await;
        let codes = [&without, &invalid].map(|reply| reply.body["code"].as_str());
        let id = operation.id();
        match operation.listed().key {
            KeyPolicy::Required => {
                assert_eq!(codes, [Some("IDEMPOTENCY_KEY_REQUIRED"), Some("INVALID_PARAMETER")], "{id}");
            }
            KeyPolicy::Optional => {
                assert_ne!(codes[0], Some("IDEMPOTENCY_KEY_REQUIRED"), "{id}");
                assert_eq!(codes[1], Some("INVALID_PARAMETER"), "{id}");
            }
            // The operation ignores the key, so even an invalid key does not change the answer. What is deleted is gone.
            KeyPolicy::NotTaken if id == "deleteUpload" => {
                assert_eq!(codes, [None, Some("NOT_FOUND")], "{id}");
            }
            KeyPolicy::NotTaken => assert_eq!(codes[0], codes[1], "{id}"),
        }
    }
}

#[apply(on_both_databases)]
async fn each_operation_is_charged_to_the_budget_that_the_list_names() {
    let fixture = ApiFixture::new().await;
    for operation in operations_without_sandbox() {
        let listed = operation.listed();
        let policy = match (listed.budget, listed.audience) {
            (Budget::None, _) => "",
            (Budget::Writes, _) => "writes-per-account",
            (Budget::Tokens, _) => "wrong-tokens-per-client",
            (Budget::Mails, Audience::Public) => "mails-per-client",
            (Budget::Mails, Audience::Account) => "email-changes-per-account",
            (Budget::Passwords, Audience::Public) => "failed-logins-per-client",
            (Budget::Passwords, Audience::Account) => "wrong-passwords-per-session",
        };
        let reply = fixture.send(&operation, &fixture.clinic).await;
        let charged = reply.header("ratelimit-policy").split('"').nth(1).unwrap_or_default();
        assert_eq!(charged, policy, "{}: {}", operation.id(), reply.text);
    }
}

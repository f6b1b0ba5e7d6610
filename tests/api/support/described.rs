//! Compares every problem that the service answers in a test with the document.

use std::sync::LazyLock;

use reqwest::Method;

use super::Reply;
use super::contract::{Operation, operations};

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(operations);

/// Problems that any request may get before its operation is known. The document's introduction names them.
pub const PROBLEMS_OF_ANY_REQUEST: [&str; 6] = [
    "HEAD_TOO_LARGE",
    "MALFORMED_REQUEST",
    "METHOD_NOT_ALLOWED",
    "NOT_READY",
    "REQUEST_TIMEOUT",
    "TARGET_TOO_LONG",
];

/// Asserts that the document lists the code of a problem under its status in the operation.
pub fn assert_described(method: &Method, path: &str, reply: &Reply) {
    // An answer to HEAD has no body.
    let Some(code) = reply.body["code"].as_str().filter(|_| reply.status >= 400) else { return };
    let mut operations = OPERATIONS.iter();
    let operation =
        operations.find(|operation| operation.method == *method && matches(&operation.path, path));
    let Some(operation) = operation.filter(|_| !PROBLEMS_OF_ANY_REQUEST.contains(&code)) else { return };
    // Production has no operation of the sandbox.
    if path.starts_with("/sandbox/") && code == "NOT_FOUND" {
        return;
    }
    let content = &operation.spec["responses"][reply.status.to_string()]["content"];
    let examples = &content["application/problem+json"]["examples"];
    assert!(examples.get(code).is_some(), "{} does not list {} {code}", operation.id(), reply.status);
}

/// Whether a path has the form of a path in the document.
fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let matches = |(part, segment): (&&str, &&str)| part.starts_with('{') || part == segment;
    template.len() == path.len() && template.iter().zip(&path).all(matches)
}

//! Adds to each operation of the document the error answers and the headers that follow from its parameters.

use utoipa::openapi::schema::Components;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{RefOr, path};

use super::shared::{self, SharedHeader, SharedResponse};
use crate::http::caller::BEARER;
use crate::http::operation::{Audience, Budget, Operation};

/// The inputs of an operation that decide which answers it can give.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property of the operation")]
struct Inputs {
    secured: bool,
    body: bool,
    parameters: bool,
    path_parameter: bool,
    if_match: bool,
    if_none_match: bool,
    idempotency_key: bool,
    validate_only: bool,
    page_token: bool,
}

impl Inputs {
    fn of(operation: &path::Operation, secured: bool, path_parameter: bool) -> Self {
        let has = |name: &str| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
        };
        Self {
            secured,
            body: operation.request_body.is_some(),
            parameters: operation.parameters.is_some(),
            path_parameter,
            if_match: has("If-Match"),
            if_none_match: has("If-None-Match"),
            idempotency_key: has("Idempotency-Key"),
            validate_only: has("validate_only"),
            page_token: has("page_token"),
        }
    }
}

/// Completes an operation: its security requirement, its error answers, and the headers of every answer.
pub(super) fn complete(
    operation: &mut path::Operation,
    known: &Operation,
    has_path_parameter: bool,
    components: &mut Components,
) {
    let secured = known.audience == Audience::Account;
    let requirement = if secured {
        SecurityRequirement::new::<_, [String; 0], String>(BEARER, [])
    } else {
        SecurityRequirement::default()
    };
    operation.security = Some(vec![requirement]);
    let inputs = Inputs::of(operation, secured, has_path_parameter);
    let responses = &mut operation.responses.responses;
    for (status, description) in known.refusals {
        let entry = responses.entry(status.to_string());
        entry.or_insert_with_key(|status| shared::declared_refusal(status, description, components));
    }
    for response in responses_of(&inputs) {
        let entry = responses.entry(response.status.to_owned());
        entry.or_insert_with(|| response.add_to(components));
    }
    if !responses.keys().any(|status| status.starts_with('4')) {
        let refused = shared::REQUEST_REFUSED;
        responses.insert(refused.status.to_owned(), refused.add_to(components));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            let of_success = if status.starts_with('2') { headers_of_success(known) } else { Vec::new() };
            for header in headers_of(&inputs, status).into_iter().chain(of_success) {
                let entry = response.headers.entry(header.name.to_owned());
                entry.or_insert_with(|| header.add_to(components));
            }
        }
    }
}

/// The answers that follow from the inputs of an operation. If two answers have the same status, the first one is
/// used.
fn responses_of(inputs: &Inputs) -> Vec<SharedResponse> {
    let mut responses = vec![shared::INTERNAL_ERROR, shared::OVERLOADED];
    if inputs.body {
        responses.extend([
            shared::MALFORMED_REQUEST,
            shared::REQUEST_TIMED_OUT,
            shared::BODY_TOO_LARGE,
            shared::UNSUPPORTED_MEDIA_TYPE,
            shared::INVALID_CONTENT,
        ]);
    }
    if inputs.parameters {
        responses.push(shared::MALFORMED_PARAMETER);
    }
    if inputs.secured {
        responses.push(shared::UNAUTHENTICATED);
    }
    if inputs.path_parameter {
        responses.push(shared::RESOURCE_NOT_FOUND);
    }
    if inputs.if_match {
        responses.extend([shared::RESOURCE_CHANGED, shared::IF_MATCH_MISSING]);
    }
    if inputs.if_none_match {
        responses.push(shared::NOT_MODIFIED);
    }
    if inputs.idempotency_key {
        responses.push(shared::INVALID_CONTENT_OR_REUSED_KEY);
    }
    if inputs.body || inputs.validate_only {
        responses.push(shared::BUDGET_USED_UP);
    }
    responses
}

fn headers_of(inputs: &Inputs, status: &str) -> Vec<SharedHeader> {
    let mut headers = shared::headers_of_status(status);
    if status.starts_with('2') {
        if inputs.if_match || inputs.if_none_match {
            headers.push(shared::ETAG);
        }
        if inputs.idempotency_key {
            headers.push(shared::REPLAYED);
        }
        if inputs.page_token {
            headers.push(shared::LINK);
        }
    }
    headers
}

/// The headers of a success that follow from the properties of the operation.
fn headers_of_success(known: &Operation) -> Vec<SharedHeader> {
    let mut headers = Vec::new();
    if known.uses_cookie {
        headers.push(shared::SET_COOKIE);
    }
    if known.budget != Budget::None {
        headers.extend(shared::RATE_LIMITS);
    }
    headers
}

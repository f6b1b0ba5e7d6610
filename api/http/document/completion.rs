//! Adds to each operation of the document the problems and the headers that follow from its parameters.

use utoipa::openapi::schema::Components;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{RefOr, path};

use super::shared::{self, SharedHeader, SharedResponse};
use crate::http::caller::BEARER;
use crate::http::operation::{Audience, Operation};

/// The parameters of an operation on which its answers depend.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property of the operation")]
struct Taken {
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

impl Taken {
    fn by(operation: &path::Operation, secured: bool, path_parameter: bool) -> Self {
        let has = |name: &str| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters.any(|given| matches!(given, RefOr::T(given) if given.name == name))
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

/// Adds the problems that follow from the operation's parameters, and the headers of every answer.
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
    let taken = Taken::by(operation, secured, has_path_parameter);
    let responses = &mut operation.responses.responses;
    for (status, description) in known.refusals {
        let entry = responses.entry(status.to_string());
        entry.or_insert_with_key(|status| shared::stated_refusal(status, description, components));
    }
    for response in follow_from(&taken) {
        let entry = responses.entry(response.status.to_owned());
        entry.or_insert_with(|| response.referred(components));
    }
    if !responses.keys().any(|status| status.starts_with('4')) {
        let refused = shared::REQUEST_REFUSED;
        responses.insert(refused.status.to_owned(), refused.referred(components));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            for header in headers(&taken, status) {
                let entry = response.headers.entry(header.name.to_owned());
                entry.or_insert_with(|| header.referred(components));
            }
        }
    }
}

/// The answers that follow from the parameters of an operation. If two have the same status, the first is
/// used.
fn follow_from(taken: &Taken) -> Vec<SharedResponse> {
    let mut responses = vec![shared::INTERNAL_ERROR, shared::OVERLOADED];
    if taken.body {
        responses.extend([
            shared::MALFORMED_REQUEST,
            shared::REQUEST_TIMED_OUT,
            shared::BODY_TOO_LARGE,
            shared::UNSUPPORTED_MEDIA_TYPE,
            shared::INVALID_CONTENT,
        ]);
    }
    if taken.parameters {
        responses.push(shared::MALFORMED_PARAMETER);
    }
    if taken.secured {
        responses.push(shared::UNAUTHENTICATED);
    }
    if taken.path_parameter {
        responses.push(shared::RESOURCE_NOT_FOUND);
    }
    if taken.if_match {
        responses.extend([shared::RESOURCE_CHANGED, shared::IF_MATCH_MISSING]);
    }
    if taken.if_none_match {
        responses.push(shared::NOT_MODIFIED);
    }
    if taken.idempotency_key {
        responses.push(shared::INVALID_CONTENT_OR_REUSED_KEY);
    }
    if taken.body || taken.validate_only {
        responses.push(shared::BUDGET_USED_UP);
    }
    responses
}

fn headers(taken: &Taken, status: &str) -> Vec<SharedHeader> {
    let mut headers = shared::headers_of_status(status);
    if status.starts_with('2') {
        if taken.if_match || taken.if_none_match {
            headers.push(shared::ETAG);
        }
        if taken.idempotency_key {
            headers.push(shared::REPLAYED);
        }
        if taken.page_token {
            headers.push(shared::LINK);
        }
    }
    headers
}

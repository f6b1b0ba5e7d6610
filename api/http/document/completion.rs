//! Adds to each operation of the document the security requirement and the headers that follow from its parameters.

use actix_web::http::Method;
use utoipa::openapi::schema::Components;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{RefOr, path};

use super::shared::{self, SharedHeader};
use crate::http::caller::BEARER;
use crate::http::operation::{Audience, Budget, KeyPolicy, Operation};

/// The inputs of an operation that decide which answers it can give.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property of the operation")]
pub(super) struct Inputs {
    pub(super) secured: bool,
    pub(super) writes: bool,
    pub(super) body: bool,
    pub(super) file: bool,
    pub(super) charged: bool,
    pub(super) path_parameter: bool,
    pub(super) if_match: bool,
    tagged: bool,
    if_none_match: bool,
    pub(super) key_required: bool,
    pub(super) idempotency_key: bool,
    page_token: bool,
    uses_cookie: bool,
}

impl Inputs {
    pub(super) fn of(operation: &path::Operation, known: &Operation, method: &Method, path: &str) -> Self {
        let has = |name: &str| {
            let mut parameters = operation.parameters.iter().flatten();
            parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == name))
        };
        Self {
            secured: known.audience == Audience::Account,
            writes: method != Method::GET,
            body: operation.request_body.is_some(),
            file: known.takes_file,
            charged: known.budget != Budget::None,
            path_parameter: path.contains('{'),
            if_match: has("If-Match"),
            // A preview has `If-Match` and stores nothing that could have a tag.
            tagged: known.creates_tagged
                || has("If-None-Match")
                || (has("If-Match") && !path.ends_with("/preview")),
            if_none_match: has("If-None-Match"),
            key_required: known.key == KeyPolicy::Required,
            idempotency_key: has("Idempotency-Key"),
            page_token: has("page_token"),
            uses_cookie: known.uses_cookie,
        }
    }
}

/// Completes an operation whose error answers are there: its security requirement, the answer 304, and the headers of
/// every answer.
pub(super) fn complete(operation: &mut path::Operation, inputs: &Inputs, components: &mut Components) {
    let bearer = || SecurityRequirement::new::<_, [String; 0], String>(BEARER, []);
    // An empty list, not a list with an empty requirement: generators take any entry for the need of a token.
    operation.security = Some(inputs.secured.then(bearer).into_iter().collect());
    let responses = &mut operation.responses.responses;
    if inputs.if_none_match {
        responses.insert("304".to_owned(), shared::not_modified(components));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            for header in headers_of(inputs, status) {
                let entry = response.headers.entry(header.name.to_owned());
                entry.or_insert_with(|| header.add_to(components));
            }
        }
    }
}

fn headers_of(inputs: &Inputs, status: &str) -> Vec<SharedHeader> {
    let mut headers = shared::headers_of_status(status);
    if status.starts_with('2') {
        if inputs.uses_cookie {
            headers.push(shared::SET_COOKIE);
        }
        if inputs.charged {
            headers.extend(shared::RATE_LIMITS);
        }
        if inputs.tagged {
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

//! What follows for the document from what an operation takes: its problems and its headers.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use crate::http::caller::BEARER;
use crate::http::operation::{Audience, Operation};
use crate::http::problems::MEDIA_TYPE;

/// What an operation takes, as far as its answers depend on it.
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own about the operation")]
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

/// Adds the problems that follow from what the operation takes, and the headers of every answer.
pub(super) fn complete(operation: &mut path::Operation, known: &Operation, has_path_parameter: bool) {
    let secured = known.audience == Audience::Account;
    let requirement = if secured {
        SecurityRequirement::new::<_, [String; 0], String>(BEARER, [])
    } else {
        SecurityRequirement::default()
    };
    operation.security = Some(vec![requirement]);
    let taken = Taken::by(operation, secured, has_path_parameter);
    let responses = &mut operation.responses.responses;
    for (status, description) in known.refusals.iter().copied().chain(problems(&taken)) {
        responses.entry(status.to_string()).or_insert_with(|| RefOr::T(problem(description)));
    }
    if taken.if_none_match {
        let unchanged =
            ResponseBuilder::new().description("The representation that you have is still the present one.");
        responses.entry("304".to_owned()).or_insert_with(|| RefOr::T(unchanged.build()));
    }
    if !responses.keys().any(|status| status.starts_with('4')) {
        let refused = problem("The request was refused; `code` says why.");
        responses.insert("4XX".to_owned(), RefOr::T(refused));
    }
    for (status, response) in responses {
        if let RefOr::T(response) = response {
            for (name, header) in headers(&taken, status) {
                response.headers.entry(name.to_owned()).or_insert(RefOr::T(header));
            }
        }
    }
}

fn problems(taken: &Taken) -> Vec<(u16, &'static str)> {
    let mut problems =
        vec![(500, "Something failed inside."), (503, "Overloaded; come back after `Retry-After`.")];
    if taken.body {
        problems.extend([
            (400, "The body is no JSON document, or a parameter is malformed."),
            (408, "The body came too slowly."),
            (413, "The body is too large."),
            (415, "The body is of another media type."),
            (422, "Values were refused; `errors` lists all of them."),
        ]);
    }
    if taken.parameters {
        problems.push((400, "A parameter is malformed."));
    }
    if taken.secured {
        problems.push((401, "No access token, or one that is not good any more."));
    }
    if taken.path_parameter {
        problems.push((404, "No such resource, or not yours."));
    }
    if taken.if_match {
        problems.extend([(412, "The resource changed since it was read."), (428, "`If-Match` is missing.")]);
    }
    if taken.idempotency_key {
        problems.push((422, "Values were refused, or the `Idempotency-Key` was used with another body."));
    }
    if taken.body || taken.validate_only {
        problems.push((429, "A budget is used up; come back after `Retry-After`."));
    }
    problems
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

fn headers(taken: &Taken, status: &str) -> Vec<(&'static str, Header)> {
    let mut headers = vec![("X-Request-Id", text("The request's id, to be given to the call centre.", 64))];
    let done = status.starts_with('2');
    if done && (taken.if_match || taken.if_none_match) || status == "304" {
        headers
            .push(("ETag", text("The version of what is shown, for `If-Match` and `If-None-Match`.", 200)));
    }
    if done && taken.idempotency_key {
        let description = "`true` where the answer was given before under the same `Idempotency-Key`.";
        headers.push(("Idempotent-Replayed", text(description, 4)));
    }
    if done && taken.page_token {
        headers.push(("Link", text("The next page (`rel=\"next\"`), if there is one.", 2000)));
    }
    match status {
        "201" => headers.push(("Location", text("The path of what was created.", 200))),
        "401" => headers.push(("WWW-Authenticate", text("How to authenticate (RFC 6750).", 200))),
        "429" | "503" => headers.push(("Retry-After", seconds("Seconds to wait before the next try."))),
        _ => {}
    }
    headers
}

fn text(description: &str, max_length: usize) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(max_length)).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

fn seconds(description: &str) -> Header {
    let schema =
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(86_400)).build();
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

//! Answers and headers that several operations share. Each of them is described once, in the document's
//! components, and the operations refer to it by its name.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use crate::http::problems::MEDIA_TYPE;

/// An answer that has the same description in every operation.
pub(super) struct SharedResponse {
    name: &'static str,
    /// The status of the answer. `4XX` stands for every status from 400 to 499 without an entry of its own.
    pub(super) status: &'static str,
    description: &'static str,
}

const fn shared(name: &'static str, status: &'static str, description: &'static str) -> SharedResponse {
    SharedResponse { name, status, description }
}

pub(super) const NOT_MODIFIED: SharedResponse =
    shared("NotModified", "304", "The representation that you have is still the present one.");
pub(super) const MALFORMED_PARAMETER: SharedResponse =
    shared("MalformedParameter", "400", "A parameter is malformed.");
pub(super) const MALFORMED_REQUEST: SharedResponse =
    shared("MalformedRequest", "400", "The body is no JSON document, or a parameter is malformed.");
pub(super) const UNAUTHENTICATED: SharedResponse =
    shared("Unauthenticated", "401", "No access token, or one that is not good any more.");
pub(super) const RESOURCE_NOT_FOUND: SharedResponse =
    shared("ResourceNotFound", "404", "No such resource, or not yours.");
pub(super) const REQUEST_TIMED_OUT: SharedResponse =
    shared("RequestTimedOut", "408", "The body came too slowly.");
pub(super) const RESOURCE_CHANGED: SharedResponse =
    shared("ResourceChanged", "412", "The resource changed since it was read.");
pub(super) const BODY_TOO_LARGE: SharedResponse = shared("BodyTooLarge", "413", "The body is too large.");
pub(super) const UNSUPPORTED_MEDIA_TYPE: SharedResponse =
    shared("UnsupportedMediaType", "415", "The body is of another media type.");
pub(super) const INVALID_CONTENT: SharedResponse =
    shared("InvalidContent", "422", "Values were refused; `errors` lists all of them.");
pub(super) const INVALID_CONTENT_OR_REUSED_KEY: SharedResponse = shared(
    "InvalidContentOrReusedKey",
    "422",
    "Values were refused, or the `Idempotency-Key` was used with another body.",
);
pub(super) const IF_MATCH_MISSING: SharedResponse = shared("IfMatchMissing", "428", "`If-Match` is missing.");
pub(super) const BUDGET_USED_UP: SharedResponse =
    shared("BudgetUsedUp", "429", "A budget is used up; come back after `Retry-After`.");
pub(super) const REQUEST_REFUSED: SharedResponse =
    shared("RequestRefused", "4XX", "The request was refused; `code` says why.");
pub(super) const INTERNAL_ERROR: SharedResponse = shared("InternalError", "500", "Something failed inside.");
pub(super) const OVERLOADED: SharedResponse =
    shared("Overloaded", "503", "Overloaded; come back after `Retry-After`.");

/// Refusals that several operations declare with the same description.
const STATED_REFUSALS: [SharedResponse; 3] = [
    shared("UnknownToken", "404", "No such token."),
    shared("NotWithdrawable", "409", "Its status allows no withdrawal."),
    shared("UsedOrExpiredToken", "410", "The token is used or expired."),
];

impl SharedResponse {
    /// Adds this answer to the components, and returns a reference to it.
    pub(super) fn referred(&self, components: &mut Components) -> RefOr<Response> {
        let mut response = match self.status {
            "304" => ResponseBuilder::new().description(self.description).build(),
            _ => problem(self.description),
        };
        for header in headers_of_status(self.status) {
            response.headers.insert(header.name.to_owned(), header.referred(components));
        }
        components.responses.insert(self.name.to_owned(), RefOr::T(response));
        RefOr::Ref(Ref::from_response_name(self.name))
    }
}

/// A refusal that an operation declares.
pub(super) fn stated_refusal(
    status: &str,
    description: &str,
    components: &mut Components,
) -> RefOr<Response> {
    let mut candidates = STATED_REFUSALS.iter();
    match candidates.find(|shared| shared.status == status && shared.description == description) {
        Some(shared) => shared.referred(components),
        None => RefOr::T(problem(description)),
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

/// A header that has the same description in every answer.
pub(super) struct SharedHeader {
    /// Its name, which is also the component's.
    pub(super) name: &'static str,
    description: &'static str,
    /// The maximum length of a text; `None` for a number of seconds.
    max_length: Option<usize>,
}

const fn text(name: &'static str, description: &'static str, max_length: usize) -> SharedHeader {
    SharedHeader { name, description, max_length: Some(max_length) }
}

const REQUEST_ID: SharedHeader =
    text("X-Request-Id", "The request's id, to be given to the call centre.", 64);
const LOCATION: SharedHeader = text("Location", "The path of what was created.", 200);
const AUTHENTICATE: SharedHeader = text("WWW-Authenticate", "How to authenticate (RFC 6750).", 200);
const RETRY_AFTER: SharedHeader = SharedHeader {
    name: "Retry-After",
    description: "Seconds to wait before the next try.",
    max_length: None,
};
pub(super) const ETAG: SharedHeader =
    text("ETag", "The version of what is shown, for `If-Match` and `If-None-Match`.", 200);
pub(super) const REPLAYED: SharedHeader = text(
    "Idempotent-Replayed",
    "`true` where the answer was given before under the same `Idempotency-Key`.",
    4,
);
pub(super) const LINK: SharedHeader = text("Link", "The next page (`rel=\"next\"`), if there is one.", 2000);

impl SharedHeader {
    /// Adds this header to the components, and returns a reference to it.
    pub(super) fn referred(&self, components: &mut Components) -> RefOr<Header> {
        let header = HeaderBuilder::new().schema(Some(self.schema())).description(Some(self.description));
        components.headers.insert(self.name.to_owned(), RefOr::T(header.build()));
        RefOr::Ref(Ref::new(format!("#/components/headers/{}", self.name)))
    }

    fn schema(&self) -> Object {
        match self.max_length {
            Some(_) => ObjectBuilder::new().schema_type(Type::String).max_length(self.max_length),
            None => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(86_400)),
        }
        .build()
    }
}

/// The headers that every answer with this status has.
pub(super) fn headers_of_status(status: &str) -> Vec<SharedHeader> {
    let own = match status {
        "201" => Some(LOCATION),
        "304" => Some(ETAG),
        "401" => Some(AUTHENTICATE),
        "429" | "503" => Some(RETRY_AFTER),
        _ => None,
    };
    own.into_iter().chain([REQUEST_ID]).collect()
}

//! Answers and headers that several operations share. Each is described once, in the document's components, and the
//! operations refer to it by its name.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use crate::http::problems::MEDIA_TYPE;
use crate::http::refresh_cookie::ORIGIN_NOT_ALLOWED;

/// An answer that has the same description in every operation.
pub(super) struct SharedResponse {
    name: &'static str,
    /// The status of the answer. `4XX` means every status from 400 to 499 that has no entry of its own.
    pub(super) status: &'static str,
    description: &'static str,
}

const fn response(name: &'static str, status: &'static str, description: &'static str) -> SharedResponse {
    SharedResponse { name, status, description }
}

pub(super) const NOT_MODIFIED: SharedResponse =
    response("NotModified", "304", "The representation that you have is still the current one.");
pub(super) const MALFORMED_PARAMETER: SharedResponse =
    response("MalformedParameter", "400", "A parameter is malformed.");
pub(super) const MALFORMED_REQUEST: SharedResponse =
    response("MalformedRequest", "400", "The body is not a JSON document, or a parameter is malformed.");
pub(super) const UNAUTHENTICATED: SharedResponse = response(
    "Unauthenticated",
    "401",
    "The access token is missing, invalid or expired, or its session has ended.",
);
pub(super) const RESOURCE_NOT_FOUND: SharedResponse =
    response("ResourceNotFound", "404", "The resource does not exist or does not belong to your account.");
pub(super) const REQUEST_TIMED_OUT: SharedResponse =
    response("RequestTimedOut", "408", "The body did not arrive within the time limit.");
pub(super) const RESOURCE_CHANGED: SharedResponse =
    response("ResourceChanged", "412", "The resource has changed since you read it.");
pub(super) const BODY_TOO_LARGE: SharedResponse = response("BodyTooLarge", "413", "The body is too large.");
pub(super) const UNSUPPORTED_MEDIA_TYPE: SharedResponse = response(
    "UnsupportedMediaType",
    "415",
    "The operation does not accept the body's media type or content coding.",
);
pub(super) const INVALID_CONTENT: SharedResponse =
    response("InvalidContent", "422", "The body contains invalid values. `errors` lists all of them.");
pub(super) const INVALID_CONTENT_OR_REUSED_KEY: SharedResponse = response(
    "InvalidContentOrReusedKey",
    "422",
    "The body contains invalid values, which `errors` lists, or the `Idempotency-Key` was used for another request.",
);
pub(super) const IF_MATCH_MISSING: SharedResponse =
    response("IfMatchMissing", "428", "The header `If-Match` is missing.");
pub(super) const BUDGET_USED_UP: SharedResponse = response(
    "BudgetUsedUp",
    "429",
    "The rate limit is reached. Retry after the number of seconds in `Retry-After`.",
);
pub(super) const REQUEST_REFUSED: SharedResponse =
    response("RequestRefused", "4XX", "The request was refused. `code` names the reason.");
pub(super) const INTERNAL_ERROR: SharedResponse =
    response("InternalError", "500", "The service failed. The cause is not in the request.");
pub(super) const OVERLOADED: SharedResponse = response(
    "Overloaded",
    "503",
    "The service is overloaded or temporarily unavailable, or the outcome is unknown. Retry after the number of \
         seconds in `Retry-After`.",
);

/// Refusals that several operations declare with the same description.
const DECLARED_REFUSALS: [SharedResponse; 4] = [
    response("OriginNotAllowed", "403", ORIGIN_NOT_ALLOWED.1),
    response("UnknownToken", "404", "The token is unknown."),
    response("NotWithdrawable", "409", "The status of the filing does not allow a withdrawal."),
    response("UsedOrExpiredToken", "410", "The token was used or has expired."),
];

impl SharedResponse {
    /// Adds this answer to the components, and returns a reference to it.
    pub(super) fn add_to(&self, components: &mut Components) -> RefOr<Response> {
        let mut response = match self.status {
            "304" => ResponseBuilder::new().description(self.description).build(),
            _ => problem(self.description),
        };
        for header in headers_of_status(self.status) {
            response.headers.insert(header.name.to_owned(), header.add_to(components));
        }
        components.responses.insert(self.name.to_owned(), RefOr::T(response));
        RefOr::Ref(Ref::from_response_name(self.name))
    }
}

/// The answer for a refusal that an operation declares.
pub(super) fn declared_refusal(
    status: &str,
    description: &str,
    components: &mut Components,
) -> RefOr<Response> {
    let mut candidates = DECLARED_REFUSALS.iter();
    match candidates.find(|shared| shared.status == status && shared.description == description) {
        Some(shared) => shared.add_to(components),
        None => RefOr::T(problem(description)),
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

/// A header that has the same description in every answer.
pub(super) struct SharedHeader {
    /// The name of the header and of its component.
    pub(super) name: &'static str,
    description: &'static str,
    /// The maximum length of a text, in characters. `None` for a number of seconds.
    max_length: Option<usize>,
}

const fn text_header(name: &'static str, description: &'static str, max_length: usize) -> SharedHeader {
    SharedHeader { name, description, max_length: Some(max_length) }
}

const REQUEST_ID: SharedHeader = text_header(
    "X-Request-Id",
    "The id of the request. Give it to the call centre when you report a problem.",
    64,
);
const LOCATION: SharedHeader = text_header("Location", "The path of the new resource.", 200);
const AUTHENTICATE: SharedHeader = text_header(
    "WWW-Authenticate",
    "The authentication scheme and, if a token was sent, the error (RFC 6750).",
    200,
);
const RETRY_AFTER: SharedHeader = SharedHeader {
    name: "Retry-After",
    description: "How many seconds to wait before the next attempt.",
    max_length: None,
};
pub(super) const ETAG: SharedHeader =
    text_header("ETag", "The entity tag of the representation, for `If-Match` and `If-None-Match`.", 200);
pub(super) const REPLAYED: SharedHeader = text_header(
    "Idempotent-Replayed",
    "`true` if this is the stored answer to an earlier request with the same `Idempotency-Key`.",
    4,
);
pub(super) const LINK: SharedHeader =
    text_header("Link", "The link to the next page (`rel=\"next\"`), if there is one (RFC 8288).", 2000);

pub(super) const SET_COOKIE: SharedHeader = text_header(
    "Set-Cookie",
    "The cookie with the refresh token (`HttpOnly`, `Secure`, `SameSite=Strict`), or its removal. Absent if the caller \
     keeps the refresh token itself.",
    400,
);
/// The rest of a budget. Every answer of an operation with a budget can have them, if the budget was looked at.
pub(super) const RATE_LIMITS: [SharedHeader; 2] = [
    text_header("RateLimit", "The budget and what is left of it: `\"writes-per-account\";r=299`.", 200),
    text_header(
        "RateLimit-Policy",
        "The budget, its size, and the seconds in which it is full again: `\"writes-per-account\";q=300;w=3600`.",
        200,
    ),
];

impl SharedHeader {
    /// Adds this header to the components, and returns a reference to it.
    pub(super) fn add_to(&self, components: &mut Components) -> RefOr<Header> {
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
        "201" => vec![LOCATION],
        "304" => vec![ETAG],
        "401" => vec![AUTHENTICATE],
        "429" => [RETRY_AFTER].into_iter().chain(RATE_LIMITS).collect(),
        "503" => vec![RETRY_AFTER],
        _ => vec![],
    };
    own.into_iter().chain([REQUEST_ID]).collect()
}

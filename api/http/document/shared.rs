//! Headers that several operations share. Each is described once, in the document's components, and the operations refer
//! to it by its name.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr};

/// Adds the answer 304 to the components, and returns a reference to it.
pub(super) fn not_modified(components: &mut Components) -> RefOr<Response> {
    let name = "NotModified";
    let mut response = ResponseBuilder::new()
        .description("The representation that you have is still the current one.")
        .build();
    for header in headers_of_status("304") {
        response.headers.insert(header.name.to_owned(), header.add_to(components));
    }
    components.responses.insert(name.to_owned(), RefOr::T(response));
    RefOr::Ref(Ref::from_response_name(name))
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
    let mut headers = match status {
        "201" => vec![LOCATION],
        "304" => vec![ETAG],
        "401" => vec![AUTHENTICATE],
        "429" => [RETRY_AFTER].into_iter().chain(RATE_LIMITS).collect(),
        "503" => vec![RETRY_AFTER],
        _ => Vec::new(),
    };
    headers.push(REQUEST_ID);
    headers
}

//! What a browser needs to let pages of other origins use the API (CORS, Fetch Standard, 3.2).
//!
//! The origins are an exact list, and no answer has a wildcard. A request from another origin is served as any other: the
//! browser keeps its answer from the page, and does not send it if it needs a preflight.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN,
};

use crate::http::fields;
use crate::http::operation::IndexedOperation;
use crate::security::origins::AllowedOrigins;

/// The methods of all operations. They are the same for every path, so that a page that uses a wrong method or path can
/// read the problem document, instead of an error of the network.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
/// The headers of requests that the service reads.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "Accept-Language, Authorization, Content-Digest, Content-Type, Idempotency-Key, If-Match, If-None-Match, \
     X-Request-Id",
);
/// The headers of answers that pages may read in addition to those that the Fetch Standard allows.
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static(
    "Content-Disposition, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, \
     WWW-Authenticate, X-Request-Id",
);
/// How long a browser may remember the answer to a preflight, in seconds. Chromium remembers none for longer.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The method of the operation that a request wants: that of the request, or the one that a preflight announces.
pub(super) fn wanted_method(request: &ServiceRequest) -> Method {
    let announced = (request.method() == Method::OPTIONS)
        .then(|| request.headers().get(ACCESS_CONTROL_REQUEST_METHOD))
        .flatten()
        .and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    announced.unwrap_or_else(|| request.method().clone())
}

/// The part of CORS in one request.
pub(super) struct Cors {
    /// The origin of the page that sends the request, if it is allowed.
    origin: Option<HeaderValue>,
    /// Whether the operation uses the cookie, so that the request may be sent with credentials.
    with_credentials: bool,
    is_preflight: bool,
}

impl Cors {
    pub(super) fn of(
        request: &ServiceRequest,
        origins: &AllowedOrigins,
        operation: Option<IndexedOperation>,
    ) -> Self {
        let headers = request.headers();
        let is_preflight =
            request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        Self {
            origin: allowed_origin(headers, origins).cloned(),
            with_credentials: operation.is_some_and(|indexed| indexed.operation.uses_cookie),
            is_preflight,
        }
    }

    /// The answer to a preflight of an allowed origin. `None` for any other request.
    pub(super) fn preflight_answer(&self) -> Option<HttpResponse> {
        (self.is_preflight && self.origin.is_some()).then(|| {
            let mut answer = HttpResponse::NoContent();
            answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS));
            answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS));
            answer.insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE)).finish()
        })
    }

    /// Adds the headers that let a page of an allowed origin read the answer.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        let Some(origin) = &self.origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.with_credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if !self.is_preflight {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        }
    }
}

/// Adds the headers to the answer to a request whose head could not be read.
pub(super) fn write_unread(headers: &mut HeaderMap, origin: Option<&str>, origins: &AllowedOrigins) {
    let allowed = origin.filter(|origin| origins.allow(origin));
    let origin = allowed.and_then(|origin| HeaderValue::from_str(origin).ok());
    Cors { origin, with_credentials: false, is_preflight: false }.write(headers);
}

/// The origin of the page that sends a request, if it is allowed. A request with several is not from a browser.
pub(in crate::http) fn allowed_origin<'a>(
    headers: &'a HeaderMap,
    origins: &AllowedOrigins,
) -> Option<&'a HeaderValue> {
    let origin = fields::single(headers, ORIGIN).ok().flatten()?;
    origin.to_str().is_ok_and(|text| origins.allow(text)).then_some(origin)
}

//! The headers that every answer has, and those that belong to an error's kind.

use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::REQUEST_ID;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::http::problems::Outline;
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::security::limits::Remaining;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// When to come back to a busy service, in seconds: any of these, so that those who were turned
/// away together do not come back together.
const COME_BACK: std::ops::RangeInclusive<u8> = 2..=6;

/// All lines of the header in their order: some balancers append their hop to the line that came in,
/// others add a line of their own. A stranger's bytes, however odd, must not hide a balancer's hop.
pub(super) fn forwarded_for(headers: &HeaderMap) -> String {
    let lines = headers.get_all(FORWARDED_FOR).map(|value| String::from_utf8_lossy(value.as_bytes()));
    lines.collect::<Vec<_>>().join(",")
}

/// The refusals that a new login mends.
const INVALID_TOKEN: [IdentityRefusal; 5] = [
    IdentityRefusal::TokenInvalid,
    IdentityRefusal::TokenExpired,
    IdentityRefusal::SessionEnded,
    IdentityRefusal::RefreshTokenInvalid,
    IdentityRefusal::LoginFailed,
];
/// The refusals that pass by themselves.
const PASSING: [ServiceRefusal; 4] = [
    ServiceRefusal::NotReady,
    ServiceRefusal::Overloaded,
    ServiceRefusal::Unavailable,
    ServiceRefusal::OutcomeUnknown,
];

/// How to log in, when to come back.
pub(super) fn challenge(response: &mut HttpResponseBuilder, outline: &Outline) {
    let code = outline.code;
    if code == IdentityRefusal::TokenMissing {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    } else if INVALID_TOKEN.iter().any(|refusal| code == *refusal) {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
    } else if PASSING.iter().any(|refusal| code == *refusal) {
        response.insert_header((header::RETRY_AFTER, rand::random_range(COME_BACK).to_string()));
    } else if code == RequestRefusal::UnsupportedMediaType {
        // RFC 9110, 15.5.16: says which codings would have been taken.
        response.insert_header((header::ACCEPT_ENCODING, "identity"));
    }
    if let Some(limited) = outline.limited {
        let seconds = limited.retry_after.as_secs() + u64::from(limited.retry_after.subsec_nanos() > 0);
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        response.insert_header((RATE_LIMIT, format!("\"{}\";r=0;t={seconds}", limited.policy)));
        let policy = format!("\"{}\";q={};w={}", limited.policy, limited.quota, limited.window.as_secs());
        response.insert_header((RATE_LIMIT_POLICY, policy));
    }
}

/// Writes what every answer has, unless the handler wrote its own.
pub(super) fn write(response: &mut HttpResponse, request_id: &str, remaining: Option<Remaining>) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !headers.contains_key(&name)
        {
            headers.insert(name, value);
        }
    };
    set(REQUEST_ID, request_id);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    set(header::VARY, "Accept-Language, Authorization");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    if let Some(remaining) = remaining {
        let (policy, budget) = (remaining.policy, remaining.budget);
        set(RATE_LIMIT, &format!("\"{policy}\";r={}", remaining.left));
        set(RATE_LIMIT_POLICY, &format!("\"{policy}\";q={};w={}", budget.quota, budget.window.as_secs()));
    }
}

/// Tells the caller to open another connection for its next request, maybe to another replica.
pub(super) fn close(response: &mut HttpResponse) {
    response.head_mut().set_connection_type(ConnectionType::Close);
}

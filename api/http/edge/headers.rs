//! The headers that the edge adds: those of every answer, and those of an error.

use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::REQUEST_ID;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::RECENT_AUTHENTICATION;
use crate::http::problems::ProblemSummary;
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::security::limits::Remaining;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The range of `Retry-After` after a temporary refusal, in seconds. The value is random, so that clients that were
/// refused at the same time do not retry at the same time.
const RETRY_AFTER_SECONDS: std::ops::RangeInclusive<u8> = 2..=6;

/// The refusals that a client resolves with a new token or another login.
const INVALID_TOKEN: [IdentityRefusal; 5] = [
    IdentityRefusal::TokenInvalid,
    IdentityRefusal::TokenExpired,
    IdentityRefusal::SessionEnded,
    IdentityRefusal::RefreshTokenInvalid,
    IdentityRefusal::LoginFailed,
];
/// The refusals after which a client retries the unchanged request.
const TEMPORARY: [ServiceRefusal; 4] = [
    ServiceRefusal::NotReady,
    ServiceRefusal::Overloaded,
    ServiceRefusal::Unavailable,
    ServiceRefusal::OutcomeUnknown,
];

/// Adds the headers that depend on the error: how to authenticate, when to retry, which budget is used up.
pub(super) fn write_problem(response: &mut HttpResponseBuilder, problem: &ProblemSummary) {
    let code = problem.code;
    if code == IdentityRefusal::TokenMissing || code == IdentityRefusal::RefreshTokenMissing {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    } else if INVALID_TOKEN.iter().any(|refusal| code == *refusal) {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
    } else if code == IdentityRefusal::ReauthenticationRequired {
        // RFC 9470, section 3: the token is valid, but the authentication of its session is too old.
        let challenge = format!(
            "Bearer error=\"insufficient_user_authentication\", max_age={}",
            RECENT_AUTHENTICATION.num_seconds()
        );
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    } else if TEMPORARY.iter().any(|refusal| code == *refusal) {
        response.insert_header((header::RETRY_AFTER, rand::random_range(RETRY_AFTER_SECONDS).to_string()));
    } else if code == RequestRefusal::UnsupportedMediaType {
        // The header states which content codings the service accepts (RFC 9110, 15.5.16).
        response.insert_header((header::ACCEPT_ENCODING, "identity"));
    }
    if let Some(limited) = problem.limited {
        let seconds = limited.retry_after.as_secs() + u64::from(limited.retry_after.subsec_nanos() > 0);
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        response.insert_header((RATE_LIMIT, format!("\"{}\";r=0;t={seconds}", limited.policy)));
        let policy = format!("\"{}\";q={};w={}", limited.policy, limited.quota, limited.window.as_secs());
        response.insert_header((RATE_LIMIT_POLICY, policy));
    }
}

/// Adds the headers of every answer. A header that the handler has set is not replaced. `is_https`: callers reach the
/// service by HTTPS.
pub(super) fn write(
    response: &mut HttpResponse,
    request_id: &str,
    is_https: bool,
    remaining: Option<Remaining>,
) {
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
    set(header::VARY, "Accept-Language, Authorization, Origin");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Some(remaining) = remaining {
        let (policy, budget) = (remaining.policy, remaining.budget);
        set(RATE_LIMIT, &format!("\"{policy}\";r={}", remaining.left));
        set(RATE_LIMIT_POLICY, &format!("\"{policy}\";q={};w={}", budget.quota, budget.window.as_secs()));
    }
}

/// Closes the connection after this answer, so that the client's next request may reach another replica.
pub(super) fn close(response: &mut HttpResponse) {
    response.head_mut().set_connection_type(ConnectionType::Close);
}

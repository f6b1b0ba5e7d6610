//! The edge of the service: every request gets its id and its instant here, every error its
//! document, every answer its headers and its one line in the log.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _, web};
use futures_util::FutureExt as _;
use uuid::Uuid;

use super::access_log;
use super::context::{Arrival, client_of};
use super::language::language_of;
use super::problems::{self, MEDIA_TYPE, Occasion, Outline, Problem};
use crate::error::{Error, ProblemCode};
use crate::security::limits::Remaining;
use crate::state::State;
use crate::traffic::Purpose;

/// The request's id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Carries one request through.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let timer = access_log::Timer::start();
    let arrival = arrive(&request, &state);
    request.extensions_mut().insert(arrival.clone());
    // A HEAD is answered like a GET; the server leaves the body out.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let lang = language_of(request.headers());
    let path = request.path().to_owned();
    let occasion = Occasion {
        lang,
        path: &path,
        request_id: &arrival.request_id,
        public_url: &state.settings.public_url,
    };
    let entry = state.traffic.enter(purpose_of(request.method(), &path));
    let mut response = if entry.is_none() {
        request.into_response(Problem::from(Error::Overloaded("too many requests at once")).error_response())
    } else {
        // Nothing of the request is looked at again after a panic, and locks are the database's.
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(response) => response?.map_into_boxed_body(),
            Err(_) => return Err(panicked(occasion, &arrival, &timer)),
        }
    };
    let remaining = response.request().extensions().get::<Remaining>().copied();
    write_problem(response.response_mut(), occasion);
    write_headers(response.response_mut(), &arrival, remaining);
    if state.traffic.is_leaving() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    access_log::write(&response, &arrival, &timer);
    Ok(response)
}

fn purpose_of(method: &Method, path: &str) -> Purpose {
    match (path, method) {
        ("/livez" | "/readyz", _) => Purpose::Watch,
        (_, &Method::GET) => Purpose::Read,
        _ => Purpose::Write,
    }
}

/// The answer to a request whose handler panicked. The request is lost with it, so the answer goes
/// the way of the framework's own errors.
fn panicked(occasion: Occasion<'_>, arrival: &Arrival, timer: &access_log::Timer) -> actix_web::Error {
    let mut response = HttpResponse::InternalServerError().finish();
    response.extensions_mut().insert(Outline::bare(ProblemCode::Internal));
    write_problem(&mut response, occasion);
    write_headers(&mut response, arrival, None);
    access_log::write_panic(arrival, timer);
    InternalError::from_response("a handler panicked", response).into()
}

fn arrive(request: &ServiceRequest, state: &State) -> Arrival {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let forwarded = forwarded_for(request.headers());
    let peer = request.peer_addr().map(|peer| peer.ip());
    Arrival {
        now: state.clock.now(),
        request_id: given
            .filter(|id| is_good_id(id))
            .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
        client: client_of(peer, Some(&forwarded), &state.settings.trusted_proxies),
    }
}

/// All lines of the header in their order: some balancers append their hop to the line that came in,
/// others add a line of their own. A stranger's bytes, however odd, must not hide a balancer's hop.
fn forwarded_for(headers: &HeaderMap) -> String {
    let lines = headers.get_all(FORWARDED_FOR).map(|value| String::from_utf8_lossy(value.as_bytes()));
    lines.collect::<Vec<_>>().join(",")
}

fn is_good_id(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Replaces an error's empty body by its document.
fn write_problem(response: &mut HttpResponse<BoxBody>, occasion: Occasion<'_>) {
    let outline = response.extensions().get::<Outline>().cloned();
    let outline = outline.or_else(|| foreign(response).map(Outline::bare));
    let Some(outline) = outline else { return };
    let lang = occasion.lang;
    let document = problems::document(&outline, occasion);
    let (status, headers) = (problems::status_of(outline.code), response.headers().clone());
    let mut written = HttpResponse::build(status);
    written.content_type(MEDIA_TYPE);
    written.insert_header((header::CONTENT_LANGUAGE, lang.tag()));
    for (name, value) in
        headers.iter().filter(|(name, _)| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH)
    {
        written.append_header((name.clone(), value.clone()));
    }
    challenge(&mut written, &outline);
    *response = written.body(document.to_string());
}

/// The code of an error that the framework answered by itself.
fn foreign(response: &HttpResponse<BoxBody>) -> Option<ProblemCode> {
    // Swagger UI answers what it does not have with an empty 404 that is no error of the framework.
    let bare =
        response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(header::CONTENT_TYPE);
    if !bare {
        response.error()?;
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => ProblemCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => ProblemCode::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
        status if status.is_client_error() => ProblemCode::InvalidParameter,
        _ => ProblemCode::Internal,
    })
}

/// The headers that belong to an error's kind: how to log in, when to come back.
fn challenge(response: &mut actix_web::HttpResponseBuilder, outline: &Outline) {
    match outline.code {
        ProblemCode::TokenMissing => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        ProblemCode::TokenInvalid
        | ProblemCode::TokenExpired
        | ProblemCode::SessionEnded
        | ProblemCode::RefreshTokenInvalid
        | ProblemCode::LoginFailed => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
        }
        ProblemCode::Overloaded | ProblemCode::Unavailable | ProblemCode::OutcomeUnknown => {
            response.insert_header((header::RETRY_AFTER, "2"));
        }
        _ => {}
    }
    if let Some(limited) = outline.limited {
        let seconds = limited.retry_after.as_secs() + u64::from(limited.retry_after.subsec_nanos() > 0);
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        response.insert_header((RATE_LIMIT, format!("\"{}\";r=0;t={seconds}", limited.policy)));
        let policy = format!("\"{}\";q={};w={}", limited.policy, limited.quota, limited.window.as_secs());
        response.insert_header((RATE_LIMIT_POLICY, policy));
    }
}

fn write_headers(response: &mut HttpResponse<BoxBody>, arrival: &Arrival, remaining: Option<Remaining>) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !headers.contains_key(&name)
        {
            headers.insert(name, value);
        }
    };
    set(REQUEST_ID, &arrival.request_id);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_of_callers_are_taken_only_if_a_log_can_bear_them() {
        assert!(is_good_id("3f0c2b1a-0000-4000-8000-000000000000"));
        for id in ["", "short", "with space in it", "x\n[forged log line]", &"a".repeat(65)] {
            assert!(!is_good_id(id), "{id}");
        }
    }
}

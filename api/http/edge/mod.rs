//! The edge: the middleware around all handlers. It gives each request its id and its time, each error its problem
//! document, and each answer its headers and one line in the access log. It refuses requests during an overload,
//! cancels handlers that take too long, and catches panics.

pub(super) mod cors;
mod handler;
mod headers;
mod response_body;
mod unread;

use std::cell::Cell;
use std::time::{Duration, Instant as Stopwatch};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, web};
use tracing::Instrument as _;
use uuid::Uuid;

use super::access_log::{self, Entry};
use super::caller::KnownAccount;
use super::client::client_of;
use super::context::RequestData;
use super::edge::cors::Cors;
use super::edge::handler::HandlerFailure;
use super::fields;
use super::language::language_of;
use super::operation::{IndexedOperation, OperationIndex};
use super::problems::{self, MEDIA_TYPE, ProblemContext, ProblemSummary};
use super::query;
use super::refresh_cookie::CookieToSet;
use crate::domain::filings::uploads as upload;
use crate::domain::values::lang::Lang;
use crate::error::{Error, ProblemCode};
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::ops::traffic::{AdmissionPermit, RequestClass, time_to_send};
use crate::security::limits::Remaining;
use crate::state::State;

pub use self::unread::{answer_unread, refuse_unread};

/// The header with the request's id, in requests and in answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The status in the log and the metrics for a request whose client closed the connection before the answer. The
/// request may have taken effect.
const CLIENT_DISCONNECTED: u16 = 499;
/// The paths of probes. Probes are never refused: an orchestrator that gets no answer stops the process, and an
/// overload gets worse.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// Handles one request.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let guard = RequestGuard::begin(&request, state);
    request.extensions_mut().insert(guard.request_data.clone());
    // A preflight is answered even in an overload: without its answer, the browser does not send the request at all.
    if let Some(answer) = guard.cors.preflight_answer() {
        return Ok(guard.end(request.into_response(answer)));
    }
    let Some(permit) = guard.admit() else {
        let response = request.into_response(ProblemSummary::of_code(ServiceRefusal::Overloaded).respond());
        return Ok(guard.end(response));
    };
    if let Some(refusal) = guard.refusal_of_query(request.query_string()) {
        let response = request.into_response(ProblemSummary::of(&refusal).respond());
        return Ok(guard.end(response));
    }
    // No route handles HEAD. The request is handled as a GET, and the body is omitted below.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let span = tracing::info_span!("request", request_id = %guard.request_data.request_id);
    match handler::run(next.call(request), guard.time_limit()).instrument(span).await {
        Ok(Ok(response)) => {
            let response = guard.end(response.map_into_boxed_body());
            Ok(response.map_body(|_, body| match guard.method {
                Method::HEAD => response_body::omit(body.size(), permit),
                _ => response_body::send(body, permit),
            }))
        }
        Ok(Err(error)) => Err(guard.end_without_request(error.error_response())),
        Err(failure) => {
            let summary = ProblemSummary::of_code(guard.refusal_of(failure));
            Err(guard.end_without_request(summary.respond()))
        }
    }
}

/// The data of a request that the edge needs after the handler has taken the request. A guard that is dropped before
/// the answer logs and counts the request: its client has closed the connection.
struct RequestGuard {
    state: web::Data<State>,
    request_data: RequestData,
    lang: Lang,
    method: Method,
    path: String,
    /// The route's pattern, such as `/v1/declarations/{id}`.
    route: Option<String>,
    operation: Option<IndexedOperation>,
    cors: Cors,
    started: Stopwatch,
    /// Whether the request was logged and counted.
    is_recorded: Cell<bool>,
}

impl RequestGuard {
    fn begin(request: &ServiceRequest, state: web::Data<State>) -> Self {
        let route = request.match_pattern();
        let operations = request.app_data::<OperationIndex>().cloned().unwrap_or_default();
        let find = |method| route.as_deref().and_then(|route| operations.find(method, route));
        Self {
            started: Stopwatch::now(),
            is_recorded: Cell::new(false),
            request_data: request_data_of(request, &state),
            lang: language_of(request.headers()),
            method: request.method().clone(),
            path: request.path().to_owned(),
            cors: Cors::of(request, &state.settings.origins, find(&cors::wanted_method(request))),
            operation: find(request.method()),
            route,
            state,
        }
    }

    /// Admits the request, unless too many are in progress.
    fn admit(&self) -> Option<AdmissionPermit> {
        if PROBES.contains(&self.path.as_str()) {
            return Some(self.state.traffic.admit_always());
        }
        match self.state.traffic.admit(self.class(), &self.request_data.client) {
            Ok(permit) => Some(permit),
            Err(rejection) => {
                self.state.metrics.turned_away(self.class(), rejection);
                None
            }
        }
    }

    /// The refusal of a query that the operation does not take.
    fn refusal_of_query(&self, query: &str) -> Option<Error> {
        let faults = query::faults(query, &self.operation.as_ref()?.query);
        (!faults.is_empty()).then_some(Error::InvalidParameters(faults))
    }

    /// The time limit of the handler. An operation that receives a file has more time than the others.
    fn time_limit(&self) -> Duration {
        let limit = self.state.settings.serving.request_time;
        if self.operation.as_ref().is_some_and(|indexed| indexed.operation.takes_file) {
            limit + time_to_send(upload::MAX_BYTES.into())
        } else {
            limit
        }
    }

    fn class(&self) -> RequestClass {
        match self.method {
            Method::POST | Method::PUT | Method::PATCH | Method::DELETE => RequestClass::Filing,
            _ => RequestClass::Read,
        }
    }

    fn refusal_of(&self, failure: HandlerFailure) -> ServiceRefusal {
        match (failure, self.class()) {
            (HandlerFailure::Panicked, _) => {
                self.state.metrics.panicked();
                ServiceRefusal::Internal
            }
            (HandlerFailure::TimedOut, class) => {
                self.state.metrics.given_up();
                // The database job of a cancelled handler may still commit.
                if class == RequestClass::Filing {
                    ServiceRefusal::OutcomeUnknown
                } else {
                    ServiceRefusal::Overloaded
                }
            }
        }
    }

    fn end(&self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let (remaining, account, cookie) = {
            let mut known = response.request().extensions_mut();
            let (remaining, account) =
                (known.get::<Remaining>().copied(), known.get::<KnownAccount>().copied());
            (remaining, account, known.remove::<CookieToSet>())
        };
        self.finish(response.response_mut(), remaining, account);
        if let Some(cookie) = cookie {
            cookie.add_to(response.headers_mut());
        }
        response
    }

    /// Answers a request after its handler has dropped the request. Without the request, actix-web accepts an answer
    /// only inside an error.
    fn end_without_request(&self, mut response: HttpResponse) -> actix_web::Error {
        self.finish(&mut response, None, None);
        InternalError::from_response("the handler dropped the request", response).into()
    }

    fn finish(
        &self,
        response: &mut HttpResponse,
        remaining: Option<Remaining>,
        account: Option<KnownAccount>,
    ) {
        let code = self.write_problem(response);
        let is_https = self.state.settings.public_url.starts_with("https:");
        headers::write(response, &self.request_data.request_id, is_https, remaining);
        self.cors.write(response.headers_mut());
        if self.state.traffic.is_draining() {
            headers::close(response);
        }
        let bytes = match response.body().size() {
            BodySize::Sized(bytes) if self.method != Method::HEAD => bytes,
            _ => 0,
        };
        self.record(response.status().as_u16(), bytes, code, account);
    }

    /// Counts the request, and writes its line in the access log.
    fn record(&self, status: u16, bytes: u64, code: Option<ProblemCode>, account: Option<KnownAccount>) {
        self.is_recorded.set(true);
        let (route, elapsed) = (self.route.as_deref(), self.started.elapsed());
        self.state.metrics.answered(self.method.as_str(), route, status, elapsed);
        access_log::write(&Entry {
            method: self.method.as_str(),
            route,
            status,
            code,
            bytes,
            elapsed: Some(elapsed),
            request_id: &self.request_data.request_id,
            client: &self.request_data.client,
            account,
        });
    }

    /// Replaces the empty body of an error with its problem document, and returns the problem's code.
    fn write_problem(&self, response: &mut HttpResponse) -> Option<ProblemCode> {
        let summary = response.extensions().get::<ProblemSummary>().cloned();
        let summary = summary.or_else(|| framework_error_code(response).map(ProblemSummary::of_code));
        let summary = summary?;
        if let Some(limited) = summary.limited {
            self.state.metrics.rate_limited(limited.policy);
        }
        let context = ProblemContext {
            lang: self.lang,
            path: &self.path,
            request_id: &self.request_data.request_id,
            public_url: &self.state.settings.public_url,
        };
        let document = problems::document(&summary, context);
        let mut written = HttpResponse::build(problems::status_of(summary.code));
        written.content_type(MEDIA_TYPE);
        written.insert_header((header::CONTENT_LANGUAGE, self.lang.tag()));
        for (name, value) in response
            .headers()
            .iter()
            .filter(|(name, _)| **name != header::CONTENT_TYPE && **name != header::CONTENT_LENGTH)
        {
            written.append_header((name.clone(), value.clone()));
        }
        headers::write_problem(&mut written, &summary);
        *response = written.body(document.to_string());
        Some(summary.code)
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if !self.is_recorded.get() {
            self.record(CLIENT_DISCONNECTED, 0, None, None);
        }
    }
}

fn request_data_of(request: &ServiceRequest, state: &State) -> RequestData {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    // Some load balancers append an address to the existing line, others add a line.
    let forwarded = fields::list(request.headers(), "x-forwarded-for");
    let peer = request.peer_addr().map(|peer| peer.ip());
    RequestData {
        now: state.clock.now(),
        request_id: given
            .filter(|id| is_safe_id(id))
            .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
        client: client_of(peer, forwarded.as_deref(), &state.settings.trusted_proxies),
    }
}

/// Whether an id from the caller can be used as the request's id: 8 to 64 letters, digits, `-` and `_`.
fn is_safe_id(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The code of an error answer that comes from the web framework and not from a handler.
fn framework_error_code(response: &HttpResponse) -> Option<ProblemCode> {
    response.error()?;
    Some(match response.status() {
        StatusCode::NOT_FOUND => ServiceRefusal::NotFound.into(),
        StatusCode::METHOD_NOT_ALLOWED => RequestRefusal::MethodNotAllowed.into(),
        StatusCode::REQUEST_TIMEOUT => RequestRefusal::RequestTimeout.into(),
        StatusCode::PAYLOAD_TOO_LARGE => RequestRefusal::BodyTooLarge.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => RequestRefusal::UnsupportedMediaType.into(),
        status if status.is_client_error() => RequestRefusal::InvalidParameter.into(),
        _ => ServiceRefusal::Internal.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_of_the_caller_is_used_only_if_it_is_safe_to_log() {
        assert!(is_safe_id("3f0c2b1a-0000-4000-8000-000000000000"));
        for id in ["", "short", "with space in it", "x\n[forged log line]", &"a".repeat(65)] {
            assert!(!is_safe_id(id), "{id}");
        }
    }
}

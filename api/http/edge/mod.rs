//! The edge of the service: every request gets its id and its instant here, every error its
//! document, every answer its headers and its one line in the log. Too many requests are turned
//! away here, too slow ones given up, and a panic ends one request and nothing else.

mod departure;
mod headers;
mod patience;

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

use super::access_log::{self, Line};
use super::caller::KnownAccount;
use super::client::client_of;
use super::context::Arrival;
use super::edge::departure::{depart, leave_out};
use super::edge::patience::{Lost, patiently};
use super::language::language_of;
use super::operation::{Operation, OperationIndex};
use super::problems::{self, MEDIA_TYPE, Occasion, Outline};
use crate::domain::filings::uploads as upload;
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::ops::traffic::{AdmissionPermit, RequestClass, time_to_send};
use crate::security::limits::Remaining;
use crate::state::State;

/// The request's id, in and out.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What stands in the log and in the metrics for the status of an answer whose caller was gone before it:
/// what was asked for may have been done.
const HUNG_UP: u16 = 499;
/// Paths of probes: an orchestrator that hears nothing ends the process, which helps nobody in an
/// overload.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// Carries one request through.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let visit = Visit::begin(&request, state);
    request.extensions_mut().insert(visit.arrival.clone());
    let Some(permit) = visit.admit() else {
        let response = request.into_response(Outline::bare(ServiceRefusal::Overloaded).respond());
        return Ok(visit.end(response));
    };
    // A HEAD is answered like a GET, without the body.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let span = tracing::info_span!("request", request_id = %visit.arrival.request_id);
    let limit = visit.patience();
    match patiently(next.call(request), limit).instrument(span).await {
        Ok(Ok(response)) => {
            let response = visit.end(response.map_into_boxed_body());
            Ok(response.map_body(|_, body| match visit.method {
                Method::HEAD => leave_out(body.size(), permit),
                _ => depart(body, permit),
            }))
        }
        Ok(Err(error)) => Err(visit.end_without_request(error.error_response())),
        Err(lost) => Err(visit.end_without_request(Outline::bare(visit.code_of(lost)).respond())),
    }
}

/// What the edge keeps of a request while the handlers have it.
struct Visit {
    state: web::Data<State>,
    arrival: Arrival,
    lang: Lang,
    method: Method,
    path: String,
    /// The route's pattern, such as `/v1/declarations/{id}`.
    route: Option<String>,
    operation: Option<&'static Operation>,
    begun: Stopwatch,
    /// Whether its answer, or that there is none, was written down.
    noted: Cell<bool>,
}

impl Visit {
    fn begin(request: &ServiceRequest, state: web::Data<State>) -> Self {
        let route = request.match_pattern();
        let known = request.app_data::<OperationIndex>().cloned().unwrap_or_default();
        Self {
            begun: Stopwatch::now(),
            noted: Cell::new(false),
            arrival: arrive(request, &state),
            lang: language_of(request.headers()),
            method: request.method().clone(),
            path: request.path().to_owned(),
            operation: route.as_deref().and_then(|route| known.find(request.method(), route)),
            route,
            state,
        }
    }

    /// A permit, unless too many requests are under way.
    fn admit(&self) -> Option<AdmissionPermit> {
        if PROBES.contains(&self.path.as_str()) {
            return Some(self.state.traffic.admit_always());
        }
        match self.state.traffic.admit(self.class(), &self.arrival.client) {
            Ok(permit) => Some(permit),
            Err(why) => {
                self.state.metrics.turned_away(self.class(), why);
                None
            }
        }
    }

    /// How long the handlers may take: only a file may come for longer than everything else.
    fn patience(&self) -> Duration {
        let limit = self.state.settings.serving.request_time;
        if self.operation.is_some_and(|operation| operation.takes_file) {
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

    fn code_of(&self, lost: Lost) -> ServiceRefusal {
        match (lost, self.class()) {
            (Lost::Panicked, _) => {
                self.state.metrics.panicked();
                ServiceRefusal::Internal
            }
            (Lost::TooSlow, class) => {
                self.state.metrics.given_up();
                // A handler that was given up may still store what it was about to store.
                if class == RequestClass::Filing {
                    ServiceRefusal::OutcomeUnknown
                } else {
                    ServiceRefusal::Overloaded
                }
            }
        }
    }

    fn end(&self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let (remaining, account) = {
            let known = response.request().extensions();
            (known.get::<Remaining>().copied(), known.get::<KnownAccount>().copied())
        };
        self.finish(response.response_mut(), remaining, account);
        response
    }

    /// Where the handlers have lost the request, the server takes the answer as an error's.
    fn end_without_request(&self, mut response: HttpResponse) -> actix_web::Error {
        self.finish(&mut response, None, None);
        InternalError::from_response("the request was lost", response).into()
    }

    fn finish(
        &self,
        response: &mut HttpResponse,
        remaining: Option<Remaining>,
        account: Option<KnownAccount>,
    ) {
        self.write_problem(response);
        headers::write(response, &self.arrival.request_id, remaining);
        if self.state.traffic.is_draining() {
            headers::close(response);
        }
        let bytes = match response.body().size() {
            BodySize::Sized(bytes) if self.method != Method::HEAD => bytes,
            _ => 0,
        };
        self.note(response.status().as_u16(), bytes, account);
    }

    /// Counts the request and writes its line.
    fn note(&self, status: u16, bytes: u64, account: Option<KnownAccount>) {
        self.noted.set(true);
        let (route, elapsed) = (self.route.as_deref(), self.begun.elapsed());
        self.state.metrics.answered(self.method.as_str(), route, status, elapsed);
        access_log::write(&Line {
            method: &self.method,
            route,
            status,
            bytes,
            elapsed,
            request_id: &self.arrival.request_id,
            account,
        });
    }

    /// Replaces an error's empty body by its document.
    fn write_problem(&self, response: &mut HttpResponse) {
        let outline = response.extensions().get::<Outline>().cloned();
        let outline = outline.or_else(|| foreign(response).map(Outline::bare));
        let Some(outline) = outline else { return };
        if let Some(limited) = outline.limited {
            self.state.metrics.rate_limited(limited.policy);
        }
        let occasion = Occasion {
            lang: self.lang,
            path: &self.path,
            request_id: &self.arrival.request_id,
            public_url: &self.state.settings.public_url,
        };
        let document = problems::document(&outline, occasion);
        let mut written = HttpResponse::build(problems::status_of(outline.code));
        written.content_type(MEDIA_TYPE);
        written.insert_header((header::CONTENT_LANGUAGE, self.lang.tag()));
        for (name, value) in response
            .headers()
            .iter()
            .filter(|(name, _)| **name != header::CONTENT_TYPE && **name != header::CONTENT_LENGTH)
        {
            written.append_header((name.clone(), value.clone()));
        }
        headers::challenge(&mut written, &outline);
        *response = written.body(document.to_string());
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if !self.noted.get() {
            self.note(HUNG_UP, 0, None);
        }
    }
}

fn arrive(request: &ServiceRequest, state: &State) -> Arrival {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let forwarded = headers::forwarded_for(request.headers());
    let peer = request.peer_addr().map(|peer| peer.ip());
    Arrival {
        now: state.clock.now(),
        request_id: given
            .filter(|id| is_good_id(id))
            .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned),
        client: client_of(peer, Some(&forwarded), &state.settings.trusted_proxies),
    }
}

fn is_good_id(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The code of an error that the framework answered by itself.
fn foreign(response: &HttpResponse) -> Option<ProblemCode> {
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
    fn request_ids_of_callers_are_taken_only_if_a_log_can_bear_them() {
        assert!(is_good_id("3f0c2b1a-0000-4000-8000-000000000000"));
        for id in ["", "short", "with space in it", "x\n[forged log line]", &"a".repeat(65)] {
            assert!(!is_good_id(id), "{id}");
        }
    }
}

//! Requests that do not reach the edge, because their heads cannot be read.

use std::net::IpAddr;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody as _};
use actix_web::http::{StatusCode, header};
use uuid::Uuid;

use super::{cors, headers};
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::access_log::{self, Entry};
use crate::http::client::client_of;
use crate::http::problems::refusals::RequestRefusal;
use crate::http::problems::{self, MEDIA_TYPE, ProblemContext, ProblemSummary};
use crate::state::State;

/// The answer to a request that did not reach the edge, because its head could not be read. `status` is 400, 408, 414 or
/// 431. The answer has its line in the access log, and is counted. Nothing of the request is known but its header `Origin`,
/// if that has arrived, and the address of the connection, which behind a load balancer is that of the balancer.
#[must_use]
pub fn refuse_unread(
    status: StatusCode,
    peer: Option<IpAddr>,
    origin: Option<&str>,
    state: &State,
) -> Option<HttpResponse> {
    let mut refused = Refused::new(status, state)?;
    cors::write_unread(refused.answer.headers_mut(), origin, &state.settings.origins);
    let bytes = match refused.answer.body().size() {
        BodySize::Sized(bytes) => bytes,
        _ => 0,
    };
    state.metrics.unread(status.as_u16());
    access_log::write(&Entry {
        method: "",
        route: None,
        status: status.as_u16(),
        code: Some(refused.code),
        bytes,
        elapsed: None,
        request_id: &refused.request_id,
        client: &client_of(peer, None, &state.settings.trusted_proxies),
        account: None,
    });
    Some(refused.answer)
}

/// The same answer on the operator's port, whose requests are neither logged nor counted.
#[must_use]
pub fn answer_unread(status: StatusCode, state: &State) -> Option<HttpResponse> {
    Refused::new(status, state).map(|refused| refused.answer)
}

struct Refused {
    code: ProblemCode,
    request_id: String,
    answer: HttpResponse,
}

impl Refused {
    /// Neither the path nor the language of the request is known.
    fn new(status: StatusCode, state: &State) -> Option<Self> {
        let code = code_of(status)?;
        let (lang, public_url) = (Lang::Ja, state.settings.public_url.as_str());
        let request_id = Uuid::new_v4().to_string();
        let context = ProblemContext { lang, path: "", request_id: &request_id, public_url };
        let document = problems::document(&ProblemSummary::of_code(code), context);
        let mut answer = HttpResponse::build(status)
            .content_type(MEDIA_TYPE)
            .insert_header((header::CONTENT_LANGUAGE, lang.tag()))
            .body(document.to_string());
        headers::write(&mut answer, &request_id, public_url.starts_with("https:"), None);
        Some(Self { code, request_id, answer })
    }
}

fn code_of(status: StatusCode) -> Option<ProblemCode> {
    Some(match status {
        StatusCode::BAD_REQUEST => RequestRefusal::MalformedRequest.into(),
        StatusCode::REQUEST_TIMEOUT => RequestRefusal::RequestTimeout.into(),
        StatusCode::URI_TOO_LONG => RequestRefusal::TargetTooLong.into(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => RequestRefusal::HeadTooLarge.into(),
        _ => return None,
    })
}

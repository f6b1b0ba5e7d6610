//! Requests that do not reach the edge, because their heads cannot be read.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use uuid::Uuid;

use super::headers;
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::problems::refusals::RequestRefusal;
use crate::http::problems::{self, MEDIA_TYPE, ProblemContext, ProblemSummary};
use crate::state::State;

/// The answer to a request that did not reach the edge, because its head could not be read. `status` is the HTTP
/// library's: 400, 408 or 431. Neither the path nor the language of the request is known.
#[must_use]
pub fn refuse_unread(status: StatusCode, state: &State) -> Option<HttpResponse> {
    let code: ProblemCode = match status {
        StatusCode::BAD_REQUEST => RequestRefusal::MalformedRequest.into(),
        StatusCode::REQUEST_TIMEOUT => RequestRefusal::RequestTimeout.into(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => RequestRefusal::HeadTooLarge.into(),
        _ => return None,
    };
    let (lang, public_url) = (Lang::Ja, state.settings.public_url.as_str());
    let request_id = Uuid::new_v4().to_string();
    let context = ProblemContext { lang, path: "", request_id: &request_id, public_url };
    let document = problems::document(&ProblemSummary::of_code(code), context);
    let mut answer = HttpResponse::build(status)
        .content_type(MEDIA_TYPE)
        .insert_header((header::CONTENT_LANGUAGE, lang.tag()))
        .body(document.to_string());
    headers::write(&mut answer, &request_id, public_url.starts_with("https:"), None);
    Some(answer)
}

//! Errors as callers see them: problem documents (RFC 9457) in Japanese or English.
//!
//! A handler returns a [`Problem`], and the edge writes the document. Only the edge knows the language, the path and
//! the request id of every error, including the errors of the web framework.

pub mod catalogue;
pub mod fault_texts;
pub mod page;
pub mod refusals;

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::problems::catalogue::entry;
use super::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::lang::Lang;
use crate::error::{Error, Limited, ParameterFault, Place, ProblemCode, chain};

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error that a handler returns to the edge.
#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status_of(code_of(&self.0))
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        log(&self.0);
        ProblemSummary::of(&self.0).respond()
    }
}

/// Logs a failure or an overload of the service, with its causes. Refusals are not logged.
fn log(error: &Error) {
    match error {
        Error::Internal(_) => tracing::error!(error = %chain(error), "a request failed"),
        Error::Unavailable(_) => {
            tracing::error!(error = %chain(error), "the database or the file storage is unavailable; a request failed");
        }
        Error::Overloaded(what) => tracing::warn!(what, "a request was turned away"),
        Error::Refused(_)
        | Error::Invalid(_)
        | Error::InvalidParameters(_)
        | Error::NotFound
        | Error::Limited(_)
        | Error::OutcomeUnknown => {}
    }
}

/// The code of an error.
#[must_use]
pub fn code_of(error: &Error) -> ProblemCode {
    match error {
        Error::Refused(code) => *code,
        Error::Invalid(_) => RequestRefusal::InvalidContent.into(),
        Error::InvalidParameters(_) => RequestRefusal::InvalidParameter.into(),
        Error::NotFound => ServiceRefusal::NotFound.into(),
        Error::Limited(_) => ServiceRefusal::RateLimited.into(),
        Error::Overloaded(_) => ServiceRefusal::Overloaded.into(),
        Error::Unavailable(_) => ServiceRefusal::Unavailable.into(),
        Error::OutcomeUnknown => ServiceRefusal::OutcomeUnknown.into(),
        Error::Internal(_) => ServiceRefusal::Internal.into(),
    }
}

/// The status of a code.
#[must_use]
pub fn status_of(code: ProblemCode) -> StatusCode {
    StatusCode::from_u16(entry(code).status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The parts of an error that the problem document needs. The causes of the error were logged before, and are not
/// included.
#[derive(Debug, Clone)]
pub struct ProblemSummary {
    /// The problem's code.
    pub code: ProblemCode,
    /// The refused values of the body.
    pub faults: Vec<FieldFault>,
    /// The refused parameters and headers.
    pub parameters: Vec<ParameterFault>,
    /// The budget that is used up, if one is.
    pub limited: Option<Limited>,
}

impl ProblemSummary {
    /// Summarises an error.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self {
            code: code_of(error),
            faults: if let Error::Invalid(faults) = error { faults.clone() } else { Vec::new() },
            parameters: if let Error::InvalidParameters(faults) = error {
                faults.clone()
            } else {
                Vec::new()
            },
            limited: if let Error::Limited(limited) = error { Some(*limited) } else { None },
        }
    }

    /// A problem that has only a code.
    #[must_use]
    pub fn of_code(code: impl Into<ProblemCode>) -> Self {
        Self { code: code.into(), faults: Vec::new(), parameters: Vec::new(), limited: None }
    }

    /// An answer without a body. The edge adds the document.
    #[must_use]
    pub fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::new(status_of(self.code));
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The URL of a page that explains the problem, its cause and what to do, in Japanese and English.
    #[serde(rename = "type")]
    #[schema(max_length = 300, example = "/problems/invalid-content")]
    pub kind: String,
    /// The name of the problem, in the language of `Accept-Language`.
    #[schema(max_length = 200, example = "入力内容の誤り")]
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    pub status: u16,
    /// What happened and what to do, for the person at the screen, in the language of `Accept-Language`.
    #[schema(
        max_length = 2000,
        example = "入力された値の中に、受け付けられないものがあります。すべてerrorsに示しています。"
    )]
    pub detail: String,
    /// What the caller's program should do, for its developer, in the language of `Accept-Language`. Absent if there is
    /// nothing to add to `detail`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(
        nullable = false,
        max_length = 1000,
        example = "errorsのそれぞれのdetailを、pointerの示す項目に表示してください。"
    )]
    pub advice: Option<String>,
    /// The path of the request. Empty if the head of the request could not be read.
    #[schema(max_length = 2000, example = "/v1/registrations")]
    pub instance: String,
    /// The code of the problem. A code never changes its meaning.
    #[schema(max_length = 60, pattern = "^[A-Z][A-Z0-9_]*$", example = "INVALID_CONTENT")]
    pub code: String,
    /// The id of the request, the same as in the header `X-Request-Id`. Give it to the call centre when you report the
    /// problem.
    #[schema(max_length = 64, example = "7f0c2b1a-5d1e-4c55-9a3b-0d2f6e8a4b10")]
    pub request_id: String,
    /// Whether the unchanged request may succeed later.
    #[schema(example = false)]
    pub retryable: bool,
    /// All invalid values of the body, or all invalid parameters and headers. Absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[schema(max_items = 50)]
    pub errors: Vec<FieldError>,
}

/// One invalid value of a request. Either `pointer`, `parameter` or `header` says where it is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The code of the reason. A code never changes its meaning.
    #[schema(max_length = 60, pattern = "^[A-Z][A-Z0-9_]*$", example = "EMAIL_FORM")]
    pub code: String,
    /// The place of the value in the body, as a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, max_length = 1000, example = "/email")]
    pub pointer: Option<String>,
    /// The name of the parameter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, max_length = 60)]
    pub parameter: Option<String>,
    /// The name of the header.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, max_length = 60)]
    pub header: Option<String>,
    /// The reason, in the language of `Accept-Language`. The text never repeats the value.
    #[schema(
        max_length = 1000,
        example = "メールアドレスは、「clinic@example.jp」のような形で入力してください。"
    )]
    pub detail: String,
}

impl FieldError {
    fn in_body(FieldFault { pointer, fault }: &FieldFault, lang: Lang) -> Self {
        Self { pointer: Some(pointer.clone()), ..Self::of(*fault, lang) }
    }

    fn outside_body(ParameterFault { place, name, fault }: &ParameterFault, lang: Lang) -> Self {
        let name = Some(name.clone().into_owned());
        match place {
            Place::Query => Self { parameter: name, ..Self::of(*fault, lang) },
            Place::Header => Self { header: name, ..Self::of(*fault, lang) },
        }
    }

    fn of(fault: Fault, lang: Lang) -> Self {
        let (code, detail) = (fault.code().to_owned(), fault_texts::detail(fault, lang));
        Self { code, pointer: None, parameter: None, header: None, detail }
    }
}

/// The data of the request that the problem document needs.
#[derive(Debug, Clone, Copy)]
pub struct ProblemContext<'a> {
    /// The language of the texts.
    pub lang: Lang,
    /// The request's path.
    pub path: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// The public URL of the service.
    pub public_url: &'a str,
}

/// Writes the problem document.
#[must_use]
pub fn document(summary: &ProblemSummary, context: ProblemContext<'_>) -> Value {
    let entry = entry(summary.code);
    let lang = context.lang;
    let of_body = summary.faults.iter().map(|fault| FieldError::in_body(fault, lang));
    let outside = summary.parameters.iter().map(|fault| FieldError::outside_body(fault, lang));
    let document = ProblemDocument {
        kind: format!("{}/problems/{}", context.public_url, page::slug(summary.code)),
        title: entry.title.get(lang).to_owned(),
        status: entry.status,
        detail: entry.detail(lang),
        advice: entry.advice.map(|advice| advice.get(lang).to_owned()),
        instance: context.path.to_owned(),
        code: summary.code.as_str().to_owned(),
        request_id: context.request_id.to_owned(),
        retryable: entry.retryable,
        errors: of_body.chain(outside).collect(),
    };
    serde_json::to_value(document).unwrap_or_default()
}

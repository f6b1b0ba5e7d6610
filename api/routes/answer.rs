//! An answer before it is written, in a form that can be kept under an idempotency key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problems::MEDIA_TYPE;
use crate::domain::lang::Lang;
use crate::error::Error;

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    location: Option<String>,
    /// The language of a problem's texts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    body: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Result<Self, Error> {
        Self::with(StatusCode::OK, body)
    }

    /// 202 with a body.
    pub fn accepted(body: &impl Serialize) -> Result<Self, Error> {
        Self::with(StatusCode::ACCEPTED, body)
    }

    /// 201 with a body and the new resource's path.
    pub fn created(location: String, body: &impl Serialize) -> Result<Self, Error> {
        Ok(Self { location: Some(location), ..Self::with(StatusCode::CREATED, body)? })
    }

    /// 204.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { status: 204, etag: None, location: None, language: None, body: None }
    }

    /// A problem document in its language.
    #[must_use]
    pub fn problem(status: u16, document: &Value, lang: Lang) -> Self {
        let language = Some(lang.tag().to_owned());
        Self { status, language, body: Some(document.to_string()), ..Self::nothing() }
    }

    fn with(status: StatusCode, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self { status: status.as_u16(), body: Some(body), ..Self::nothing() })
    }

    /// The same with an entity tag.
    #[must_use]
    pub fn tagged(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    /// The kept answer as it is given again: a kept problem names the request at hand.
    #[must_use]
    pub fn again(mut self, request_id: &str) -> Self {
        if self.status >= 400
            && let Some(body) = &mut self.body
            && let Ok(Value::Object(mut document)) = serde_json::from_str(body)
        {
            document.insert("request_id".to_owned(), request_id.into());
            *body = Value::Object(document).to_string();
        }
        self
    }

    /// Writes the answer.
    #[must_use]
    pub fn write(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(language) = self.language {
            response.insert_header((header::CONTENT_LANGUAGE, language));
        }
        match self.body {
            None => response.finish(),
            Some(body) => {
                response.content_type(if self.status >= 400 { MEDIA_TYPE } else { "application/json" });
                response.body(body)
            }
        }
    }
}

//! An answer before it is written, in a form that can be kept under an idempotency key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    location: Option<String>,
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
        Self { status: 204, etag: None, location: None, body: None }
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
        match self.body {
            None => response.finish(),
            Some(body) => response.content_type("application/json").body(body),
        }
    }
}

//! The answers of handlers. An answer can be stored under an idempotency key and sent again.

use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The header that marks an answer as a stored one: it was sent before under the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The parts of an answer that are stored under an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredAnswer {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    body: Option<String>,
}

/// An answer with a body of type `B`.
#[derive(Debug)]
pub struct Answer<B> {
    stored: StoredAnswer,
    header: Option<(HeaderName, String)>,
    body: PhantomData<fn() -> B>,
}

/// The type of the body of an answer that has no body.
#[derive(Debug)]
pub enum NoBody {}

impl<B: Serialize> Answer<B> {
    /// 200 with a body.
    pub fn ok(body: &B) -> Result<Self, Error> {
        Self::with(StatusCode::OK, body)
    }

    /// 202 with a body.
    pub fn accepted(body: &B) -> Result<Self, Error> {
        Self::with(StatusCode::ACCEPTED, body)
    }

    /// 201 with a body and the path of the new resource.
    pub fn created(location: String, body: &B) -> Result<Self, Error> {
        let mut answer = Self::with(StatusCode::CREATED, body)?;
        answer.stored.location = Some(location);
        Ok(answer)
    }

    fn with(status: StatusCode, body: &B) -> Result<Self, Error> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self {
            stored: StoredAnswer { body: Some(body), ..StoredAnswer::bare(status) },
            header: None,
            body: PhantomData,
        })
    }
}

impl Answer<NoBody> {
    /// 204 without a body.
    #[must_use]
    pub fn no_content() -> Self {
        Self { stored: StoredAnswer::bare(StatusCode::NO_CONTENT), header: None, body: PhantomData }
    }
}

impl<B> Answer<B> {
    /// 304: the caller has the current representation, whose entity tag this is.
    #[must_use]
    pub fn not_modified(etag: String) -> Self {
        Self { stored: StoredAnswer::bare(StatusCode::NOT_MODIFIED), header: None, body: PhantomData }
            .with_etag(etag)
    }

    /// An answer that was stored under an idempotency key.
    #[must_use]
    pub fn replayed(stored: StoredAnswer) -> Self {
        Self { stored, header: Some((REPLAYED, "true".to_owned())), body: PhantomData }
    }

    /// The same answer with an entity tag.
    #[must_use]
    pub fn with_etag(mut self, etag: String) -> Self {
        self.stored.etag = Some(etag);
        self
    }

    /// The same answer with a header that is not stored.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: String) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// The parts of the answer that are stored under an idempotency key.
    #[must_use]
    pub const fn stored(&self) -> &StoredAnswer {
        &self.stored
    }
}

impl<B> Responder for Answer<B> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let StoredAnswer { status, etag, location, body } = self.stored;
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
        let optional_headers = [(header::ETAG, etag), (header::LOCATION, location)];
        let given_headers = optional_headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (name, value) in given_headers.chain(self.header) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((name, value));
            }
        }
        match body {
            None => response.finish(),
            Some(body) => response.content_type("application/json").body(body),
        }
    }
}

impl StoredAnswer {
    fn bare(status: StatusCode) -> Self {
        Self { status: status.as_u16(), etag: None, location: None, body: None }
    }
}

//! Answers in a form that can be stored under an idempotency key and sent again.

use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The header of an answer that was sent before under the same idempotency key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The parts of an answer that are stored under an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
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
    kept: Kept,
    header: Option<(HeaderName, String)>,
    body: PhantomData<fn() -> B>,
}

/// The type of the body of an answer that has no body.
#[derive(Debug)]
pub enum Nothing {}

/// The body of an operation with a confirmation screen: `B`, or `P` if the request had `validate_only`.
#[derive(Debug)]
pub struct OrPreview<B, P>(PhantomData<(B, P)>);

impl<B: Serialize> Answer<B> {
    /// 200 with a body.
    pub fn ok(body: &B) -> Result<Self, Error> {
        Self::with(StatusCode::OK, body)
    }

    /// 202 with a body.
    pub fn accepted(body: &B) -> Result<Self, Error> {
        Self::with(StatusCode::ACCEPTED, body)
    }

    /// 201 with a body and the new resource's path.
    pub fn created(location: String, body: &B) -> Result<Self, Error> {
        let mut answer = Self::with(StatusCode::CREATED, body)?;
        answer.kept.location = Some(location);
        Ok(answer)
    }

    fn with(status: StatusCode, body: &B) -> Result<Self, Error> {
        let body = serde_json::to_string(body).map_err(Error::internal)?;
        Ok(Self { kept: Kept { body: Some(body), ..Kept::bare(status) }, header: None, body: PhantomData })
    }
}

impl Answer<Nothing> {
    /// 204 without a body.
    #[must_use]
    pub fn nothing() -> Self {
        Self { kept: Kept::bare(StatusCode::NO_CONTENT), header: None, body: PhantomData }
    }
}

impl<B> Answer<B> {
    /// 304: the caller already has the representation with this entity tag.
    #[must_use]
    pub fn unchanged(etag: String) -> Self {
        Self { kept: Kept::bare(StatusCode::NOT_MODIFIED), header: None, body: PhantomData }.tagged(etag)
    }

    /// An answer that was stored under an idempotency key.
    #[must_use]
    pub fn replayed(kept: Kept) -> Self {
        Self { kept, header: Some((REPLAYED, "true".to_owned())), body: PhantomData }
    }

    /// The same answer with an entity tag.
    #[must_use]
    pub fn tagged(mut self, etag: String) -> Self {
        self.kept.etag = Some(etag);
        self
    }

    /// The same answer with a header that is not stored.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: String) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    /// The parts of the answer that are stored under an idempotency key.
    #[must_use]
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The same answer, typed as an answer of an operation with a confirmation screen.
    #[must_use]
    pub fn or_preview<P>(self) -> Answer<OrPreview<B, P>> {
        Answer { kept: self.kept, header: self.header, body: PhantomData }
    }

    /// The same answer, typed as the answer to a request with `validate_only`.
    #[must_use]
    pub fn as_preview<O>(self) -> Answer<OrPreview<O, B>> {
        Answer { kept: self.kept, header: self.header, body: PhantomData }
    }
}

impl<B> Responder for Answer<B> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Kept { status, etag, location, body } = self.kept;
        let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
        let optional_headers = [(header::ETAG, etag), (header::LOCATION, location)];
        let present_headers = optional_headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (name, value) in present_headers.chain(self.header) {
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

impl Kept {
    fn bare(status: StatusCode) -> Self {
        Self { status: status.as_u16(), etag: None, location: None, body: None }
    }
}

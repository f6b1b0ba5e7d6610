//! The extractor of JSON bodies.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};
use validator::Validate;

use super::node::Node;
use super::{tree, validation};
use crate::domain::values::faults::{Draft, Faults};
use crate::error::Error;
use crate::http::fields;
use crate::http::problems::Problem;
use crate::http::problems::refusals::RequestRefusal;
use crate::ops::traffic::time_to_send;
use crate::state::State;

/// The maximum size of a JSON body, in bytes. It is about five times the size of the longest filing.
const MAX_BYTES: usize = 64 * 1024;

/// A JSON body, with every fault found so far. Wrong values were replaced by empty ones. So the body is not
/// accessible: [`Self::read`] parses it, and returns the result only if there is no fault.
pub struct Json<T> {
    value: T,
    faults: Faults,
    fingerprint: Vec<u8>,
}

impl<T> Json<T> {
    /// The SHA-256 digest of the body. White space and the order of members do not change it.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }

    /// Parses the body and returns the result.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault, if there is one.
    pub fn read<P>(self, parse: impl FnOnce(&T, &mut Faults) -> Option<P>) -> Result<P, Error> {
        Ok(self.draft(parse).finish(|parsed| parsed)?)
    }

    /// Parses the body into a draft. Further rules can add their faults to the draft.
    pub fn draft<D>(self, parse: impl FnOnce(&T, &mut Faults) -> D) -> Draft<D> {
        let Self { value, mut faults, .. } = self;
        let parts = parse(&value, &mut faults);
        Draft::new(parts, faults)
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            if !is_json(&request) {
                return Err(RequestRefusal::UnsupportedMediaType.into());
            }
            let bytes = receive(&request, payload, MAX_BYTES).await?;
            read(&bytes).map_err(Problem::from)
        })
    }
}

/// Receives a body of at most `limit` bytes within the time limit of the settings. The time limit grows with the
/// bytes received, so that a file can arrive over a slow line.
///
/// # Errors
/// [`RequestRefusal::UnsupportedMediaType`] for a compressed body, which could exceed the limit when unpacked;
/// [`RequestRefusal::BodyTooLarge`]; [`RequestRefusal::RequestTimeout`]; [`RequestRefusal::MalformedJson`] if the
/// transfer fails.
pub async fn receive(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<BytesMut, Error> {
    if !is_uncompressed(request) {
        return Err(RequestRefusal::UnsupportedMediaType.into());
    }
    if stated_length(request).is_some_and(|length| length > limit) {
        return Err(RequestRefusal::BodyTooLarge.into());
    }
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(|| Error::internal("the request has no application state"))?;
    let (started, body_time) = (Instant::now(), state.settings.serving.body_time);
    let mut bytes = BytesMut::new();
    loop {
        let deadline = started + body_time + time_to_send(bytes.len() as u64);
        let next = timeout_at(deadline, payload.next()).await.map_err(|_| RequestRefusal::RequestTimeout)?;
        let Some(chunk) = next else { return Ok(bytes) };
        let chunk = chunk.map_err(|_| RequestRefusal::MalformedJson)?;
        if bytes.len() + chunk.len() > limit {
            return Err(RequestRefusal::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// The length of the body, if the headers state it.
fn stated_length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body is sent without a content coding (RFC 9110, 8.4).
fn is_uncompressed(request: &HttpRequest) -> bool {
    request
        .headers()
        .get_all(CONTENT_ENCODING)
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// How clients write the charset UTF-8, in letters of any case.
const UTF_8: [&str; 4] = ["utf-8", "\"utf-8\"", "utf8", "\"utf8\""];

/// Whether the media type is `application/json`, in UTF-8 if a charset is stated.
fn is_json(request: &HttpRequest) -> bool {
    let Ok(Some(value)) = fields::single(request.headers(), CONTENT_TYPE) else { return false };
    let value = value.to_str().unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| {
            parameter.split_once('=').is_none_or(|(name, charset)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || UTF_8.iter().any(|utf_8| charset.trim().eq_ignore_ascii_case(utf_8))
            })
        })
}

fn read<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<Json<T>, Error> {
    // Some programs write a byte order mark, which a parser may ignore (RFC 8259, 8.1).
    let document = tree::parse(bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes))?;
    // The tree's members are sorted by name, so equal bodies have equal texts.
    let fingerprint = Sha256::digest(document.to_string().as_bytes()).to_vec();
    let faults = RefCell::new(Faults::default());
    let value = Node::root(&document, &faults).read(|root| T::deserialize(root));
    let mut faults = faults.into_inner();
    // Reading ends early only after a fault was noted.
    let Ok(value) = value else { return Ok(faults.finish(None)?) };
    if let Err(errors) = value.validate() {
        validation::note(&mut faults, "", &errors);
    }
    Ok(Json { value, faults, fingerprint })
}

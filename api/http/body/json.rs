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
use crate::http::problems::Problem;
use crate::http::problems::refusals::RequestRefusal;
use crate::ops::traffic::time_to_send;
use crate::state::State;

/// Largest JSON body: the longest filing is a fifth of it.
const MAX_BYTES: usize = 64 * 1024;

/// A body that was read as far as it could be, with everything found wrong so far. What was wrong is
/// stood in for by empty values, so there is no way to hold the body itself: it is parsed here, and what was
/// parsed comes out once nothing is wrong.
pub struct Json<T> {
    value: T,
    faults: Faults,
    fingerprint: Vec<u8>,
}

impl<T> Json<T> {
    /// Tells equal bodies from different ones, whatever their white space and order of members.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }

    /// What `parse` makes of the body, if nothing is wrong with it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault.
    pub fn read<P>(self, parse: impl FnOnce(&T, &mut Faults) -> Option<P>) -> Result<P, Error> {
        Ok(self.draft(parse).finish(|parsed| parsed)?)
    }

    /// What could be read of the body, to be held against more rules.
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

/// Receives a body of at most `limit` bytes, in time.
///
/// # Errors
/// [`RequestRefusal::UnsupportedMediaType`] for a compressed body, which could swell beyond any limit;
/// [`RequestRefusal::BodyTooLarge`]; [`RequestRefusal::RequestTimeout`].
pub async fn receive(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<BytesMut, Error> {
    if !is_plain(request) {
        return Err(RequestRefusal::UnsupportedMediaType.into());
    }
    if announced(request).is_some_and(|length| length > limit) {
        return Err(RequestRefusal::BodyTooLarge.into());
    }
    let state = request.app_data::<web::Data<State>>().ok_or_else(|| Error::internal("no state"))?;
    let (begun, body_time) = (Instant::now(), state.settings.serving.body_time);
    let mut bytes = BytesMut::new();
    loop {
        let end = begun + body_time + time_to_send(bytes.len() as u64);
        let next = timeout_at(end, payload.next()).await.map_err(|_| RequestRefusal::RequestTimeout)?;
        let Some(chunk) = next else { return Ok(bytes) };
        let chunk = chunk.map_err(|_| RequestRefusal::MalformedJson)?;
        if bytes.len() + chunk.len() > limit {
            return Err(RequestRefusal::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// How long the body will be, if its head says so.
fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body comes as it is (RFC 9110, 8.4).
fn is_plain(request: &HttpRequest) -> bool {
    request
        .headers()
        .get_all(CONTENT_ENCODING)
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| {
            parameter.split_once('=').is_none_or(|(name, charset)| {
                !name.eq_ignore_ascii_case("charset")
                    || charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}

fn read<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<Json<T>, Error> {
    let document = tree::parse(bytes)?;
    // The parsed tree keeps its members in order of their names.
    let fingerprint = Sha256::digest(document.to_string().as_bytes()).to_vec();
    let faults = RefCell::new(Faults::default());
    let value = Node::root(&document, &faults).read(|root| T::deserialize(root));
    let mut faults = faults.into_inner();
    // Where reading ended early, the place is among the faults.
    let Ok(value) = value else { return Ok(faults.finish(None)?) };
    if let Err(errors) = value.validate() {
        validation::note(&mut faults, "", &errors);
    }
    Ok(Json { value, faults, fingerprint })
}

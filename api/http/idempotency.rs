//! Idempotency keys: a submission has one effect and one answer, however often it arrives.
//!
//! The key is stored in the transaction of the effect, so a crash leaves both or neither. A refused request changes
//! nothing and stores no key, so the same request may succeed later. A second request with the same key waits until the
//! first one has ended, and gets the same answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::answer::Answer;
use super::caller::Caller;
use super::context::Context;
use super::fields;
use super::operation::{KeyPolicy, Operation};
use super::problems::Problem;
use crate::db::store::idempotency_keys::{self, Scope};
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::http::problems::refusals::RequestRefusal;
use crate::usecases::work::Work;

/// The name of the header.
const NAME: &str = "Idempotency-Key";

/// The maximum length of a key, in characters.
const MAX_LENGTH: usize = 255;

/// The header of operations that file a declaration or a succession, or withdraw one.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct IdempotencyKeyHeader {
    /// A random key that you choose, such as a UUID. Use a new key for each filing, and repeat the key on every retry
    /// of that filing: then the request has one effect and one answer, however often it arrives. The service keeps keys
    /// for 30 days.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 257,
        pattern = "^(\"[!#-~]{1,255}\"|[!#-~]{1,255})$",
        example = "6f1d8f5e-9a44-4bd1-8a35-0f1f2f1b7c55"
    )]
    idempotency_key: String,
}

/// The header of operations that create something else, or correct or change something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct OptionalIdempotencyKeyHeader {
    /// A random key that you choose, such as a UUID. Repeat the key on every retry: then the request has one effect and
    /// one answer, however often it arrives. The service keeps keys for 30 days.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 257,
        pattern = "^(\"[!#-~]{1,255}\"|[!#-~]{1,255})$",
        example = "6f1d8f5e-9a44-4bd1-8a35-0f1f2f1b7c55"
    )]
    idempotency_key: String,
}

/// The key without quotes, if the request has one. Callers may send it with or without quotes.
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match fields::single(request.headers(), NAME) {
            Ok(None) => Ok(Self(None)),
            Ok(Some(value)) => read_key(value)
                .map(|key| Self(Some(key)))
                .ok_or_else(|| Error::header(NAME, Fault::IdempotencyKeyForm).into()),
            Err(fields::Repeated) => Err(Error::header(NAME, Fault::RepeatedParameter).into()),
        })
    }
}

fn read_key(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_valid = (1..=MAX_LENGTH).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    is_valid.then(|| bare.to_owned())
}

/// One request to an operation that takes a key.
pub struct Submission {
    operation: &'static Operation,
    key: Option<String>,
    fingerprint: Vec<u8>,
}

impl Submission {
    /// Makes a submission.
    ///
    /// # Errors
    /// [`RequestRefusal::IdempotencyKeyRequired`] if the operation requires a key and the request has none.
    pub fn new(operation: &'static Operation, key: IdempotencyKey) -> Result<Self, Error> {
        if operation.key == KeyPolicy::Required && key.0.is_none() {
            return Err(RequestRefusal::IdempotencyKeyRequired.into());
        }
        Ok(Self { operation, key: key.0, fingerprint: Vec::new() })
    }

    /// Adds a part of the request to its fingerprint. Two requests with the same key must have equal fingerprints.
    #[must_use]
    pub fn fingerprinted(mut self, part: impl AsRef<[u8]>) -> Self {
        let mut digest = Sha256::new();
        digest.update(&self.fingerprint);
        digest.update(part.as_ref());
        self.fingerprint = digest.finalize().to_vec();
        self
    }
}

impl<C: Caller> Context<C> {
    /// Runs `effect` in one transaction, once for each key. A repeated request gets the stored answer.
    ///
    /// # Errors
    /// [`RequestRefusal::IdempotencyKeyReused`] if the key was used for another request; the refusals of the caller's
    /// token; the errors of `effect`.
    pub async fn submit<B, E>(&self, submission: Submission, effect: E) -> Result<Answer<B>, Error>
    where
        B: 'static,
        E: FnOnce(&mut Work<'_>) -> Result<Answer<B>, Error> + Send + 'static,
    {
        self.write(move |work| submission.run_once(work, effect)).await
    }
}

impl Submission {
    fn run_once<B>(
        self,
        work: &mut Work<'_>,
        effect: impl FnOnce(&mut Work<'_>) -> Result<Answer<B>, Error>,
    ) -> Result<Answer<B>, Error> {
        let Some(key) = self.key else { return effect(work) };
        let scope = Scope { principal: work.actor.key_owner(), operation: self.operation.id, key };
        if let Some((fingerprint, stored)) = idempotency_keys::find(work.conn, &scope)? {
            return if fingerprint == self.fingerprint {
                Ok(Answer::replayed(stored))
            } else {
                Err(RequestRefusal::IdempotencyKeyReused.into())
            };
        }
        let answer = effect(work)?;
        idempotency_keys::insert(work.conn, &scope, &self.fingerprint, answer.stored(), work.now())?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_be_quoted_and_have_a_maximum_length() {
        let read = |text: &str| read_key(&HeaderValue::from_str(text).unwrap());
        assert_eq!(read("abc-1").as_deref(), Some("abc-1"));
        assert_eq!(read("\"abc-1\"").as_deref(), Some("abc-1"));
        assert_eq!(read(&"k".repeat(255)).map(|key| key.len()), Some(255));
        for text in ["", "\"\"", "a b", "\"a", &"k".repeat(256)] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn different_parts_give_different_fingerprints() {
        const OPERATION: Operation = Operation::of_account("test");
        let filing = |parts: &[&str]| {
            let empty = Submission::new(&OPERATION, IdempotencyKey(None)).unwrap();
            parts.iter().fold(empty, Submission::fingerprinted).fingerprint
        };
        assert_eq!(filing(&["a", "b"]), filing(&["a", "b"]));
        assert_ne!(filing(&["a", "b"]), filing(&["ab"]));
        assert_ne!(filing(&["a", "b"]), filing(&["b", "a"]));
    }
}

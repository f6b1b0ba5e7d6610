//! Idempotency keys: however often a submission arrives, it has one effect and one answer.
//!
//! The key is stored in the transaction of the effect, so a crash leaves both or neither. A refusal changes nothing
//! and stores no key: the same request may succeed later. A second request with the same key waits for the first
//! and gets the same answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::answer::Answer;
use super::caller::Caller;
use super::context::Context;
use super::operation::{KeyPolicy, Operation};
use super::problems::Problem;
use super::rehearsal::WriteQuery;
use crate::db::engine::writer::Mode;
use crate::db::store::idempotency_keys::{self, Scope};
use crate::error::Error;
use crate::http::problems::refusals::RequestRefusal;
use crate::usecases::work::Work;

/// Longest key.
const MAX_LENGTH: usize = 255;

/// The header of operations that file something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct IdempotencyKeyHeader {
    /// A random key of your own choice, one per filing, repeated on every retry of it: however
    /// often the request arrives, it has one effect and one answer. Required, except with
    /// `validate_only`. Kept for 30 days.
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

/// The header of operations that create something without filing it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct OptionalIdempotencyKeyHeader {
    /// A random key of your own choice, repeated on every retry: however often the request
    /// arrives, it has one effect and one answer. Kept for 30 days.
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

/// The key as sent, bare or quoted.
pub struct IdempotencyKey(Option<String>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self(None))) };
        ready(match read_key(value) {
            Some(key) => Ok(Self(Some(key))),
            None => Err(RequestRefusal::InvalidParameter.into()),
        })
    }
}

fn read_key(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let good = (1..=MAX_LENGTH).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    good.then(|| bare.to_owned())
}

/// One submission of an operation that takes a key.
pub struct Submission {
    operation: &'static Operation,
    query: WriteQuery,
    key: Option<String>,
    fingerprint: Vec<u8>,
}

impl Submission {
    /// A submission. If the operation requires a key, only a rehearsal may omit it.
    ///
    /// # Errors
    /// [`RequestRefusal::IdempotencyKeyRequired`].
    pub fn new(operation: &'static Operation, query: WriteQuery, key: IdempotencyKey) -> Result<Self, Error> {
        if operation.key == KeyPolicy::Required && key.0.is_none() && !query.validate_only {
            return Err(RequestRefusal::IdempotencyKeyRequired.into());
        }
        Ok(Self { operation, query, key: key.0, fingerprint: Vec::new() })
    }

    /// Adds a part of the request to its fingerprint, which tells it from another with the same key.
    #[must_use]
    pub fn about(mut self, part: impl AsRef<[u8]>) -> Self {
        let mut digest = Sha256::new();
        digest.update(&self.fingerprint);
        digest.update(part.as_ref());
        self.fingerprint = digest.finalize().to_vec();
        self
    }
}

impl<C: Caller> Context<C> {
    /// Carries out a submission, once for each key.
    ///
    /// # Errors
    /// Those of the caller's token, of the key, and of `effect`.
    pub async fn submit<B, E>(&self, submission: Submission, effect: E) -> Result<Answer<B>, Error>
    where
        B: 'static,
        E: FnOnce(&mut Work<'_>) -> Result<Answer<B>, Error> + Send + 'static,
    {
        self.write(submission.query, move |work| submission.once(work, effect)).await
    }
}

impl Submission {
    fn once<B>(
        self,
        work: &mut Work<'_>,
        effect: impl FnOnce(&mut Work<'_>) -> Result<Answer<B>, Error>,
    ) -> Result<Answer<B>, Error> {
        let Some(key) = self.key.filter(|_| self.query.mode() == Mode::Store) else { return effect(work) };
        let scope = Scope { principal: work.actor.key_owner(), operation: self.operation.id, key };
        if let Some((fingerprint, kept)) = idempotency_keys::find(work.conn, &scope)? {
            return if fingerprint == self.fingerprint {
                Ok(Answer::replayed(kept))
            } else {
                Err(RequestRefusal::IdempotencyKeyReused.into())
            };
        }
        let answer = effect(work)?;
        idempotency_keys::insert(work.conn, &scope, &self.fingerprint, answer.kept(), work.now())?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bare_or_quoted_and_of_limited_length() {
        let read = |text: &str| read_key(&HeaderValue::from_str(text).unwrap());
        assert_eq!(read("abc-1").as_deref(), Some("abc-1"));
        assert_eq!(read("\"abc-1\"").as_deref(), Some("abc-1"));
        assert_eq!(read(&"k".repeat(255)).map(|key| key.len()), Some(255));
        for text in ["", "\"\"", "a b", "\"a", &"k".repeat(256)] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_fingerprint_tells_bodies_and_paths_apart() {
        const OPERATION: Operation = Operation::of_account("test");
        let filing = |parts: &[&str]| {
            let empty = Submission::new(&OPERATION, WriteQuery::default(), IdempotencyKey(None)).unwrap();
            parts.iter().fold(empty, Submission::about).fingerprint
        };
        assert_eq!(filing(&["a", "b"]), filing(&["a", "b"]));
        assert_ne!(filing(&["a", "b"]), filing(&["ab"]));
        assert_ne!(filing(&["a", "b"]), filing(&["b", "a"]));
    }
}

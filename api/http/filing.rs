//! How every write is carried out: who it is for, once per idempotency key, kept or rehearsed.
//!
//! The key's row is written in the transaction of the effect: a crash leaves both or neither, and a
//! retry finds the truth. A refusal changes nothing and keeps no key: the same request may succeed once
//! its cause is mended. A second request with the same key waits for the first and then gets the
//! same answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use uuid::Uuid;

use super::answer::Answer;
use super::context::{Bearer, Context};
use super::problems::Problem;
use super::rehearsal::WriteQuery;
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::engine::writer::Mode;
use crate::db::store::idempotency_keys::{self, Scope};
use crate::error::Error;
use crate::http::problems::refusals::RequestRefusal;
use crate::usecases::identity::sessions::Principal;
use crate::usecases::work::{Call, Work};

/// Longest key.
const LONGEST: usize = 255;
/// Tells a caller that the answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

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
    let good = (1..=LONGEST).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    good.then(|| bare.to_owned())
}

/// Writes of strangers belong to no account.
pub fn nobody(_: &mut Conn, _: &Call) -> Result<(Uuid, ()), Error> {
    Ok((Uuid::nil(), ()))
}

/// One write.
pub struct Filing {
    operation: &'static str,
    mode: Mode,
    key: Option<String>,
    fingerprint: Vec<u8>,
}

impl Filing {
    /// A write of an operation that files something: a key is required unless it is a rehearsal.
    ///
    /// # Errors
    /// [`RequestRefusal::IdempotencyKeyRequired`].
    pub fn keyed(operation: &'static str, query: WriteQuery, key: IdempotencyKey) -> Result<Self, Error> {
        if key.0.is_none() && !query.validate_only {
            return Err(RequestRefusal::IdempotencyKeyRequired.into());
        }
        Ok(Self::new(operation, query, key))
    }

    /// A write of an operation for which a key is optional.
    #[must_use]
    pub fn new(operation: &'static str, query: WriteQuery, key: IdempotencyKey) -> Self {
        Self { operation, mode: query.mode(), key: key.0, fingerprint: Vec::new() }
    }

    /// A write that takes no key.
    #[must_use]
    pub const fn unkeyed(query: WriteQuery) -> Self {
        Self { operation: "", mode: query.mode(), key: None, fingerprint: Vec::new() }
    }

    /// Adds to what tells this request from another with the same key.
    #[must_use]
    pub fn about(mut self, part: impl AsRef<[u8]>) -> Self {
        let mut digest = Sha256::new();
        digest.update(&self.fingerprint);
        digest.update(part.as_ref());
        self.fingerprint = digest.finalize().to_vec();
        self
    }
}

/// What came of a write.
enum Outcome {
    Done(Answer),
    Before(Answer),
}

impl Context {
    /// Carries out a write for a logged-in account.
    ///
    /// # Errors
    /// The refusals of `act`, of the session and of the key.
    pub async fn carry_out<A>(&self, filing: Filing, bearer: Bearer, act: A) -> Result<HttpResponse, Problem>
    where
        A: FnOnce(&mut Work<'_>, &Principal) -> Result<Answer, Error> + Send + 'static,
    {
        let who = move |conn: &mut Conn, call: &Call| {
            // An account's writes come one after the other: equal keys find the first one's answer.
            locks::hold(conn, &[Lock::Account(bearer.account_id())])?;
            let principal = bearer.principal(conn, call.now)?;
            Ok((principal.account.id.uuid(), principal))
        };
        self.carry_out_for(filing, who, move |work, principal| act(work, &principal)).await
    }

    /// Carries out a write for whoever `who` finds, with the id that the key belongs to.
    ///
    /// # Errors
    /// The refusals of `who`, `act` and the key.
    pub async fn carry_out_for<P, W, A>(
        &self,
        filing: Filing,
        who: W,
        act: A,
    ) -> Result<HttpResponse, Problem>
    where
        W: FnOnce(&mut Conn, &Call) -> Result<(Uuid, P), Error> + Send + 'static,
        A: FnOnce(&mut Work<'_>, P) -> Result<Answer, Error> + Send + 'static,
    {
        let (call, policy) = (self.call.clone(), self.state.policy.clone());
        let mode = filing.mode;
        let outcome = self.state.database.write(mode, move |conn| {
            let (principal, person) = who(conn, &call)?;
            once_per_key(conn, &filing, principal, &call, |conn| {
                act(&mut Work::new(conn, &call, &policy), person)
            })
        });
        let outcome = outcome.await?;
        if mode == Mode::Store {
            self.state.wake.notify_one();
        }
        Ok(match outcome {
            Outcome::Done(answer) => answer.write(),
            Outcome::Before(answer) => {
                let mut response = answer.write();
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
                response
            }
        })
    }
}

fn once_per_key(
    conn: &mut Conn,
    filing: &Filing,
    principal: Uuid,
    call: &Call,
    act: impl FnOnce(&mut Conn) -> Result<Answer, Error>,
) -> Result<Outcome, Error> {
    let Some(key) = filing.key.clone().filter(|_| filing.mode == Mode::Store) else {
        return act(conn).map(Outcome::Done);
    };
    let scope = Scope { principal, operation: filing.operation, key };
    if let Some((fingerprint, answer)) = idempotency_keys::find::<Answer>(conn, &scope)? {
        return if fingerprint == filing.fingerprint {
            Ok(Outcome::Before(answer))
        } else {
            Err(RequestRefusal::IdempotencyKeyReused.into())
        };
    }
    let answer = act(conn)?;
    idempotency_keys::insert(conn, &scope, &filing.fingerprint, &answer, call.now)?;
    Ok(Outcome::Done(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bare_or_quoted_and_of_sane_length() {
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
        let filing = |parts: &[&str]| {
            parts.iter().fold(Filing::unkeyed(WriteQuery::default()), Filing::about).fingerprint
        };
        assert_eq!(filing(&["a", "b"]), filing(&["a", "b"]));
        assert_ne!(filing(&["a", "b"]), filing(&["ab"]));
        assert_ne!(filing(&["a", "b"]), filing(&["b", "a"]));
    }
}

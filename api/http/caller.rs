//! The caller of a request: the account of an access token, or anyone. The transaction of the request turns
//! the caller into an actor.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage as _, HttpRequest, web};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::context::Arrival;
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::access_tokens::Verified;
use crate::state::State;
use crate::usecases::actor::Actor;
use crate::usecases::identity::sessions;

/// The name of the security scheme in the document.
pub const BEARER: &str = "bearer";

/// The security scheme of the document.
#[must_use]
pub fn bearer_scheme() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("JWT".to_owned());
    http.description = Some("An access token of `POST /v1/sessions`, good for ten minutes.".to_owned());
    SecurityScheme::Http(http)
}

/// The caller that a request states. The transaction checks the caller and finds the actor.
pub trait Caller: Clone + Send + 'static {
    /// The account of the access token, if there is one.
    fn account_id(&self) -> Option<AccountId> {
        None
    }

    /// Locks what the caller is about to change, before the transaction reads it.
    ///
    /// # Errors
    /// The error of the database.
    fn lock(&self, conn: &mut Conn) -> Result<(), Error>;

    /// Finds the actor.
    ///
    /// # Errors
    /// [`IdentityRefusal::SessionEnded`] or another refusal of the caller.
    fn actor(&self, conn: &mut Conn, now: Instant) -> Result<Actor, Error>;
}

/// A caller that is known from the headers of a request.
pub trait NamedByHead: Caller {
    /// Reads the headers.
    ///
    /// # Errors
    /// The refusals of a token.
    fn of_request(request: &HttpRequest) -> Result<Self, Error>;
}

/// A caller without a token.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl NamedByHead for Anyone {
    fn of_request(_: &HttpRequest) -> Result<Self, Error> {
        Ok(Self)
    }
}

impl Caller for Anyone {
    fn lock(&self, _: &mut Conn) -> Result<(), Error> {
        Ok(())
    }

    fn actor(&self, _: &mut Conn, _: Instant) -> Result<Actor, Error> {
        Ok(Actor::Anonymous)
    }
}

/// The account of a verified access token. The transaction checks whether its session is still open.
#[derive(Debug, Clone, Copy)]
pub struct LoggedIn(Verified);

impl NamedByHead for LoggedIn {
    fn of_request(request: &HttpRequest) -> Result<Self, Error> {
        let state = request.app_data::<web::Data<State>>().ok_or_else(|| Error::internal("no state"))?;
        let now = request.extensions().get::<Arrival>().map(|arrival| arrival.now);
        let now = now.ok_or_else(|| Error::internal("a request did not pass the edge"))?;
        let header = request.headers().get(AUTHORIZATION).ok_or(IdentityRefusal::TokenMissing)?;
        let header = header.to_str().map_err(|_| IdentityRefusal::TokenInvalid)?;
        let (scheme, token) = header.split_once(' ').ok_or(IdentityRefusal::TokenInvalid)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(IdentityRefusal::TokenInvalid.into());
        }
        let verified = state.tokens.verify(token.trim(), now)?;
        request.extensions_mut().insert(KnownAccount(verified.account_id));
        Ok(Self(verified))
    }
}

impl Caller for LoggedIn {
    fn account_id(&self) -> Option<AccountId> {
        Some(self.0.account_id)
    }

    /// Runs the writes of an account one after the other, so that a repeated idempotency key finds the first
    /// answer.
    fn lock(&self, conn: &mut Conn) -> Result<(), Error> {
        locks::acquire(conn, &[Lock::Account(self.0.account_id)])
    }

    fn actor(&self, conn: &mut Conn, now: Instant) -> Result<Actor, Error> {
        sessions::authenticate(conn, &self.0, now).map(Actor::Account)
    }
}

/// The account of a request's access token, for the access log. Its session may have ended.
#[derive(Debug, Clone, Copy)]
pub struct KnownAccount(pub AccountId);

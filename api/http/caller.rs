//! The caller of a request: the account of an access token, the holder of a mailed link, or anyone.
//!
//! A caller is known before the transaction of the request begins. The transaction checks the caller, and turns it
//! into an [`Actor`], on whose authority the use case acts.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage as _, HttpRequest, web};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::context::RequestData;
use super::fields;
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

/// The name of the security scheme in the OpenAPI document.
pub const BEARER: &str = "bearer";

/// The security scheme in the OpenAPI document.
#[must_use]
pub fn bearer_scheme() -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("JWT".to_owned());
    http.description = Some(
        "The access token of a session, from `POST /v1/sessions`. It is valid for ten minutes.".to_owned(),
    );
    SecurityScheme::Http(http)
}

/// The caller that a request names.
pub trait Caller: Clone + Send + 'static {
    /// The account of the access token, if the request has one.
    fn account_id(&self) -> Option<AccountId> {
        None
    }

    /// Takes the locks of the caller's data. The transaction calls this before it reads anything.
    ///
    /// # Errors
    /// The error of the database.
    fn lock(&self, conn: &mut Conn) -> Result<(), Error>;

    /// Checks the caller, and returns the actor.
    ///
    /// # Errors
    /// [`IdentityRefusal::SessionEnded`] or another refusal of the caller.
    fn actor(&self, conn: &mut Conn, now: Instant) -> Result<Actor, Error>;
}

/// A caller that the headers of a request name.
pub trait CallerFromHeaders: Caller {
    /// Reads the caller from the headers.
    ///
    /// # Errors
    /// [`IdentityRefusal::TokenMissing`], [`IdentityRefusal::TokenInvalid`], [`IdentityRefusal::TokenExpired`].
    fn from_headers_of(request: &HttpRequest) -> Result<Self, Error>;
}

/// A caller without a token.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

impl CallerFromHeaders for Anyone {
    fn from_headers_of(_: &HttpRequest) -> Result<Self, Error> {
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

impl CallerFromHeaders for LoggedIn {
    fn from_headers_of(request: &HttpRequest) -> Result<Self, Error> {
        let state = request
            .app_data::<web::Data<State>>()
            .ok_or_else(|| Error::internal("the request has no application state"))?;
        let now = request.extensions().get::<RequestData>().map(|data| data.now);
        let now = now.ok_or_else(|| Error::internal("the request did not pass the edge middleware"))?;
        let header = fields::single(request.headers(), AUTHORIZATION)
            .map_err(|fields::Repeated| IdentityRefusal::TokenInvalid)?
            .ok_or(IdentityRefusal::TokenMissing)?;
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

    /// The lock makes the writes of an account run one after the other, so that a request with a repeated idempotency
    /// key finds the first answer.
    fn lock(&self, conn: &mut Conn) -> Result<(), Error> {
        locks::acquire(conn, &[Lock::Account(self.0.account_id)])
    }

    fn actor(&self, conn: &mut Conn, now: Instant) -> Result<Actor, Error> {
        sessions::authenticate(conn, &self.0, now).map(Actor::Account)
    }
}

/// The account of a request's access token, for the access log. The session of the token may have ended.
#[derive(Debug, Clone, Copy)]
pub struct KnownAccount(pub AccountId);

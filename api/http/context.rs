//! What every handler needs of its request: the state, the instant, the client and the caller.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::caller::{Anyone, Caller, NamedByHead};
use super::problems::Problem;
use super::rehearsal::WriteQuery;
use crate::db::engine::Conn;
use crate::db::engine::writer::Mode;
use crate::domain::values::calendar::Instant;
use crate::error::Error;
use crate::state::State;
use crate::usecases::actor::Actor;
use crate::usecases::work::{Call, Work};

/// What the edge knows about a request before the handler runs.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The time of the request, which is the same for everything that the request does.
    pub now: Instant,
    /// Its id.
    pub request_id: String,
    /// The client's address: an IPv4 address or an IPv6 network of 64 bits.
    pub client: String,
}

/// What a handler needs of its request.
pub struct Context<C = Anyone> {
    /// The state.
    pub state: web::Data<State>,
    /// The request, as use cases and the audit log see it.
    pub call: Call,
    caller: C,
    request: HttpRequest,
}

/// What a read works with: a snapshot of the database, the actor, and the instant of the request.
pub struct Reading<'a> {
    /// The snapshot.
    pub conn: &'a mut Conn,
    /// The actor who reads.
    pub actor: &'a Actor,
    /// The instant.
    pub now: Instant,
}

impl<C: Caller> Context<C> {
    /// Reads from one snapshot of the database.
    ///
    /// # Errors
    /// The refusals of the caller's token, and the errors of `view`.
    pub async fn read<T, V>(&self, view: V) -> Result<T, Error>
    where
        T: Send + 'static,
        V: FnOnce(Reading<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (caller, now) = (self.caller.clone(), self.call.now);
        let read = self.state.database.read(move |conn| {
            let actor = caller.actor(conn, now)?;
            view(Reading { conn, actor: &actor, now })
        });
        read.await
    }

    /// Runs `effect` in one transaction and returns once it is on disk. A rehearsal is rolled back.
    ///
    /// # Errors
    /// The refusals of the caller's token, and the errors of `effect`.
    pub async fn write<T, E>(&self, query: WriteQuery, effect: E) -> Result<T, Error>
    where
        T: Send + 'static,
        E: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (call, policy) = (self.call.clone(), self.state.policy.clone());
        let (caller, mode) = (self.caller.clone(), query.mode());
        let write = self.state.database.write(mode, move |conn| {
            caller.lock(conn)?;
            let actor = caller.actor(conn, call.now)?;
            effect(&mut Work::new(conn, &call, &actor, &policy))
        });
        let written = write.await?;
        if mode == Mode::Store {
            self.state.wake.notify_one();
        }
        Ok(written)
    }
}

impl<C> Context<C> {
    /// The same request with another caller, for operations whose caller is named in the body.
    #[must_use]
    pub fn called_by<D>(&self, caller: D) -> Context<D> {
        let (state, call, request) = (self.state.clone(), self.call.clone(), self.request.clone());
        Context { state, call, caller, request }
    }

    /// The caller.
    #[must_use]
    pub const fn caller(&self) -> &C {
        &self.caller
    }

    /// The request itself.
    #[must_use]
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The client's address.
    #[must_use]
    pub fn client(&self) -> &str {
        self.call.client.as_deref().unwrap_or_default()
    }

    /// The `User-Agent`, cut to 200 characters.
    #[must_use]
    pub fn user_agent(&self) -> Option<String> {
        let value = self.request.headers().get(actix_web::http::header::USER_AGENT)?.to_str().ok()?;
        Some(value.chars().take(200).collect())
    }
}

impl<C: NamedByHead> FromRequest for Context<C> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let arrival = request.extensions().get::<Arrival>().cloned();
        ready(match (state, arrival) {
            (Some(state), Some(arrival)) => {
                C::of_request(request).map_err(Problem::from).map(|caller| Self {
                    state,
                    call: Call {
                        now: arrival.now,
                        client: Some(arrival.client),
                        request_id: Some(arrival.request_id),
                    },
                    caller,
                    request: request.clone(),
                })
            }
            _ => Err(Error::internal("a request did not pass the edge").into()),
        })
    }
}

//! The context of a handler: the application state, the time of the request, the client and the caller.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use super::caller::{Anyone, Caller, CallerFromHeaders};
use super::problems::Problem;
use crate::db::engine::Conn;
use crate::db::engine::writer::Mode;
use crate::domain::values::calendar::Instant;
use crate::error::Error;
use crate::state::State;
use crate::usecases::actor::Actor;
use crate::usecases::work::{Call, Work};

/// The data that the edge middleware attaches to a request before the handler runs.
#[derive(Debug, Clone)]
pub struct RequestData {
    /// The time of the request. Everything that the request does uses this time.
    pub now: Instant,
    /// The request's id.
    pub request_id: String,
    /// The client's address: an IPv4 address or an IPv6 network of 64 bits.
    pub client: String,
}

/// The context of a handler.
pub struct Context<C = Anyone> {
    /// The application state.
    pub state: web::Data<State>,
    /// The data of the request that use cases and the audit log need.
    pub call: Call,
    caller: C,
    request: HttpRequest,
}

/// The arguments of a read.
pub struct ReadContext<'a> {
    /// The connection, in a transaction that reads one snapshot of the database.
    pub conn: &'a mut Conn,
    /// Who reads.
    pub actor: &'a Actor,
    /// The time of the request.
    pub now: Instant,
}

impl<C: Caller> Context<C> {
    /// Runs `view` on one snapshot of the database.
    ///
    /// # Errors
    /// The refusals of the caller's token, and the errors of `view`.
    pub async fn read<T, V>(&self, view: V) -> Result<T, Error>
    where
        T: Send + 'static,
        V: FnOnce(ReadContext<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (caller, now) = (self.caller.clone(), self.call.now);
        let read = self.state.database.read(move |conn| {
            let actor = caller.actor(conn, now)?;
            view(ReadContext { conn, actor: &actor, now })
        });
        read.await
    }

    /// Runs `effect` in one transaction, and returns after the commit.
    ///
    /// # Errors
    /// The refusals of the caller's token, and the errors of `effect`.
    pub async fn write<T, E>(&self, effect: E) -> Result<T, Error>
    where
        T: Send + 'static,
        E: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    {
        let written = self.run(Mode::Commit, effect).await?;
        self.state.wake.notify_one();
        Ok(written)
    }

    /// Runs `effect` in one transaction, and rolls it back.
    ///
    /// # Errors
    /// The refusals of the caller's token, and the errors of `effect`.
    pub async fn preview<T, E>(&self, effect: E) -> Result<T, Error>
    where
        T: Send + 'static,
        E: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.run(Mode::RollBack, effect).await
    }

    async fn run<T, E>(&self, mode: Mode, effect: E) -> Result<T, Error>
    where
        T: Send + 'static,
        E: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (call, policy) = (self.call.clone(), self.state.policy.clone());
        let caller = self.caller.clone();
        let write = self.state.database.write(mode, move |conn| {
            caller.lock(conn)?;
            let actor = caller.actor(conn, call.now)?;
            effect(&mut Work::new(conn, &call, &actor, &policy))
        });
        write.await
    }
}

impl<C> Context<C> {
    /// The same request with another caller, for an operation whose body names the caller.
    #[must_use]
    pub fn with_caller<D>(&self, caller: D) -> Context<D> {
        let (state, call, request) = (self.state.clone(), self.call.clone(), self.request.clone());
        Context { state, call, caller, request }
    }

    /// The caller.
    #[must_use]
    pub const fn caller(&self) -> &C {
        &self.caller
    }

    /// The HTTP request.
    #[must_use]
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The client's address: an IPv4 address or an IPv6 network of 64 bits.
    #[must_use]
    pub fn client(&self) -> &str {
        self.call.client.as_deref().unwrap_or_default()
    }

    /// The first 200 characters of `User-Agent`.
    #[must_use]
    pub fn user_agent(&self) -> Option<String> {
        let value = self.request.headers().get(actix_web::http::header::USER_AGENT)?.to_str().ok()?;
        Some(value.chars().take(200).collect())
    }
}

impl<C: CallerFromHeaders> FromRequest for Context<C> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let data = request.extensions().get::<RequestData>().cloned();
        ready(match (state, data) {
            (Some(state), Some(data)) => {
                C::from_headers_of(request).map_err(Problem::from).map(|caller| Self {
                    state,
                    call: Call {
                        now: data.now,
                        client: Some(data.client),
                        request_id: Some(data.request_id),
                    },
                    caller,
                    request: request.clone(),
                })
            }
            _ => Err(Error::internal("the request did not pass the edge middleware").into()),
        })
    }
}

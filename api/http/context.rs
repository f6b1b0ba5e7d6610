//! What every handler needs of its request: the state, the one instant, the client, the language.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use ipnet::IpNet;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::problems::Problem;
use crate::db::engine::Conn;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::access_tokens::Verified;
use crate::security::limits::{Limit, Remaining};
use crate::state::State;
use crate::usecases::identity::sessions::{self, Principal};
use crate::usecases::work::Call;

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

/// What the edge knows of a request before any handler runs.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The one instant of the request.
    pub now: Instant,
    /// Its id.
    pub request_id: String,
    /// The client's address: an IPv4 address or an IPv6 network of 64 bits.
    pub client: String,
}

/// The account whose access token came with a request, left for the edge to find. Its session may
/// have ended since.
#[derive(Debug, Clone, Copy)]
pub struct KnownAccount(pub AccountId);

/// What a handler needs of its request.
pub struct Context {
    /// The state.
    pub state: web::Data<State>,
    /// The request, as use cases and the audit log see it.
    pub call: Call,
    request: HttpRequest,
}

impl Context {
    /// Takes one request from a budget; the edge tells the caller what is left.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn spend(&self, limit: &Limit, key: &str) -> Result<(), Error> {
        let remaining: Remaining = limit.take(key)?;
        self.request.extensions_mut().insert(remaining);
        Ok(())
    }

    /// The client's address.
    #[must_use]
    pub fn client(&self) -> &str {
        self.call.client.as_deref().unwrap_or_default()
    }

    /// What the client calls itself, cut to a sensible length.
    #[must_use]
    pub fn user_agent(&self) -> Option<String> {
        let value = self.request.headers().get(actix_web::http::header::USER_AGENT)?.to_str().ok()?;
        Some(value.chars().take(200).collect())
    }
}

impl FromRequest for Context {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let arrival = request.extensions().get::<Arrival>().cloned();
        ready(match (state, arrival) {
            (Some(state), Some(arrival)) => Ok(Self {
                state,
                call: Call {
                    now: arrival.now,
                    actor: "stranger",
                    client: Some(arrival.client),
                    request_id: Some(arrival.request_id),
                },
                request: request.clone(),
            }),
            _ => Err(Error::internal("a handler was reached past the edge").into()),
        })
    }
}

/// A verified access token. It only becomes a principal by asking whether its session lives.
#[derive(Debug, Clone, Copy)]
pub struct Bearer(Verified);

impl Bearer {
    /// Who the request speaks for.
    ///
    /// # Errors
    /// [`IdentityRefusal::SessionEnded`].
    pub fn principal(&self, conn: &mut Conn, now: Instant) -> Result<Principal, Error> {
        sessions::authenticate(conn, &self.0, now)
    }

    /// The account the token was issued to.
    #[must_use]
    pub const fn account_id(&self) -> AccountId {
        self.0.account_id
    }

    /// The key of the account's own budgets.
    #[must_use]
    pub fn budget_key(&self) -> String {
        self.0.account_id.to_string()
    }
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(bearer(request).map_err(Problem::from))
    }
}

fn bearer(request: &HttpRequest) -> Result<Bearer, Error> {
    let state = request.app_data::<web::Data<State>>().ok_or_else(|| Error::internal("no state"))?;
    let now = request.extensions().get::<Arrival>().map(|arrival| arrival.now);
    let now = now.ok_or_else(|| Error::internal("a handler was reached past the edge"))?;
    let header = request.headers().get(AUTHORIZATION).ok_or(IdentityRefusal::TokenMissing)?;
    let header = header.to_str().map_err(|_| IdentityRefusal::TokenInvalid)?;
    let (scheme, token) = header.split_once(' ').ok_or(IdentityRefusal::TokenInvalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(IdentityRefusal::TokenInvalid.into());
    }
    let verified = state.tokens.verify(token.trim(), now)?;
    request.extensions_mut().insert(KnownAccount(verified.account_id));
    Ok(Bearer(verified))
}

/// The client's address as limits see it. `X-Forwarded-For` is believed only as far as it was
/// written by balancers we trust: from the right, the first address that is none of theirs.
#[must_use]
pub fn client_of(peer: Option<IpAddr>, forwarded: Option<&str>, trusted: &[IpNet]) -> String {
    let Some(peer) = peer else { return "unknown".to_owned() };
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    if is_trusted(&peer) {
        for hop in forwarded.unwrap_or_default().rsplit(',') {
            let Some(address) = address_of(hop.trim()) else { break };
            client = address;
            if !is_trusted(&address) {
                break;
            }
        }
    }
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        // One household or office has a whole /64.
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from(u128::from(address) & (u128::MAX << 64))),
    }
}

/// The address of a hop, which some balancers write with its port.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: Option<&str>) -> String {
        client_of(Some(peer.parse().unwrap()), forwarded, &["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn a_strangers_own_forwarding_header_is_not_believed() {
        assert_eq!(client("203.0.113.9", Some("198.51.100.1")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1, 203.0.113.9")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1, 203.0.113.9, 10.0.0.2")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("nonsense")), "10.0.0.1");
        assert_eq!(client("10.0.0.1", None), "10.0.0.1");
    }

    #[test]
    fn balancers_may_write_a_port_behind_the_address() {
        for (hop, expected) in [
            ("203.0.113.9:51234", "203.0.113.9"),
            ("[2001:db8::1]:51234", "2001:db8::/64"),
            ("[2001:db8::1]", "2001:db8::/64"),
            ("2001:db8::1", "2001:db8::/64"),
            ("203.0.113.9:port", "10.0.0.1"),
            ("[203.0.113.9", "10.0.0.1"),
            (":51234", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", Some(hop)), expected, "{hop}");
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        assert_eq!(client("2001:db8:1:2:aaaa::1", None), client("2001:db8:1:2:bbbb::2", None));
        assert_ne!(client("2001:db8:1:2::1", None), client("2001:db8:1:3::1", None));
        assert_eq!(client("::ffff:203.0.113.9", None), "203.0.113.9");
    }
}

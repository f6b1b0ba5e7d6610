//! The cookie in which a browser keeps the refresh token of its session.
//!
//! No script can read the cookie, so a script that got into a page cannot take the session away. The browser sends the
//! cookie by itself, so a page of a stranger could use it. Two things prevent that: the browser sends it only between
//! pages of one site (`SameSite=Strict`), and the service takes it only from pages of allowed origins.

use actix_web::HttpMessage as _;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use utoipa::IntoParams;

use super::context::Context;
use super::edge::cors;
use super::fields;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::RefreshTokenPlace;
use crate::domain::values::calendar::Instant;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;

/// The cookie's name. Browsers take a cookie with this prefix only over HTTPS, from this host and for all its paths, so no
/// other host can set one.
pub const NAME: &str = "__Host-todokede-refresh";
/// The name of the cookie of a sandbox without HTTPS, where browsers do not take the prefix.
pub const NAME_WITHOUT_HTTPS: &str = "todokede-refresh";

/// The cookie in the document of an operation that takes it.
#[derive(IntoParams)]
#[into_params(parameter_in = Cookie)]
#[expect(dead_code, reason = "it is only read by the document")]
pub struct RefreshCookie {
    /// The refresh token that the browser keeps. In a sandbox without HTTPS, the cookie's name is `todokede-refresh`.
    #[param(rename = "__Host-todokede-refresh", nullable = false, max_length = 200)]
    cookie: Option<String>,
}

/// A cookie that the answer to the present request sets. The edge adds it to the answer, so that it is never stored with
/// an idempotency key.
#[derive(Debug, Clone)]
pub struct CookieToSet(HeaderValue);

impl CookieToSet {
    /// Adds the cookie to an answer.
    pub(super) fn add_to(self, headers: &mut HeaderMap) {
        headers.append(SET_COOKIE, self.0);
    }
}

impl<C> Context<C> {
    /// Checks that a page of an allowed origin has sent the request. Browsers name the origin in every request of a page
    /// that can change something, and no page can choose another name.
    ///
    /// # Errors
    /// [`IdentityRefusal::OriginNotAllowed`].
    pub fn ensure_allowed_origin(&self) -> Result<(), Error> {
        let origin = cors::allowed_origin(self.request().headers(), &self.state.settings.origins);
        origin.map(|_| ()).ok_or_else(|| IdentityRefusal::OriginNotAllowed.into())
    }

    /// The refresh token in the request's cookie, if it has one.
    ///
    /// # Errors
    /// [`IdentityRefusal::OriginNotAllowed`] if the request has a cookie from a page of another origin.
    pub fn refresh_cookie(&self) -> Result<Option<OpaqueToken>, Error> {
        let lines = fields::list(self.request().headers(), COOKIE).unwrap_or_default();
        // A load balancer may have split the header into several lines, which `fields::list` joins with commas.
        let mut pairs = lines.split([';', ',']).filter_map(|pair| pair.trim().split_once('='));
        let Some((_, token)) = pairs.find(|(name, _)| *name == self.cookie_name()) else { return Ok(None) };
        self.ensure_allowed_origin()?;
        Ok(Some(OpaqueToken::presented(token)))
    }

    /// Where the caller keeps its refresh token: in the cookie, if the request has one.
    ///
    /// # Errors
    /// [`IdentityRefusal::OriginNotAllowed`] if the request has a cookie from a page of another origin.
    pub fn refresh_token_place(&self) -> Result<RefreshTokenPlace, Error> {
        let cookie = self.refresh_cookie()?;
        Ok(cookie.map_or(RefreshTokenPlace::Body, |_| RefreshTokenPlace::Cookie))
    }

    /// Lets the answer set the cookie. `until`: when the session ends if it is not refreshed.
    pub fn set_refresh_cookie(&self, token: &OpaqueToken, until: Instant) {
        self.set_cookie(token.reveal(), (until - self.call.now).num_seconds());
    }

    /// Lets the answer remove the cookie, if the request has one.
    pub fn remove_refresh_cookie(&self) {
        // The cookie of a page that may not use it stays.
        if matches!(self.refresh_cookie(), Ok(Some(_))) {
            self.set_cookie("", 0);
        }
    }

    fn set_cookie(&self, value: &str, seconds: i64) {
        let (name, secure) = (self.cookie_name(), if self.is_https() { "; Secure" } else { "" });
        let cookie = format!("{name}={value}; Path=/; HttpOnly{secure}; SameSite=Strict; Max-Age={seconds}");
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
            cookie.set_sensitive(true);
            self.request().extensions_mut().insert(CookieToSet(cookie));
        }
    }

    fn cookie_name(&self) -> &'static str {
        if self.is_https() { NAME } else { NAME_WITHOUT_HTTPS }
    }

    fn is_https(&self) -> bool {
        self.state.settings.public_url.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_cookie() {
        let mut value = HeaderValue::from_static("todokede-refresh=s3cret");
        value.set_sensitive(true);
        assert!(!format!("{:?}", CookieToSet(value)).contains("s3cret"));
    }
}

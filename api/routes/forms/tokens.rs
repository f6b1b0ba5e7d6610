//! The answer of the operations that open or continue a session: login, refresh, change of password.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::identity::sessions::{ACCESS_TOKEN_LIFETIME, RefreshTokenPlace};
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::usecases::identity::sessions::OpenedSession;

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct TokenResponse {
    /// The access token. Send it in the header `Authorization: Bearer …`.
    #[schema(max_length = 2048, example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(max_length = 20, example = "Bearer")]
    pub token_type: &'static str,
    /// The number of seconds until the access token expires.
    #[schema(minimum = 1, maximum = 600, example = 600)]
    pub expires_in: i64,
    /// The refresh token, for the next refresh, unless the cookie has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A")]
    pub refresh_token: Option<String>,
    /// The device's token, if the account did not know the device: after a first login, and after a change of the
    /// password. Store it on the device also after a logout, and send it with the next login. Then the login is
    /// possible even if strangers have sent many wrong passwords, and the owner gets no mail about a new device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, example = "Yk3n5x8c2f4h6j8L0p2r4t6v8y0Ak1RZ0d0Qb6a1l7m")]
    pub device_token: Option<String>,
}

impl TokenResponse {
    /// Shows the tokens. The service does not store them, so it cannot show them again.
    fn of(access_token: String, opened: &OpenedSession, place: RefreshTokenPlace) -> Self {
        let is_shown = place == RefreshTokenPlace::Body;
        Self {
            access_token,
            token_type: "Bearer",
            expires_in: ACCESS_TOKEN_LIFETIME.num_seconds(),
            refresh_token: is_shown.then(|| opened.refresh_token.reveal().to_owned()),
            device_token: opened.device_token.as_ref().map(|token| token.reveal().to_owned()),
        }
    }
}

/// The answer of a login or a refresh: 201 with the tokens of the session.
///
/// # Errors
/// An internal error if the access token cannot be signed.
pub fn answer_with_tokens<C>(
    context: &Context<C>,
    opened: &OpenedSession,
    place: RefreshTokenPlace,
) -> Result<Answer<TokenResponse>, Error> {
    Answer::created(format!("/v1/sessions/{}", opened.session.id), &tokens_of(context, opened, place)?)
}

/// The tokens of a session that was opened or continued. With [`RefreshTokenPlace::Cookie`], the answer sets the cookie.
///
/// # Errors
/// An internal error if the access token cannot be signed.
pub fn tokens_of<C>(
    context: &Context<C>,
    opened: &OpenedSession,
    place: RefreshTokenPlace,
) -> Result<TokenResponse, Error> {
    let session = &opened.session;
    let access_token = context.state.tokens.issue(session.account_id, session.id, context.call.now)?;
    if place == RefreshTokenPlace::Cookie {
        context.set_refresh_cookie(&opened.refresh_token, session.expiry_after(context.call.now));
    }
    Ok(TokenResponse::of(access_token, opened, place))
}

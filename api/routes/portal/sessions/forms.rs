//! The requests and answers of sessions: login, tokens, the list of sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::identity::passwords;
use crate::domain::identity::sessions::{RefreshTokenPlace, Session};
use crate::domain::values::email::EmailAddress;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::SessionId;
use crate::domain::values::text::MAX_CODE_INPUT;
use crate::http::body::SecretText;
use crate::http::paging::page;
use crate::http::timestamp::Timestamp;
use crate::security::opaque_token::OpaqueToken;

/// The login id and the password of an account.
#[derive(Deserialize, ToSchema, Validate)]
pub struct LoginRequest {
    /// The account's e-mail address.
    #[schema(min_length = 3, max_length = 254, format = "email", example = "reception@clinic.example")]
    #[validate(length(max = EmailAddress::MAX, code = "too_long"))]
    pub email: String,
    /// The password.
    #[schema(value_type = String, min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub password: SecretText,
    /// The token that an earlier login of this device got. A token that is not known, for example because the password
    /// was changed, is ignored: the answer then has a new one.
    #[schema(
        value_type = Option<String>,
        nullable = false,
        max_length = 200,
        example = "Yk3n5x8c2f4h6j8L0p2r4t6v8y0Ak1RZ0d0Qb6a1l7m",
    )]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub device_token: Option<SecretText>,
    /// Where the answer has the refresh token: `BODY`, or `COOKIE` for a page in a browser, whose origin must be allowed.
    /// Without it, `BODY`.
    #[schema(value_type = Option<RefreshTokenPlace>, nullable = false)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub refresh_token_in: Option<String>,
}

impl LoginRequest {
    /// Reads where the answer has the refresh token.
    pub fn place(&self, faults: &mut Faults) -> Option<RefreshTokenPlace> {
        let Some(code) = &self.refresh_token_in else { return Some(RefreshTokenPlace::Body) };
        let place = RefreshTokenPlace::from_code(code).ok_or(Fault::UnknownValue);
        faults.take("/refresh_token_in", place)
    }
}

/// A refresh token. A page whose refresh token is in the cookie sends an empty object.
#[derive(Deserialize, ToSchema, Validate)]
pub struct RefreshRequest {
    /// The refresh token that the session received last. If it is present, the cookie is not looked at.
    #[schema(
        value_type = Option<String>,
        nullable = false,
        max_length = 200,
        example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A",
    )]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub refresh_token: Option<SecretText>,
}

/// A session (ログイン).
#[derive(Serialize, ToSchema)]
pub struct SessionResponse {
    /// The session's id.
    #[schema(max_length = 30, example = "ses_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// When the session was opened.
    pub created_at: Timestamp,
    /// When the session was last refreshed.
    pub last_used_at: Timestamp,
    /// When the session ends if it is not refreshed.
    pub expires_at: Timestamp,
    /// Until when the session may change the account's data and file successions. Afterwards, confirm the password.
    pub authenticated_until: Timestamp,
    /// The client's address at the login: an IPv4 address or an IPv6 network of 64 bits.
    #[schema(max_length = 60, example = "192.0.2.10")]
    pub client: String,
    /// The `User-Agent` header of the login, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub user_agent: Option<String>,
    /// Whether this is the session of the request.
    pub current: bool,
}

impl SessionResponse {
    /// Shows a session. `current` is the session of the request.
    #[must_use]
    pub fn of(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
            authenticated_until: session.authenticated_until().into(),
            client: session.client,
            user_agent: session.user_agent,
            current: session.id == current,
        }
    }
}

page! {
    /// A page of sessions.
    SessionPage {
        /// The sessions, newest first.
        SessionResponse
    }
}

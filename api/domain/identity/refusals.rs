//! Why a login, a token or a mailed link is refused.

use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::refusal::Refusal;

coded_enum! {
    /// Why a login, a token or a mailed link is refused.
    pub enum IdentityRefusal {
        /// No access token was sent.
        TokenMissing = "TOKEN_MISSING",
        /// The service did not issue the access token.
        TokenInvalid = "TOKEN_INVALID",
        /// The access token has expired; refresh it.
        TokenExpired = "TOKEN_EXPIRED",
        /// The session was ended; log in again.
        SessionEnded = "SESSION_ENDED",
        /// The password was not verified recently in the session.
        ReauthenticationRequired = "REAUTHENTICATION_REQUIRED",
        /// The refresh token is unknown, used or expired; log in again.
        RefreshTokenInvalid = "REFRESH_TOKEN_INVALID",
        /// Neither the body nor a cookie has a refresh token.
        RefreshTokenMissing = "REFRESH_TOKEN_MISSING",
        /// The page that sent the request may not use the cookie.
        OriginNotAllowed = "ORIGIN_NOT_ALLOWED",
        /// The address and the password do not belong together.
        LoginFailed = "LOGIN_FAILED",
        /// The mailed link's token is not known.
        LinkUnknown = "LINK_UNKNOWN",
        /// The mailed link has expired.
        LinkExpired = "LINK_EXPIRED",
        /// The mailed link was used or became invalid.
        LinkUsed = "LINK_USED",
    }
}

impl Refusal for IdentityRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

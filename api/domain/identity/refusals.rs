//! Why a caller is not let in, and why a mailed link leads nowhere.

use crate::domain::values::refusal::Refusal;
use crate::domain::values::words::words;

words! {
    /// Why a login, a token or a mailed link is refused.
    pub enum IdentityRefusal {
        /// No access token was sent.
        TokenMissing = "TOKEN_MISSING",
        /// The access token is not one of ours.
        TokenInvalid = "TOKEN_INVALID",
        /// The access token's life is over; refresh it.
        TokenExpired = "TOKEN_EXPIRED",
        /// The session was ended; log in again.
        SessionEnded = "SESSION_ENDED",
        /// The refresh token is unknown, used or expired; log in again.
        RefreshTokenInvalid = "REFRESH_TOKEN_INVALID",
        /// The address and the password do not belong together.
        LoginFailed = "LOGIN_FAILED",
        /// The mailed link's token is not known.
        LinkUnknown = "LINK_UNKNOWN",
        /// The mailed link's life is over.
        LinkExpired = "LINK_EXPIRED",
        /// The mailed link, or another of the same request, was used.
        LinkUsed = "LINK_USED",
    }
}

impl Refusal for IdentityRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

//! Mailed links: a link with a secret token that lets the recipient of a mail register, reset a password or confirm an
//! address.

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId};

coded_enum! {
    /// The purpose of a mailed link.
    pub enum LinkPurpose {
        /// Registration of an account (アカウント登録用URL).
        Registration = "REGISTRATION",
        /// Setting a new password in place of a forgotten one.
        PasswordReset = "PASSWORD_RESET",
        /// Confirmation that a new login address receives mail.
        EmailChange = "EMAIL_CHANGE",
    }
}

impl LinkPurpose {
    /// How long a link is valid: 24 hours, because a registration may need data from a colleague, but only one hour
    /// for a link that replaces a password.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Registration | Self::EmailChange => Duration::hours(24),
            Self::PasswordReset => Duration::hours(1),
        }
    }
}

/// A mailed link without its token. The database stores only the token's hash.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Its purpose.
    pub purpose: LinkPurpose,
    /// The address that it was mailed to.
    pub email: EmailAddress,
    /// The account that it belongs to, if there is one.
    pub account_id: Option<AccountId>,
    /// When it was requested.
    pub created_at: Instant,
    /// The first instant at which it is no longer valid.
    pub expires_at: Instant,
    /// When it became invalid: it or another link was used, a newer link replaced it, or the password or the address of
    /// its account was changed.
    pub used_at: Option<Instant>,
}

/// Whether a link may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It may be used.
    Usable,
    /// It was used or became invalid: see [`Link::used_at`].
    Used,
    /// It has expired.
    Expired,
}

impl Link {
    /// The link's state at an instant. This does not use the link.
    #[must_use]
    pub fn state(&self, now: Instant) -> LinkState {
        if self.used_at.is_some() {
            LinkState::Used
        } else if now >= self.expires_at {
            LinkState::Expired
        } else {
            LinkState::Usable
        }
    }
}

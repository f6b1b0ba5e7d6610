//! Mailed links: their purposes, how long they are valid, and when they may be used.

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId};
use crate::domain::values::words::words;

words! {
    /// The purpose of a mailed link.
    pub enum LinkPurpose {
        /// Registration of an account (アカウント登録用URL).
        Registration = "REGISTRATION",
        /// A new password.
        PasswordReset = "PASSWORD_RESET",
        /// Proof that a new address receives mail.
        EmailChange = "EMAIL_CHANGE",
    }
}

impl LinkPurpose {
    /// How long a link is valid. A registration may have to wait for a colleague until the next day. A link
    /// that replaces a password must be used within an hour.
    #[must_use]
    pub const fn life(self) -> Duration {
        match self {
            Self::Registration | Self::EmailChange => Duration::hours(24),
            Self::PasswordReset => Duration::hours(1),
        }
    }
}

/// A mailed link, without its token: only the token's hash is kept.
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
    /// From when on it is no longer valid.
    pub expires_at: Instant,
    /// When it, or another link of the same address and purpose, was used.
    pub used_at: Option<Instant>,
}

/// Whether a link may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It may be used.
    Good,
    /// It, or another link of the same address and purpose, was used.
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
            LinkState::Good
        }
    }
}

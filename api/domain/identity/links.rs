//! Mailed links: what they are for, how long they are good, when they may be used.

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId};
use crate::domain::values::words::words;

words! {
    /// What a mailed link leads to.
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
    /// How long a link is good. A registration may wait for a colleague until the next day; a link
    /// that replaces a password may not.
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
    /// What it leads to.
    pub purpose: LinkPurpose,
    /// Where it was mailed.
    pub email: EmailAddress,
    /// Whose it is, where there is an account.
    pub account_id: Option<AccountId>,
    /// When it was asked for.
    pub created_at: Instant,
    /// From when on it is not good any more.
    pub expires_at: Instant,
    /// When it, or another of the same address and purpose, was used.
    pub used_at: Option<Instant>,
}

/// Whether a link may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It may.
    Good,
    /// It, or another link of the same address and purpose, was used.
    Used,
    /// Its life is over.
    Expired,
}

impl Link {
    /// The link's state at an instant. Looking changes nothing, however often.
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

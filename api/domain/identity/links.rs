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

coded_enum! {
    /// The mail that a waiting request asks for.
    pub enum RequestedMail {
        /// A link to the registration form.
        Registration = "REGISTRATION",
        /// A link that resets a password.
        PasswordReset = "PASSWORD_RESET",
        /// A link that confirms a new login address.
        EmailChange = "EMAIL_CHANGE",
        /// A notice of wrong passwords to the owner of an address. It has no link, and waits with the others so that the
        /// login that asks for it need not know whether the address has an owner.
        LoginsRefused = "LOGINS_REFUSED",
    }
}

impl RequestedMail {
    /// How long the request may wait: as long as the link is valid, and a day for a notice.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Registration => LinkPurpose::Registration.lifetime(),
            Self::PasswordReset => LinkPurpose::PasswordReset.lifetime(),
            Self::EmailChange => LinkPurpose::EmailChange.lifetime(),
            Self::LoginsRefused => Duration::hours(24),
        }
    }

    /// Whether a request is charged to the budget of mails to its address. A change of address was charged to its account,
    /// where the refusal could be shown. A notice of wrong passwords is due only once until the owner has logged in, and
    /// must not be kept back by somebody who has used up the budget.
    #[must_use]
    pub const fn is_charged_to_address(self) -> bool {
        matches!(self, Self::Registration | Self::PasswordReset)
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

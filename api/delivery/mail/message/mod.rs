//! The mails (メール) of the service: what each one needs to be written.
//!
//! A message holds facts only; its wording lives in `texts`. Links carry tokens, so neither a
//! message nor a composed mail prints its contents with `Debug`.

use std::fmt;

use chrono::NaiveDate;

use super::texts;
use crate::domain::values::calendar::Instant;

mod composed;
mod facts;
mod kind;

pub use composed::{Composed, Portal};
pub use facts::{DeclarationFacts, FacilityNumber, SuccessionFacts};
pub use kind::Kind;

/// What a mail says, with everything it needs.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// Provisional-registration mail (仮登録メール): the link that opens the registration form.
    ProvisionalRegistration {
        /// Link to the form.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    },
    /// Someone asked to register an address that has an account: to that account's owner.
    AddressTaken {
        /// Where to log in.
        login_url: String,
        /// Where to ask for a new password.
        recovery_url: String,
    },
    /// The account exists (アカウント登録完了のご案内).
    AccountCreated {
        /// Name of the facility.
        facility_name: String,
        /// Its code, or the receipt number that stands in for it.
        facility_number: FacilityNumber,
    },
    /// The link to set a new password.
    PasswordReset {
        /// Link to the form.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    },
    /// The password was changed, and every session has ended.
    PasswordChanged {
        /// Name of the facility.
        facility_name: String,
        /// When it was changed.
        at: Instant,
    },
    /// To the new address: the link that completes the change of address.
    EmailChangeConfirmation {
        /// Link that confirms the address.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    },
    /// To the old address: a change was asked for.
    EmailChangeRequested {
        /// Name of the facility.
        facility_name: String,
        /// When it was asked for.
        at: Instant,
        /// The new address, all but a hint of it covered.
        new_address_masked: String,
    },
    /// To the old address: the change is complete.
    EmailChanged {
        /// Name of the facility.
        facility_name: String,
        /// When it was completed.
        at: Instant,
    },
    /// An account asked to change to an address that another account has: to that other owner.
    NewAddressTaken {
        /// When it was asked for.
        at: Instant,
    },
    /// A declaration has come in and is under review.
    DeclarationReceived {
        /// The declaration.
        facts: DeclarationFacts,
        /// Whether it came after the round's deadline.
        late: bool,
    },
    /// A declaration was accepted (受理).
    DeclarationAccepted {
        /// The declaration.
        facts: DeclarationFacts,
        /// Last day of the excuse, where it is known already.
        excused_until: Option<NaiveDate>,
        /// Until when the facility is excused, in words.
        excused_text: String,
    },
    /// A declaration was returned (返戻) to be corrected.
    DeclarationReturned {
        /// The declaration.
        facts: DeclarationFacts,
        /// What to correct.
        reason: String,
        /// Last day for the corrected declaration.
        due: NaiveDate,
    },
    /// A declaration was rejected (不受理).
    DeclarationRejected {
        /// The declaration.
        facts: DeclarationFacts,
        /// Why.
        reason: String,
    },
    /// A declaration was withdrawn (取下げ).
    DeclarationWithdrawn {
        /// The declaration.
        facts: DeclarationFacts,
    },
    /// A succession has come in.
    SuccessionReceived {
        /// The succession.
        facts: SuccessionFacts,
        /// Whether it waits until the bureau's list has the new code.
        waiting_for_master: bool,
    },
    /// A succession was accepted (受理): the new code has the account.
    SuccessionAccepted {
        /// The succession.
        facts: SuccessionFacts,
    },
    /// A succession was returned (返戻) to be corrected.
    SuccessionReturned {
        /// The succession.
        facts: SuccessionFacts,
        /// What to correct.
        reason: String,
        /// Last day for the corrected succession.
        due: NaiveDate,
    },
    /// A succession was rejected (不受理).
    SuccessionRejected {
        /// The succession.
        facts: SuccessionFacts,
        /// Why.
        reason: String,
    },
    /// A succession was withdrawn (取下げ).
    SuccessionWithdrawn {
        /// The succession.
        facts: SuccessionFacts,
    },
}

impl Message {
    /// When the mail is not worth delivering any more, if it carries a link.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Instant> {
        match self {
            Self::ProvisionalRegistration { expires_at, .. }
            | Self::PasswordReset { expires_at, .. }
            | Self::EmailChangeConfirmation { expires_at, .. } => Some(*expires_at),
            _ => None,
        }
    }

    /// What the mail is about.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::ProvisionalRegistration { .. } => Kind::ProvisionalRegistration,
            Self::AddressTaken { .. } => Kind::AddressTaken,
            Self::AccountCreated { .. } => Kind::AccountCreated,
            Self::PasswordReset { .. } => Kind::PasswordReset,
            Self::PasswordChanged { .. } => Kind::PasswordChanged,
            Self::EmailChangeConfirmation { .. } => Kind::EmailChangeConfirmation,
            Self::EmailChangeRequested { .. } => Kind::EmailChangeRequested,
            Self::EmailChanged { .. } => Kind::EmailChanged,
            Self::NewAddressTaken { .. } => Kind::NewAddressTaken,
            Self::DeclarationReceived { .. } => Kind::DeclarationReceived,
            Self::DeclarationAccepted { .. } => Kind::DeclarationAccepted,
            Self::DeclarationReturned { .. } => Kind::DeclarationReturned,
            Self::DeclarationRejected { .. } => Kind::DeclarationRejected,
            Self::DeclarationWithdrawn { .. } => Kind::DeclarationWithdrawn,
            Self::SuccessionReceived { .. } => Kind::SuccessionReceived,
            Self::SuccessionAccepted { .. } => Kind::SuccessionAccepted,
            Self::SuccessionReturned { .. } => Kind::SuccessionReturned,
            Self::SuccessionRejected { .. } => Kind::SuccessionRejected,
            Self::SuccessionWithdrawn { .. } => Kind::SuccessionWithdrawn,
        }
    }

    /// Writes the mail in the portal's name.
    #[must_use]
    pub fn compose(&self, portal: &Portal) -> Composed {
        texts::letter(self).sign(portal)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.kind().code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::delivery::mail::texts::samples;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let messages = samples::every_message();
        let names: HashSet<_> = messages.iter().map(|message| message.kind().code()).collect();
        assert_eq!(names.len(), 19);
        for name in names {
            assert!(name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase()), "{name}");
        }
    }

    #[test]
    fn a_log_line_never_shows_the_link_of_a_mail() {
        let message = samples::provisional_registration();
        let shown = format!("{message:?} {:?}", message.compose(&samples::portal()));
        assert!(shown.contains("PROVISIONAL_REGISTRATION") && shown.contains("仮登録メール"), "{shown}");
        assert!(!shown.contains("http"), "{shown}");
    }
}

//! The mails (メール) of the service, and the facts that each of them needs.
//!
//! A message contains facts only; its wording is in its template. Links contain tokens, so the `Debug` output of a
//! message shows only its kind, and that of a composed mail only its subject.

use std::fmt;

use chrono::NaiveDate;

use super::writing::{self, filters};
use crate::domain::values::calendar::Instant;
use crate::error::Error;

mod composed;
mod facts;
mod table;

pub use composed::{Composed, Portal};
pub use facts::{AccountChanges, DeclarationFacts, FacilityNumber, SuccessionFacts};

table::mails! {
    /// Provisional-registration mail (仮登録メール): the link that opens the registration form.
    ProvisionalRegistration = "PROVISIONAL_REGISTRATION" from "registration/provisional.mail" until expires_at {
        /// Link to the form.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    }
    /// To the owner of an account: someone tried to register the account's address.
    AddressTaken = "ADDRESS_TAKEN" from "registration/address_taken.mail" {
        /// Where to log in.
        login_url: String,
        /// Where to ask for a new password.
        recovery_url: String,
    }
    /// The account exists (アカウント登録完了のご案内).
    AccountCreated = "ACCOUNT_CREATED" from "registration/account_created.mail" {
        /// Name of the facility.
        facility_name: String,
        /// Its facility code, or the receipt number of its application for designation.
        facility_number: FacilityNumber,
    }
    /// The data of the account were changed.
    AccountChanged = "ACCOUNT_CHANGED" from "credentials/account_changed.mail" {
        /// Name of the facility, after the change.
        facility_name: String,
        /// When they were changed.
        at: Instant,
        /// What was changed.
        changes: AccountChanges,
    }
    /// The link to set a new password.
    PasswordReset = "PASSWORD_RESET" from "credentials/password_reset.mail" until expires_at {
        /// Link to the form.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    }
    /// The logged-in account changed its password. Its other sessions have ended.
    PasswordChanged = "PASSWORD_CHANGED" from "credentials/password_changed.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was changed.
        at: Instant,
    }
    /// A new password was set with a mailed link. All sessions have ended.
    PasswordResetCompleted = "PASSWORD_RESET_COMPLETED" from "credentials/password_reset_completed.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was set.
        at: Instant,
    }
    /// A session was ended because its refresh token was used twice.
    SessionRevoked = "SESSION_REVOKED" from "credentials/session_revoked.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was ended.
        at: Instant,
    }
    /// A device that was not known before logged in.
    NewDevice = "NEW_DEVICE" from "credentials/new_device.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it logged in.
        at: Instant,
        /// Its IPv4 address, or the /64 network of its IPv6 address.
        client: String,
    }
    /// Many wrong passwords in a row were sent for the account.
    LoginsRefused = "LOGINS_REFUSED" from "credentials/logins_refused.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When the last of them was sent.
        at: Instant,
    }
    /// Many wrong passwords in a row were sent within sessions of the account.
    PasswordChecksFailed = "PASSWORD_CHECKS_FAILED" from "credentials/password_checks_failed.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When the last of them was sent.
        at: Instant,
    }
    /// To the new address: the link that completes the change of address.
    EmailChangeConfirmation = "EMAIL_CHANGE_CONFIRMATION" from "credentials/email_change_confirmation.mail"
        until expires_at {
        /// Link that confirms the address.
        link: String,
        /// When the link stops working.
        expires_at: Instant,
    }
    /// To the old address: a change was requested.
    EmailChangeRequested = "EMAIL_CHANGE_REQUESTED" from "credentials/email_change_requested.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was asked for.
        at: Instant,
        /// The new address, of which only a few characters are shown.
        new_address_masked: String,
    }
    /// To the old address: the change is complete.
    EmailChanged = "EMAIL_CHANGED" from "credentials/email_changed.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was completed.
        at: Instant,
    }
    /// To the owner of an account: another account tried to change its address to this account's address.
    NewAddressTaken = "NEW_ADDRESS_TAKEN" from "credentials/new_address_taken.mail" {
        /// When it was asked for.
        at: Instant,
    }
    /// A declaration was received and is under review.
    DeclarationReceived = "DECLARATION_RECEIVED" from "declarations/received.mail" {
        /// The declaration.
        facts: DeclarationFacts,
        /// Whether it was filed after the round's deadline.
        late: bool,
    }
    /// A declaration was accepted (受理).
    DeclarationAccepted = "DECLARATION_ACCEPTED" from "declarations/accepted.mail" {
        /// The declaration.
        facts: DeclarationFacts,
        /// Last day of the excuse, if it is known already.
        excused_until: Option<NaiveDate>,
        /// Until when the facility is excused, in words.
        excused_text: String,
        /// Whether it was filed after the round's deadline.
        late: bool,
    }
    /// A declaration was returned (返戻) to be corrected.
    DeclarationReturned = "DECLARATION_RETURNED" from "declarations/returned.mail" {
        /// The declaration.
        facts: DeclarationFacts,
        /// What to correct.
        reason: String,
        /// Last day for the corrected declaration.
        due: NaiveDate,
    }
    /// A declaration was rejected (不受理).
    DeclarationRejected = "DECLARATION_REJECTED" from "declarations/rejected.mail" {
        /// The declaration.
        facts: DeclarationFacts,
        /// Why.
        reason: String,
    }
    /// A declaration was withdrawn (取下げ).
    DeclarationWithdrawn = "DECLARATION_WITHDRAWN" from "declarations/withdrawn.mail" {
        /// The declaration.
        facts: DeclarationFacts,
    }
    /// The malware scanner refused a file of the facility.
    UploadRefused = "UPLOAD_REFUSED" from "uploads/refused.mail" {
        /// Name of the facility.
        facility_name: String,
        /// When it was refused.
        at: Instant,
        /// The name of the file, as announced.
        file_name: String,
    }
    /// A succession was received.
    SuccessionReceived = "SUCCESSION_RECEIVED" from "successions/received.mail" {
        /// The succession.
        facts: SuccessionFacts,
        /// Whether it waits until the facility list has the new code.
        waiting_for_master: bool,
    }
    /// A succession was accepted (受理): the new code has the account.
    SuccessionAccepted = "SUCCESSION_ACCEPTED" from "successions/accepted.mail" {
        /// The succession.
        facts: SuccessionFacts,
    }
    /// A succession was returned (返戻) to be corrected.
    SuccessionReturned = "SUCCESSION_RETURNED" from "successions/returned.mail" {
        /// The succession.
        facts: SuccessionFacts,
        /// What to correct.
        reason: String,
        /// Last day for the corrected succession.
        due: NaiveDate,
    }
    /// A succession was rejected (不受理).
    SuccessionRejected = "SUCCESSION_REJECTED" from "successions/rejected.mail" {
        /// The succession.
        facts: SuccessionFacts,
        /// Why.
        reason: String,
    }
    /// A succession was withdrawn (取下げ).
    SuccessionWithdrawn = "SUCCESSION_WITHDRAWN" from "successions/withdrawn.mail" {
        /// The succession.
        facts: SuccessionFacts,
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.kind().code())
    }
}

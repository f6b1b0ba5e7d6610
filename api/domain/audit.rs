//! What the audit log can say that was done.

use super::values::words::words;

words! {
    /// A deed that leaves a line in the audit log.
    pub enum AuditAction {
        /// A link to the registration form was mailed.
        RegistrationRequested = "registration.requested",
        /// The owner of an address was told that somebody tried to register it.
        RegistrationRequestedForTakenAddress = "registration.requested_for_taken_address",
        /// A facility got its account.
        AccountCreated = "account.created",
        /// What an account states of its facility was changed.
        AccountChanged = "account.changed",
        /// A logged-in account set another password.
        PasswordChanged = "account.password_changed",
        /// A mailed link set another password.
        PasswordReset = "account.password_reset",
        /// A link that proves a new login address was mailed.
        EmailChangeRequested = "account.email_change_requested",
        /// The login address was changed.
        EmailChanged = "account.email_changed",
        /// A link that resets a password was mailed.
        PasswordResetRequested = "password_reset.requested",
        /// Such a link was asked for an address without an account.
        PasswordResetRequestedForUnknownAddress = "password_reset.requested_for_unknown_address",
        /// Somebody logged in.
        SessionOpened = "session.opened",
        /// A refresh token was replaced by the next.
        SessionRefreshed = "session.refreshed",
        /// A session was ended because a replaced refresh token came again.
        SessionRevokedAfterTokenReuse = "session.revoked_after_token_reuse",
        /// An account ended one of its sessions.
        SessionEnded = "session.ended",
        /// An attachment was announced.
        UploadAnnounced = "upload.announced",
        /// An attachment's content was stored.
        UploadStored = "upload.stored",
        /// A declaration was filed.
        DeclarationFiled = "declaration.filed",
        /// A declaration was corrected.
        DeclarationRevised = "declaration.revised",
        /// A declaration was taken back.
        DeclarationWithdrawn = "declaration.withdrawn",
        /// A succession was filed.
        SuccessionFiled = "succession.filed",
        /// A succession was corrected.
        SuccessionRevised = "succession.revised",
        /// A succession was taken back.
        SuccessionWithdrawn = "succession.withdrawn",
        /// A succession was sent back for correction.
        SuccessionReturned = "succession.returned",
        /// Rights and duties passed to the successor.
        SuccessionAccepted = "succession.accepted",
        /// An edition of the facility list was imported.
        FacilitiesImported = "facilities.imported",
        /// A round of the transitional measure was loaded.
        RoundLoaded = "round.loaded",
        /// The sandbox's clock was moved.
        SandboxClockMoved = "sandbox.clock_moved",
        /// The sandbox's mailbox was emptied.
        SandboxMailboxEmptied = "sandbox.mailbox_emptied",
        /// A line that is always taken back: `todokede doctor` asks whether it could be written.
        DoctorTried = "doctor.tried",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::words::tests::codes_lead_back_and_near_misses_nowhere;

    #[test]
    fn each_action_has_a_code_of_its_own_of_a_noun_and_a_verb() {
        codes_lead_back_and_near_misses_nowhere::<AuditAction>();
        for code in AuditAction::CODES {
            let (noun, verb) = code.split_once('.').unwrap();
            for word in [noun, verb] {
                assert!(!word.is_empty(), "{code}");
                assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
            }
        }
    }
}

//! The actions that the audit log records.

use super::values::coded_enum::coded_enum;

coded_enum! {
    /// An action that the audit log records.
    pub enum AuditAction {
        /// A link to the registration form was mailed.
        RegistrationRequested = "registration.requested",
        /// Somebody tried to register an address that has an account, and its owner was mailed.
        RegistrationRequestedForTakenAddress = "registration.requested_for_taken_address",
        /// A request for a mailed link was dropped, because the budget of its address was used up. The subject is the
        /// pseudonym of the address. The actor is the caller who asked, as of every refused request.
        LinkRequestDropped = "link_request.dropped",
        /// An account was created for a facility.
        AccountCreated = "account.created",
        /// An account was created, or got its code, although a facility with an account under a former code resembles it, or
        /// an undecided succession names its code. The details have the codes and the ids. Staff may look at it.
        AccountMayNeedSuccession = "account.may_need_succession",
        /// The facility, the founder or the contact of an account was changed.
        AccountChanged = "account.changed",
        /// The password was changed by the logged-in account.
        PasswordChanged = "account.password_changed",
        /// The password was changed with a mailed link.
        PasswordReset = "account.password_reset",
        /// A new login address was requested: a confirmation link, or a notice to the address's owner, was mailed.
        EmailChangeRequested = "account.email_change_requested",
        /// The login address was changed.
        EmailChanged = "account.email_changed",
        /// A link that resets a password was mailed.
        PasswordResetRequested = "password_reset.requested",
        /// A password reset was requested for an address without an account. The subject is the pseudonym of the address.
        PasswordResetRequestedForUnknownAddress = "password_reset.requested_for_unknown_address",
        /// Somebody logged in.
        SessionOpened = "session.opened",
        /// A login was refused. The subject is the pseudonym of the address that was sent.
        LoginRefused = "session.login_refused",
        /// A password that was sent within a session was wrong. The subject is the pseudonym of the account's sessions.
        PasswordCheckFailed = "session.password_check_failed",
        /// A refresh token or the token of a mailed link was refused. The subject is the code of the refusal.
        TokenRefused = "token.refused",
        /// The password was verified again in a session.
        PasswordConfirmed = "session.password_confirmed",
        /// A refresh token was replaced by a new one.
        SessionRefreshed = "session.refreshed",
        /// A replaced refresh token got its successor again.
        SessionRefreshRepeated = "session.refresh_repeated",
        /// A session was ended because a replaced refresh token was used again.
        SessionRevokedAfterTokenReuse = "session.revoked_after_token_reuse",
        /// An account ended one of its sessions.
        SessionEnded = "session.ended",
        /// An account ended all its sessions.
        AllSessionsEnded = "account.all_sessions_ended",
        /// An attachment was announced.
        UploadAnnounced = "upload.announced",
        /// An attachment's content arrived and waits for the malware scanner.
        UploadReceived = "upload.received",
        /// An attachment's content was stored, after the scanner, if there is one, found nothing.
        UploadStored = "upload.stored",
        /// The scanner found malware in an attachment's content.
        UploadRefused = "upload.refused",
        /// An attachment was deleted by its account.
        UploadDeleted = "upload.deleted",
        /// A declaration was filed.
        DeclarationFiled = "declaration.filed",
        /// A declaration was corrected.
        DeclarationRevised = "declaration.revised",
        /// A declaration was withdrawn.
        DeclarationWithdrawn = "declaration.withdrawn",
        /// A succession was filed.
        SuccessionFiled = "succession.filed",
        /// A succession was corrected.
        SuccessionRevised = "succession.revised",
        /// A succession was withdrawn.
        SuccessionWithdrawn = "succession.withdrawn",
        /// A succession was sent back for correction.
        SuccessionReturned = "succession.returned",
        /// A returned succession was not corrected by its due date, and its facility has filed another one.
        SuccessionLapsed = "succession.lapsed",
        /// A succession was accepted: rights and duties passed to the successor.
        SuccessionAccepted = "succession.accepted",
        /// An edition of the facility list was imported.
        FacilitiesImported = "facilities.imported",
        /// A round of the transitional measure was loaded.
        RoundLoaded = "round.loaded",
        /// The sandbox's clock was moved.
        SandboxClockMoved = "sandbox.clock_moved",
        /// The sandbox's mailbox was emptied.
        SandboxMailboxEmptied = "sandbox.mailbox_emptied",
        /// `todokede doctor` tested whether a line can be written. This line is always rolled back.
        DoctorTried = "doctor.tried",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::coded_enum::tests::codes_round_trip_and_other_texts_are_refused;

    #[test]
    fn each_action_has_its_own_code_with_two_parts_in_snake_case() {
        codes_round_trip_and_other_texts_are_refused::<AuditAction>();
        for code in AuditAction::CODES {
            let (noun, verb) = code.split_once('.').unwrap();
            for word in [noun, verb] {
                assert!(!word.is_empty(), "{code}");
                assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
            }
        }
    }
}

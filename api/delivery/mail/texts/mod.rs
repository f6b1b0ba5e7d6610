//! The wording of the mails, Japanese first: one file for each group, on the sheet of `letter`.

use super::message::Message;
use letter::Letter;

mod credentials;
mod declarations;
mod html;
mod letter;
mod lines;
mod page;
mod plain;
mod registration;
#[cfg(test)]
pub(super) mod samples;
mod successions;

/// The wording of a message.
pub(super) fn letter(message: &Message) -> Letter {
    use Message as M;
    match message {
        M::ProvisionalRegistration { link, expires_at } => registration::provisional(link, *expires_at),
        M::AddressTaken { login_url, recovery_url } => registration::address_taken(login_url, recovery_url),
        M::AccountCreated { facility_name, facility_number } => {
            registration::account_created(facility_name, facility_number)
        }
        M::PasswordReset { link, expires_at } => credentials::password_reset(link, *expires_at),
        M::PasswordChanged { facility_name, at } => credentials::password_changed(facility_name, *at),
        M::EmailChangeConfirmation { link, expires_at } => credentials::email_confirmation(link, *expires_at),
        M::EmailChangeRequested { facility_name, at, new_address_masked } => {
            credentials::email_change_requested(facility_name, *at, new_address_masked)
        }
        M::EmailChanged { facility_name, at } => credentials::email_changed(facility_name, *at),
        M::NewAddressTaken { at } => credentials::new_address_taken(*at),
        M::DeclarationReceived { facts, late } => declarations::received(facts, *late),
        M::DeclarationAccepted { facts, excused_until, excused_text } => {
            declarations::accepted(facts, *excused_until, excused_text)
        }
        M::DeclarationReturned { facts, reason, due } => declarations::returned(facts, reason, *due),
        M::DeclarationRejected { facts, reason } => declarations::rejected(facts, reason),
        M::DeclarationWithdrawn { facts } => declarations::withdrawn(facts),
        M::SuccessionReceived { facts, waiting_for_master } => {
            successions::received(facts, *waiting_for_master)
        }
        M::SuccessionAccepted { facts } => successions::accepted(facts),
        M::SuccessionReturned { facts, reason, due } => successions::returned(facts, reason, *due),
        M::SuccessionRejected { facts, reason } => successions::rejected(facts, reason),
        M::SuccessionWithdrawn { facts } => successions::withdrawn(facts),
    }
}

//! The kinds of mail by name, for the queue, the logs and the preview of a filing.

use crate::domain::values::words::words;

words! {
    /// What a mail is about, without any of its contents.
    pub enum Kind {
        /// See [`Message::ProvisionalRegistration`](super::Message::ProvisionalRegistration).
        ProvisionalRegistration = "PROVISIONAL_REGISTRATION",
        /// See [`Message::AddressTaken`](super::Message::AddressTaken).
        AddressTaken = "ADDRESS_TAKEN",
        /// See [`Message::AccountCreated`](super::Message::AccountCreated).
        AccountCreated = "ACCOUNT_CREATED",
        /// See [`Message::PasswordReset`](super::Message::PasswordReset).
        PasswordReset = "PASSWORD_RESET",
        /// See [`Message::PasswordChanged`](super::Message::PasswordChanged).
        PasswordChanged = "PASSWORD_CHANGED",
        /// See [`Message::EmailChangeConfirmation`](super::Message::EmailChangeConfirmation).
        EmailChangeConfirmation = "EMAIL_CHANGE_CONFIRMATION",
        /// See [`Message::EmailChangeRequested`](super::Message::EmailChangeRequested).
        EmailChangeRequested = "EMAIL_CHANGE_REQUESTED",
        /// See [`Message::EmailChanged`](super::Message::EmailChanged).
        EmailChanged = "EMAIL_CHANGED",
        /// See [`Message::NewAddressTaken`](super::Message::NewAddressTaken).
        NewAddressTaken = "NEW_ADDRESS_TAKEN",
        /// See [`Message::DeclarationReceived`](super::Message::DeclarationReceived).
        DeclarationReceived = "DECLARATION_RECEIVED",
        /// See [`Message::DeclarationAccepted`](super::Message::DeclarationAccepted).
        DeclarationAccepted = "DECLARATION_ACCEPTED",
        /// See [`Message::DeclarationReturned`](super::Message::DeclarationReturned).
        DeclarationReturned = "DECLARATION_RETURNED",
        /// See [`Message::DeclarationRejected`](super::Message::DeclarationRejected).
        DeclarationRejected = "DECLARATION_REJECTED",
        /// See [`Message::DeclarationWithdrawn`](super::Message::DeclarationWithdrawn).
        DeclarationWithdrawn = "DECLARATION_WITHDRAWN",
        /// See [`Message::SuccessionReceived`](super::Message::SuccessionReceived).
        SuccessionReceived = "SUCCESSION_RECEIVED",
        /// See [`Message::SuccessionAccepted`](super::Message::SuccessionAccepted).
        SuccessionAccepted = "SUCCESSION_ACCEPTED",
        /// See [`Message::SuccessionReturned`](super::Message::SuccessionReturned).
        SuccessionReturned = "SUCCESSION_RETURNED",
        /// See [`Message::SuccessionRejected`](super::Message::SuccessionRejected).
        SuccessionRejected = "SUCCESSION_REJECTED",
        /// See [`Message::SuccessionWithdrawn`](super::Message::SuccessionWithdrawn).
        SuccessionWithdrawn = "SUCCESSION_WITHDRAWN",
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::domain::values::words::tests::codes_lead_back_and_near_misses_nowhere;

    #[test]
    fn the_names_of_the_queue_are_read_exactly() {
        codes_lead_back_and_near_misses_nowhere::<Kind>();
    }
}

//! The kinds of mail by name, for the queue, the logs and the preview of a filing.

/// What a mail is about, without any of its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// See [`Message::ProvisionalRegistration`](super::Message::ProvisionalRegistration).
    ProvisionalRegistration,
    /// See [`Message::AddressTaken`](super::Message::AddressTaken).
    AddressTaken,
    /// See [`Message::AccountCreated`](super::Message::AccountCreated).
    AccountCreated,
    /// See [`Message::PasswordReset`](super::Message::PasswordReset).
    PasswordReset,
    /// See [`Message::PasswordChanged`](super::Message::PasswordChanged).
    PasswordChanged,
    /// See [`Message::EmailChangeConfirmation`](super::Message::EmailChangeConfirmation).
    EmailChangeConfirmation,
    /// See [`Message::EmailChangeRequested`](super::Message::EmailChangeRequested).
    EmailChangeRequested,
    /// See [`Message::EmailChanged`](super::Message::EmailChanged).
    EmailChanged,
    /// See [`Message::NewAddressTaken`](super::Message::NewAddressTaken).
    NewAddressTaken,
    /// See [`Message::DeclarationReceived`](super::Message::DeclarationReceived).
    DeclarationReceived,
    /// See [`Message::DeclarationAccepted`](super::Message::DeclarationAccepted).
    DeclarationAccepted,
    /// See [`Message::DeclarationReturned`](super::Message::DeclarationReturned).
    DeclarationReturned,
    /// See [`Message::DeclarationRejected`](super::Message::DeclarationRejected).
    DeclarationRejected,
    /// See [`Message::DeclarationWithdrawn`](super::Message::DeclarationWithdrawn).
    DeclarationWithdrawn,
    /// See [`Message::SuccessionReceived`](super::Message::SuccessionReceived).
    SuccessionReceived,
    /// See [`Message::SuccessionAccepted`](super::Message::SuccessionAccepted).
    SuccessionAccepted,
    /// See [`Message::SuccessionReturned`](super::Message::SuccessionReturned).
    SuccessionReturned,
    /// See [`Message::SuccessionRejected`](super::Message::SuccessionRejected).
    SuccessionRejected,
    /// See [`Message::SuccessionWithdrawn`](super::Message::SuccessionWithdrawn).
    SuccessionWithdrawn,
}

impl Kind {
    /// The name that is stored and shown. Names are never reused.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ProvisionalRegistration => "PROVISIONAL_REGISTRATION",
            Self::AddressTaken => "ADDRESS_TAKEN",
            Self::AccountCreated => "ACCOUNT_CREATED",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::EmailChangeConfirmation => "EMAIL_CHANGE_CONFIRMATION",
            Self::EmailChangeRequested => "EMAIL_CHANGE_REQUESTED",
            Self::EmailChanged => "EMAIL_CHANGED",
            Self::NewAddressTaken => "NEW_ADDRESS_TAKEN",
            Self::DeclarationReceived => "DECLARATION_RECEIVED",
            Self::DeclarationAccepted => "DECLARATION_ACCEPTED",
            Self::DeclarationReturned => "DECLARATION_RETURNED",
            Self::DeclarationRejected => "DECLARATION_REJECTED",
            Self::DeclarationWithdrawn => "DECLARATION_WITHDRAWN",
            Self::SuccessionReceived => "SUCCESSION_RECEIVED",
            Self::SuccessionAccepted => "SUCCESSION_ACCEPTED",
            Self::SuccessionReturned => "SUCCESSION_RETURNED",
            Self::SuccessionRejected => "SUCCESSION_REJECTED",
            Self::SuccessionWithdrawn => "SUCCESSION_WITHDRAWN",
        }
    }
}

//! Rehearsals: requests with `validate_only`. A rehearsal runs every check and stores nothing. Its answer shows what
//! would be stored and which mails would be sent. Front ends use it for the confirmation screen (確認画面).

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::context::Context;
use crate::db::engine::writer::Mode;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;
use crate::usecases::work::QueuedMail;

/// The query of every operation that can be rehearsed.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WriteQuery {
    /// `true` runs every check, stores nothing and sends no mail, for the confirmation screen (確認画面へ進む). The
    /// answer shows what would be stored, where the operation has something to show.
    #[serde(default)]
    #[param(required = false)]
    pub validate_only: bool,
}

impl WriteQuery {
    /// Whether the changes are stored or rolled back.
    #[must_use]
    pub const fn mode(self) -> Mode {
        if self.validate_only { Mode::Rehearse } else { Mode::Store }
    }
}

/// A mail that would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailPreview {
    /// The kind of mail.
    #[schema(max_length = 60, example = "ACCOUNT_CREATED")]
    pub kind: String,
    /// The recipient's address.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// The subject. `****-****-****` stands for a receipt number that will be given when the form is filed.
    #[schema(max_length = 200, example = "アカウント登録完了のご案内")]
    pub subject: String,
}

/// Shows the mails that a rehearsal queued.
#[must_use]
pub fn mail_previews(queued: &[QueuedMail]) -> Vec<MailPreview> {
    queued
        .iter()
        .map(|mail| MailPreview {
            kind: mail.kind.to_owned(),
            to: mail.recipient.clone(),
            subject: mail.subject.clone(),
        })
        .collect()
}

/// Shows the mails that a rehearsed filing queued. Its receipt number is hidden, because the filing will get another one.
#[must_use]
pub fn mail_previews_of_filing(queued: &[QueuedMail], receipt_number: &ReceiptNumber) -> Vec<MailPreview> {
    let number = receipt_number.to_string();
    let mut previews = mail_previews(queued);
    for preview in &mut previews {
        preview.subject = preview.subject.replace(&number, "****-****-****");
    }
    previews
}

impl<C> Context<C> {
    /// Hashes a new password. In a rehearsal it returns `None` without hashing, because hashing is expensive and the
    /// hash would not be stored.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many hashes are waiting to be computed.
    pub async fn hash_unless_rehearsed(
        &self,
        query: WriteQuery,
        password: SecretString,
    ) -> Result<Option<PasswordHash>, Error> {
        if query.validate_only {
            return Ok(None);
        }
        self.state.passwords.hash(password).await.map(Some)
    }
}

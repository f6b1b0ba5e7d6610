//! Previews: what a write would store, and the mails that it would send, for the confirmation screen (確認画面).
//!
//! The preview of a write is an operation of its own. It runs the same use case with [`Context::preview`], which rolls
//! the transaction back.

use serde::Serialize;
use utoipa::ToSchema;

#[cfg(doc)]
use super::context::Context;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::usecases::work::QueuedMail;

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

/// Shows the mails that a preview queued.
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

/// Shows the mails of a filing that has not been filed. Its receipt number is hidden, because the filing will get another
/// one.
#[must_use]
pub fn mail_previews_of_filing(queued: &[QueuedMail], receipt_number: &ReceiptNumber) -> Vec<MailPreview> {
    let number = receipt_number.to_string();
    let mut previews = mail_previews(queued);
    for preview in &mut previews {
        preview.subject = preview.subject.replace(&number, "****-****-****");
    }
    previews
}

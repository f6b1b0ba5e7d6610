//! The confirmation screen (確認画面): a rehearsal runs every check, stores nothing, and shows what would be stored
//! and which mails would be sent.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, Nothing, OrPreview};
use super::context::Context;
use crate::db::engine::writer::Mode;
use crate::domain::identity::password_hash::PasswordHash;
use crate::error::Error;
use crate::usecases::work::{QueuedMail, Work};

/// The query of every creating or changing operation.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WriteQuery {
    /// `true` runs every check and stores nothing: the letter's confirmation screen
    /// (確認画面へ進む). The answer is 200 with what would be stored.
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

/// A mail that would go.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailPreview {
    /// What it is.
    #[schema(max_length = 60, example = "ACCOUNT_CREATED")]
    pub kind: String,
    /// To whom.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// Its subject.
    #[schema(max_length = 200, example = "アカウント登録完了のご案内")]
    pub subject: String,
}

/// The mails that would be sent.
#[must_use]
pub fn mails(queued: &[QueuedMail]) -> Vec<MailPreview> {
    queued
        .iter()
        .map(|mail| MailPreview {
            kind: mail.kind.to_owned(),
            to: mail.recipient.clone(),
            subject: mail.subject.clone(),
        })
        .collect()
}

/// The answer to a rehearsal of an operation that has nothing of its own to show.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rehearsed {
    /// Always `true`: the operation would succeed.
    #[schema(example = true)]
    pub valid: bool,
    /// The mails that would go.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl Rehearsed {
    /// The answer to a rehearsal that queued these mails.
    #[must_use]
    pub fn of(queued: &[QueuedMail]) -> Self {
        Self { valid: true, mails: mails(queued) }
    }
}

impl Rehearsed {
    /// The answer of an operation without a body of its own: this body in a rehearsal, otherwise none.
    ///
    /// # Errors
    /// An internal error if it cannot be written.
    pub fn answer(query: WriteQuery, work: &Work<'_>) -> Result<Answer<OrPreview<Nothing, Self>>, Error> {
        Ok(if query.validate_only {
            Answer::ok(&Self::of(&work.queued))?.as_preview()
        } else {
            Answer::nothing().or_preview()
        })
    }
}

impl<C> Context<C> {
    /// Hashes a new password, but not in a rehearsal: hashing is expensive and its result would not be stored.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many callers wait.
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

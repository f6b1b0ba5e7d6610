//! Resets of a forgotten password with a mailed link. A reset ends all sessions of the account.

use super::{links, passwords};
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::work::Work;

/// Mails a reset link to an address that has an account. An address without an account gets no mail, and the caller
/// gets the same answer in both cases.
#[tracing::instrument(skip_all, level = "debug")]
pub fn request(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    let Some(account) = accounts::find_by_email(work.conn, email)? else {
        return work.audit(AuditAction::PasswordResetRequestedForUnknownAddress, &"-", None);
    };
    let (link, url) = links::create(work, LinkPurpose::PasswordReset, &account.email, Some(account.id))?;
    work.mail(
        &account.email,
        Some(account.id),
        &Message::PasswordReset { link: url, expires_at: link.expires_at },
    )?;
    work.audit(AuditAction::PasswordResetRequested, &account.id, None)
}

/// The account that a reset link belongs to.
///
/// # Errors
/// The errors of [`links::find_usable`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn find_account(conn: &mut Conn, token: &OpaqueToken, now: Instant) -> Result<Account, Error> {
    let link = links::find_usable(conn, LinkPurpose::PasswordReset, token, now)?;
    let account = link.account_id.ok_or(IdentityRefusal::LinkUnknown)?;
    accounts::find(conn, account)?.ok_or_else(|| IdentityRefusal::LinkUnknown.into())
}

/// Sets the new password and marks the link as used. With `validate_only` no hash is needed.
///
/// # Errors
/// The errors of [`links::find_usable`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken, hash: Option<&PasswordHash>) -> Result<(), Error> {
    let now = work.now();
    locks::acquire(work.conn, &[Lock::Token(&token.hash())])?;
    let account = find_account(work.conn, token, now)?;
    passwords::replace_password(work, &account, hash, None, AuditAction::PasswordReset)
}

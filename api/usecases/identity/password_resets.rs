//! A forgotten password: a link is mailed, a new password is set, all sessions end.

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

/// Takes an address. The caller learns nothing of whether it has an account; an address without
/// one gets no mail.
#[tracing::instrument(skip_all, level = "debug")]
pub fn request(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    let Some(account) = accounts::find_by_email(work.conn, email)? else {
        return work.audit(AuditAction::PasswordResetRequestedForUnknownAddress, &"-", None);
    };
    let (link, url) = links::make(work, LinkPurpose::PasswordReset, &account.email, Some(account.id))?;
    work.mail(
        &account.email,
        Some(account.id),
        &Message::PasswordReset { link: url, expires_at: link.expires_at },
    )?;
    work.audit(AuditAction::PasswordResetRequested, &account.id, None)
}

/// The account a reset link belongs to, so that the new password can be held against its data.
///
/// # Errors
/// The link's problems.
#[tracing::instrument(skip_all, level = "debug")]
pub fn look(conn: &mut Conn, token: &OpaqueToken, now: Instant) -> Result<Account, Error> {
    let link = links::look(conn, LinkPurpose::PasswordReset, token, now)?;
    let account = link.account_id.ok_or(IdentityRefusal::LinkUnknown)?;
    accounts::find(conn, account)?.ok_or_else(|| IdentityRefusal::LinkUnknown.into())
}

/// Sets the new password and uses up the link. A rehearsal needs no hash.
///
/// # Errors
/// The link's problems.
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken, hash: Option<&PasswordHash>) -> Result<(), Error> {
    let now = work.now();
    locks::hold(work.conn, &[Lock::Token(&token.hash())])?;
    let account = look(work.conn, token, now)?;
    passwords::replace_password(work, &account, hash, None, AuditAction::PasswordReset)
}

//! Resets of a forgotten password with a mailed link. A reset ends all sessions of the account.

use super::links::{self, NewLink};
use super::passwords;
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

/// Answers a request for a reset: mails a reset link to an address that has an account. An address without an account
/// gets no mail.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(work: &mut Work<'_>, email: &EmailAddress, account: Option<&Account>) -> Result<(), Error> {
    let Some(account) = account else {
        let pseudonym = work.policy.pseudonyms.of_address(email);
        return work.audit(AuditAction::PasswordResetRequestedForUnknownAddress, &pseudonym, None);
    };
    let NewLink { link, url, mail } =
        links::create(work, LinkPurpose::PasswordReset, &account.email, Some(account.id))?;
    let message = Message::PasswordReset { link: url, expires_at: link.expires_at };
    work.mail_as(mail, &account.email, Some(account.id), &message)?;
    work.audit(AuditAction::PasswordResetRequested, &account.id, None)
}

/// The account that logs in with an address, under its lock. Without the lock, a change of address that completes at the
/// same time would leave a link or a notice in the mailbox of the former address.
pub(in crate::usecases) fn find_locked(
    conn: &mut Conn,
    email: &EmailAddress,
) -> Result<Option<Account>, Error> {
    let Some((id, _)) = accounts::find_credentials(conn, email)? else { return Ok(None) };
    locks::acquire(conn, &[Lock::Account(id)])?;
    Ok(accounts::find_by_email(conn, email)?.filter(|account| account.id == id))
}

/// The account that a reset link belongs to.
///
/// # Errors
/// The errors of [`links::find_usable`]; [`IdentityRefusal::LinkUsed`] if the account has another address by now.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find_account(conn: &mut Conn, token: &OpaqueToken, now: Instant) -> Result<Account, Error> {
    let link = links::find_usable(conn, LinkPurpose::PasswordReset, token, now)?;
    let account = link.account_id.ok_or(IdentityRefusal::LinkUnknown)?;
    let account = accounts::find(conn, account)?.ok_or(IdentityRefusal::LinkUnknown)?;
    if account.email.key() != link.email.key() {
        return Err(IdentityRefusal::LinkUsed.into());
    }
    Ok(account)
}

/// Sets the new password and marks the link as used.
///
/// # Errors
/// The errors of [`find_account`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken, hash: &PasswordHash) -> Result<(), Error> {
    let now = work.now();
    let account = find_account(work.conn, token, now)?;
    locks::acquire(work.conn, &[Lock::Account(account.id)])?;
    // Another request may have used the link or changed the address before this one got the lock.
    let account = find_account(work.conn, token, now)?;
    work.identify(account.id);
    passwords::replace_password(work, &account, hash)?;
    let facility_name = account.profile.facility.name.to_string();
    let notice = Message::PasswordResetCompleted { facility_name, at: now };
    work.mail(&account.email, Some(account.id), &notice)?;
    work.audit(AuditAction::PasswordReset, &account.id, None)
}

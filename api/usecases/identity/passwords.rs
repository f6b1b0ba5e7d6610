//! Changing a password.

use super::links;
use super::sessions::{self, Device, OpenedSession};
use super::{logins, wrong_passwords};
use crate::db::store::accounts;
use crate::db::store::identity::{known_devices, links as stored_links, sessions as stored_sessions};
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::fault::Fault;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::passwords::MatchedHash;
use crate::usecases::work::Work;

/// Stores a new password of a logged-in account, ends all its sessions, and opens a new one for the caller. Somebody may
/// hold a copy of the tokens of any session, also of the caller's.
///
/// # Errors
/// [`Error::Invalid`] if the password was changed after it was verified.
#[tracing::instrument(skip_all, level = "debug")]
pub fn change_password(
    work: &mut Work<'_>,
    current: &MatchedHash,
    new: &PasswordHash,
    user_agent: Option<String>,
) -> Result<OpenedSession, Error> {
    let account = &work.actor.principal()?.account;
    ensure_current(work, account.id, current, "/current_password")?;
    replace_password(work, account, new)?;
    let facility_name = account.profile.facility.name.to_string();
    let notice = Message::PasswordChanged { facility_name, at: work.now() };
    work.mail(&account.email, Some(account.id), &notice)?;
    work.audit(AuditAction::PasswordChanged, &account.id, None)?;
    let device = Device::New(logins::new_device(work, account.id)?);
    sessions::open(work, account.id, user_agent, device)
}

/// Refuses a password that was verified before another request changed it, or that was guessed. Otherwise, the count of
/// wrong passwords begins anew. The caller must hold the account's lock.
/// `pointer` is the JSON Pointer of the password in the body.
pub(super) fn ensure_current(
    work: &mut Work<'_>,
    account: AccountId,
    verified: &MatchedHash,
    pointer: &str,
) -> Result<(), Error> {
    let accepts = wrong_passwords::accepts_in_session(work.conn, &work.policy.pseudonyms, account)?;
    let stored = accounts::find_password_hash(work.conn, account)?;
    if !accepts || !stored.is_some_and(|stored| verified.is(&stored)) {
        return Err(Error::invalid(pointer, Fault::PasswordWrong));
    }
    wrong_passwords::forget(work.conn, &work.policy.pseudonyms.of_sessions(account))
}

/// Stores a new password, ends all sessions, forgets devices and wrong passwords, and marks open links as used. The caller
/// must hold the account's lock.
pub(super) fn replace_password(
    work: &mut Work<'_>,
    account: &Account,
    hash: &PasswordHash,
) -> Result<(), Error> {
    let now = work.now();
    accounts::update_password(work.conn, account.id, hash, now)?;
    stored_sessions::update_all_ended(work.conn, account.id, now)?;
    known_devices::delete_of_account(work.conn, account.id)?;
    let pseudonyms = &work.policy.pseudonyms;
    for pseudonym in [pseudonyms.of_address(&account.email), pseudonyms.of_sessions(account.id)] {
        wrong_passwords::forget(work.conn, &pseudonym)?;
    }
    // A person who knew the old password may have requested links of both kinds.
    stored_links::update_used_of_account(work.conn, LinkPurpose::PasswordReset, account.id, now)?;
    links::end_email_changes(work.conn, account.id, now)
}

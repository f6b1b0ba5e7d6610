//! Wrong passwords in a row, of logins and of sessions.

use crate::db::engine::Conn;
use crate::db::store::identity::wrong_passwords as stored;
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::identity::wrong_passwords::{NOTICE_AFTER, accepts};
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::pseudonyms::{Pseudonym, Pseudonyms};
use crate::usecases::work::Work;

/// How many wrong passwords were sent in a row.
pub fn count(conn: &mut Conn, pseudonym: &Pseudonym) -> Result<i64, Error> {
    stored::count(conn, pseudonym.as_bytes())
}

/// Counts and records a wrong password, and returns how many were sent in a row.
pub(super) fn note(work: &mut Work<'_>, pseudonym: &Pseudonym, action: AuditAction) -> Result<i64, Error> {
    let in_a_row = stored::increment(work.conn, pseudonym.as_bytes(), work.now())?;
    work.security_event(action, pseudonym)?;
    Ok(in_a_row)
}

/// Begins a new count, because the owner has proved to know the password, or because the address has another owner.
pub(in crate::usecases) fn forget(conn: &mut Conn, pseudonym: &Pseudonym) -> Result<(), Error> {
    stored::delete(conn, pseudonym.as_bytes())
}

/// Answers a request for a notice of wrong passwords: mails the owner of the address, if it has one.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(work: &mut Work<'_>, account: Option<&Account>) -> Result<(), Error> {
    let Some(account) = account else { return Ok(()) };
    let facility_name = account.profile.facility.name.to_string();
    let message = Message::LoginsRefused { facility_name, at: work.now() };
    work.mail(&account.email, Some(account.id), &message)
}

/// Records a wrong password that was sent within a session, and mails the owner after several in a row.
#[tracing::instrument(skip_all, level = "debug")]
pub fn note_in_session(work: &mut Work<'_>) -> Result<(), Error> {
    let account = &work.actor.principal()?.account;
    let pseudonym = work.policy.pseudonyms.of_sessions(account.id);
    if note(work, &pseudonym, AuditAction::PasswordCheckFailed)? == NOTICE_AFTER {
        let facility_name = account.profile.facility.name.to_string();
        let message = Message::PasswordChecksFailed { facility_name, at: work.now() };
        work.mail(&account.email, Some(account.id), &message)?;
    }
    Ok(())
}

/// Whether sessions of the account may still send passwords.
pub fn accepts_in_session(
    conn: &mut Conn,
    pseudonyms: &Pseudonyms,
    account: AccountId,
) -> Result<bool, Error> {
    Ok(accepts(count(conn, &pseudonyms.of_sessions(account))?, false))
}

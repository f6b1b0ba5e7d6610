//! The answers to requests for a mailed link, or for a notice of wrong passwords: looks up whether the address has an
//! account, makes the link, and queues the mail.

use super::registrations;
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::identity::link_requests::{self, WaitingLinkRequest};
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::RequestedMail;
use crate::error::Error;
use crate::usecases::actor::Actor;
use crate::usecases::identity::{email_changes, password_resets, wrong_passwords};
use crate::usecases::work::{Call, Policy, Work};

/// Answers a request and deletes it, in the caller's transaction. Does nothing and returns `false` if the request was
/// answered or withdrawn before. Everything happens as of the time of the request: the validity of the link counts from
/// then, and the audit log names the request.
///
/// # Errors
/// An internal error if the row cannot be decoded, or an error of the database.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(conn: &mut Conn, request: &WaitingLinkRequest, policy: &Policy) -> Result<bool, Error> {
    let (mail, email) = (request.requested_mail()?, request.email()?);
    let call = call_of(request);
    let mut work = Work::new(conn, &call, &Actor::Anonymous, policy);
    // The locks come first: an operation that holds the account's lock may delete the request.
    let account = match (mail, request.account_id) {
        (RequestedMail::PasswordReset | RequestedMail::LoginsRefused, _) => {
            password_resets::find_locked(work.conn, &email)?
        }
        (_, Some(account)) => {
            locks::acquire(work.conn, &[Lock::Account(account)])?;
            None
        }
        (_, None) => None,
    };
    if link_requests::delete(work.conn, &[request.id])? == 0 {
        return Ok(false);
    }
    let answered = match (mail, request.account_id) {
        (RequestedMail::Registration, _) => registrations::answer(&mut work, &email),
        (RequestedMail::PasswordReset, _) => password_resets::answer(&mut work, &email, account.as_ref()),
        (RequestedMail::LoginsRefused, _) => wrong_passwords::answer(&mut work, account.as_ref()),
        (RequestedMail::EmailChange, Some(account)) => email_changes::answer(&mut work, &email, account),
        (RequestedMail::EmailChange, None) => {
            Err(Error::internal("a request for a change of address names no account"))
        }
    };
    answered.map(|()| true)
}

/// Deletes a request without an answer, in the caller's transaction. Returns whether it still waited.
///
/// # Errors
/// An internal error if the row cannot be decoded, or an error of the database.
#[tracing::instrument(skip_all, level = "debug")]
pub fn drop_unanswered(
    conn: &mut Conn,
    request: &WaitingLinkRequest,
    policy: &Policy,
) -> Result<bool, Error> {
    let call = call_of(request);
    let mut work = Work::new(conn, &call, &Actor::Anonymous, policy);
    if link_requests::delete(work.conn, &[request.id])? == 0 {
        return Ok(false);
    }
    let pseudonym = policy.pseudonyms.of_address(&request.email()?);
    work.security_event(AuditAction::LinkRequestDropped, &pseudonym)?;
    Ok(true)
}

/// The call that made a request.
fn call_of(request: &WaitingLinkRequest) -> Call {
    Call { now: request.requested_at, client: request.client.clone(), request_id: request.request_id.clone() }
}

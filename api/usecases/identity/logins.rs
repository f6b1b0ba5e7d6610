//! Logins: wrong passwords are counted, and devices that have logged in before are known.

use chrono::Duration;

use super::sessions::{self, Device, OpenedSession};
use super::{link_requests, wrong_passwords};
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::known_devices;
use crate::db::store::mails::history;
use crate::delivery::mail::message::{Kind, Message};
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::RequestedMail;
use crate::domain::identity::wrong_passwords::{
    MAX_DEVICES, MAX_OF_DEVICE, NEW_DEVICE_MAILS_PER_HOUR, NOTICE_AFTER, accepts,
};
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::security::passwords::MatchedHash;
use crate::security::pseudonyms::Pseudonym;
use crate::usecases::work::Work;

/// A login whose password was verified outside the transaction.
#[derive(Debug)]
pub struct LoginAttempt {
    /// The address.
    pub email: EmailAddress,
    /// The account that had the address when the password was verified.
    pub account: Option<AccountId>,
    /// The hash that the password matched, if it was right.
    pub password: Option<MatchedHash>,
    /// The token of the device.
    pub device: Option<OpaqueToken>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
}

/// The result of a login. [`Self::Refused`] is not an error, because an error would roll back the count of wrong
/// passwords.
#[derive(Debug)]
pub enum LoginResult {
    /// The session is open.
    Opened(Box<OpenedSession>),
    /// The address or the password is wrong, or too many wrong passwords were sent in a row.
    Refused,
}

/// Whether a device has logged in to the account before.
pub fn is_known_device(
    conn: &mut Conn,
    account: AccountId,
    device: Option<&OpaqueToken>,
) -> Result<bool, Error> {
    device.map_or(Ok(false), |device| known_devices::exists(conn, account, &device.hash()))
}

/// Opens a session, if the address and the password are still those of the account, and unless too many wrong passwords
/// were sent in a row. A refused login does the same work whether or not the address has an account, and whether or not
/// the password was right.
#[tracing::instrument(skip_all, level = "debug")]
pub fn log_in(work: &mut Work<'_>, attempt: LoginAttempt) -> Result<LoginResult, Error> {
    let lock = attempt.account.map_or(Lock::Address(&attempt.email), Lock::Account);
    locks::acquire(work.conn, &[lock])?;
    let is_known =
        is_known_device(work.conn, attempt.account.unwrap_or(AccountId::NONE), attempt.device.as_ref())?;
    let pseudonym = work.policy.pseudonyms.of_address(&attempt.email);
    let in_a_row = wrong_passwords::count(work.conn, &pseudonym)?;
    let account = if accepts(in_a_row, is_known) { current_account(work.conn, &attempt)? } else { None };
    let Some(account) = account else {
        return refuse(work, &attempt, &pseudonym, is_known);
    };
    if in_a_row > 0 {
        wrong_passwords::forget(work.conn, &pseudonym)?;
    }
    // Whoever logs in has proved to know the password, so the guesses of a stolen session no longer lock sessions out.
    wrong_passwords::forget(work.conn, &work.policy.pseudonyms.of_sessions(account))?;
    let LoginAttempt { device, user_agent, .. } = attempt;
    let device = if let Some(known) = device.filter(|_| is_known) {
        known_devices::update_used(work.conn, &known.hash(), work.now())?;
        Device::Known(known)
    } else {
        Device::New(remember_device(work, account)?)
    };
    let opened = sessions::open(work, account, user_agent, device)?;
    Ok(LoginResult::Opened(Box::new(opened)))
}

/// The account of the attempt, if it still has the address and the password.
fn current_account(conn: &mut Conn, attempt: &LoginAttempt) -> Result<Option<AccountId>, Error> {
    let (Some(id), Some(password)) = (attempt.account, &attempt.password) else { return Ok(None) };
    let stored = accounts::find_credentials(conn, &attempt.email)?;
    Ok(stored.filter(|(account, hash)| *account == id && password.is(hash)).map(|(account, _)| account))
}

fn refuse(
    work: &mut Work<'_>,
    attempt: &LoginAttempt,
    pseudonym: &Pseudonym,
    is_known: bool,
) -> Result<LoginResult, Error> {
    let in_a_row = wrong_passwords::note(work, pseudonym, AuditAction::LoginRefused)?;
    if let Some(device) = attempt.device.as_ref().filter(|_| is_known) {
        known_devices::count_failure(work.conn, &device.hash(), MAX_OF_DEVICE)?;
    }
    if in_a_row == NOTICE_AFTER {
        // Whether the address has an owner who gets the notice is looked up later, so that nobody can measure it.
        link_requests::store(work, RequestedMail::LoginsRefused, &attempt.email, None)?;
    }
    Ok(LoginResult::Refused)
}

/// Makes a device known that logs in for the first time, and mails the owner, unless it is the first device since the
/// password was set, or the owner has just got several such mails.
fn remember_device(work: &mut Work<'_>, account: AccountId) -> Result<OpaqueToken, Error> {
    let is_first = !known_devices::exists_any(work.conn, account)?;
    let token = new_device(work, account)?;
    let hour_ago = work.now() - Duration::hours(1);
    if !is_first
        && history::count_since(work.conn, account, Kind::NewDevice.code(), hour_ago)?
            < NEW_DEVICE_MAILS_PER_HOUR
        && let Some(account) = accounts::find(work.conn, account)?
    {
        let message = Message::NewDevice {
            facility_name: account.profile.facility.name.to_string(),
            at: work.now(),
            client: work.call.client.clone().unwrap_or_default(),
        };
        work.mail(&account.email, Some(account.id), &message)?;
    }
    Ok(token)
}

/// Makes a device known.
pub(super) fn new_device(work: &mut Work<'_>, account: AccountId) -> Result<OpaqueToken, Error> {
    let token = OpaqueToken::generate();
    known_devices::insert(work.conn, account, &token.hash(), work.now())?;
    known_devices::delete_oldest(work.conn, account, &token.hash(), MAX_DEVICES)?;
    Ok(token)
}

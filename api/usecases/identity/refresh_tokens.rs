//! Refreshes of a session: each replaces the refresh token by a successor (RFC 9700, refresh token rotation).

use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::refresh_tokens::{self as stored_tokens, StoredRefreshToken};
use crate::db::store::identity::sessions;
use crate::delivery::mail::message::Message;
use crate::domain::audit::AuditAction;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::{RefreshDecision, Replacement, Session, decide_refresh};
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::sessions::OpenedSession;
use crate::usecases::work::Work;

/// The result of a refresh. [`Self::Revoked`] is not an error, because an error would roll back the end of the session.
#[derive(Debug)]
pub enum Refreshed {
    /// The token has a successor.
    Continued(Box<OpenedSession>),
    /// The token may be a stolen copy. Its session was ended.
    Revoked,
}

/// Replaces a refresh token by its successor. A client that did not get the answer can send the token again: within the
/// grace period it gets the same successor, as long as nobody has used the successor. So all copies of a token share one
/// chain of successors. Two of its holders who do not both refresh within each grace period end the session.
///
/// # Errors
/// [`IdentityRefusal::RefreshTokenInvalid`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn refresh(work: &mut Work<'_>, presented: &OpaqueToken) -> Result<Refreshed, Error> {
    let now = work.now();
    let account = find(work.conn, presented)?.session.account_id;
    locks::acquire(work.conn, &[Lock::Account(account)])?;
    // Another request may have ended the session or replaced the token before this one got the lock.
    let StoredRefreshToken { session, replaced } = find(work.conn, presented)?;
    work.identify(account);
    let repeated = match &replaced {
        Some(replaced) => unused_successor(work.conn, presented, &replaced.salt)?,
        None => None,
    };
    let replacement =
        replaced.map(|replaced| Replacement { at: replaced.at, successor_is_unused: repeated.is_some() });
    let refresh_token = match decide_refresh(&session, replacement, now) {
        RefreshDecision::Refuse => return Err(IdentityRefusal::RefreshTokenInvalid.into()),
        RefreshDecision::Revoke => return revoke(work, &session),
        RefreshDecision::Repeat => {
            work.audit(AuditAction::SessionRefreshRepeated, &session.id, None)?;
            repeated.ok_or_else(|| Error::internal("a refresh token has no successor"))?
        }
        RefreshDecision::Rotate => {
            work.audit(AuditAction::SessionRefreshed, &session.id, None)?;
            rotate(work, presented, &session)?
        }
    };
    Ok(Refreshed::Continued(Box::new(OpenedSession { session, refresh_token, device_token: None })))
}

fn find(conn: &mut Conn, token: &OpaqueToken) -> Result<StoredRefreshToken, Error> {
    stored_tokens::find(conn, &token.hash())?.ok_or_else(|| IdentityRefusal::RefreshTokenInvalid.into())
}

fn unused_successor(
    conn: &mut Conn,
    replaced: &OpaqueToken,
    salt: &[u8],
) -> Result<Option<OpaqueToken>, Error> {
    let successor = replaced.successor(salt);
    let stored = stored_tokens::find(conn, &successor.hash())?;
    Ok(stored.filter(|stored| stored.replaced.is_none()).map(|_| successor))
}

fn rotate(work: &mut Work<'_>, presented: &OpaqueToken, session: &Session) -> Result<OpaqueToken, Error> {
    let now = work.now();
    let salt = OpaqueToken::successor_salt();
    let successor = presented.successor(&salt);
    // With the salts of several tokens, somebody with an old token and a copy of the database could compute the newest.
    stored_tokens::erase_salts(work.conn, session.id)?;
    stored_tokens::update_replaced(work.conn, &presented.hash(), &salt, now)?;
    stored_tokens::insert(work.conn, &successor.hash(), session.id, now)?;
    sessions::update_expiry(work.conn, session.id, now, session.expiry_after(now))?;
    Ok(successor)
}

/// Ends the session of a token that was used twice, and mails the owner.
fn revoke(work: &mut Work<'_>, session: &Session) -> Result<Refreshed, Error> {
    let now = work.now();
    sessions::update_ended(work.conn, session.id, now)?;
    if let Some(account) = accounts::find(work.conn, session.account_id)? {
        let facility_name = account.profile.facility.name.to_string();
        work.mail(&account.email, Some(account.id), &Message::SessionRevoked { facility_name, at: now })?;
    }
    work.security_event(AuditAction::SessionRevokedAfterTokenReuse, &session.id)?;
    Ok(Refreshed::Revoked)
}

//! Sessions: login, refresh, logout, and finding the account of a request's access token.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::{known_clients, sessions};
use crate::domain::audit::AuditAction;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::{IDLE_TIMEOUT, RefreshDecision, Session, decide_refresh};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;
use crate::security::access_tokens::Verified;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::actor::Principal;
use crate::usecases::work::Work;

/// Checks that the session of a verified token is still open, and finds its account. Every transaction of a
/// logged-in account does this before it reads anything else.
///
/// # Errors
/// [`IdentityRefusal::SessionEnded`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn authenticate(conn: &mut Conn, verified: &Verified, now: Instant) -> Result<Box<Principal>, Error> {
    let session = sessions::find(conn, verified.session_id)?
        .filter(|session| session.is_live(now) && session.account_id == verified.account_id)
        .ok_or(IdentityRefusal::SessionEnded)?;
    let account = accounts::find(conn, session.account_id)?.ok_or(IdentityRefusal::SessionEnded)?;
    Ok(Box::new(Principal { account, session_id: session.id }))
}

/// A session and the refresh token that was just issued for it.
#[derive(Debug)]
pub struct OpenedSession {
    /// The session.
    pub session: Session,
    /// The token that extends the session. The database stores only its hash.
    pub refresh_token: OpaqueToken,
}

/// Opens a session after the password was verified.
#[tracing::instrument(skip_all, level = "debug")]
pub fn open(
    work: &mut Work<'_>,
    account: AccountId,
    user_agent: Option<String>,
) -> Result<OpenedSession, Error> {
    let now = work.now();
    let client = work.call.client.clone().unwrap_or_default();
    let session = Session {
        id: SessionId::from_uuid(Uuid::new_v4()),
        account_id: account,
        client: client.clone(),
        user_agent,
        created_at: now,
        last_used_at: now,
        expires_at: now + IDLE_TIMEOUT,
        ended_at: None,
    };
    sessions::insert(work.conn, &session)?;
    known_clients::upsert(work.conn, account, &client, now)?;
    work.identify(account);
    work.audit(AuditAction::SessionOpened, &session.id, None)?;
    issue(work, session)
}

fn issue(work: &mut Work<'_>, session: Session) -> Result<OpenedSession, Error> {
    let refresh_token = OpaqueToken::generate();
    sessions::insert_refresh_token(work.conn, &refresh_token.hash(), session.id, work.call.now)?;
    Ok(OpenedSession { session, refresh_token })
}

/// The result of a refresh. [`Self::Revoked`] is not an error, because an error would roll back the end of the session.
#[derive(Debug)]
pub enum Refreshed {
    /// The token was replaced.
    Rotated(Box<OpenedSession>),
    /// The token was replaced longer ago than the grace period, so it may be a copy. Its session was ended.
    Revoked,
}

/// Replaces a refresh token by a new one.
///
/// # Errors
/// [`IdentityRefusal::RefreshTokenInvalid`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn refresh(work: &mut Work<'_>, presented: &OpaqueToken) -> Result<Refreshed, Error> {
    let now = work.now();
    locks::acquire(work.conn, &[Lock::Token(&presented.hash())])?;
    let stored = sessions::find_refresh_token(work.conn, &presented.hash())?
        .ok_or(IdentityRefusal::RefreshTokenInvalid)?;
    let session = stored.session;
    work.identify(session.account_id);
    match decide_refresh(&session, stored.replaced_at, now) {
        RefreshDecision::Refuse => Err(IdentityRefusal::RefreshTokenInvalid.into()),
        RefreshDecision::Revoke => {
            sessions::update_ended(work.conn, session.id, now)?;
            work.audit(AuditAction::SessionRevokedAfterTokenReuse, &session.id, None)?;
            Ok(Refreshed::Revoked)
        }
        RefreshDecision::Rotate => {
            // Only the presented token is replaced. A client that sent the request twice may use either new token.
            sessions::update_refresh_token_replaced(work.conn, &presented.hash(), now)?;
            sessions::update_expiry(work.conn, session.id, now, session.expiry_after(now))?;
            work.audit(AuditAction::SessionRefreshed, &session.id, None)?;
            Ok(Refreshed::Rotated(Box::new(issue(work, session)?)))
        }
    }
}

/// Ends a session of the actor's account. Without an id, this is the session of the request.
///
/// # Errors
/// [`Error::NotFound`] for a session of another account.
#[tracing::instrument(skip_all, level = "debug")]
pub fn end(work: &mut Work<'_>, id: Option<SessionId>) -> Result<(), Error> {
    let principal = work.actor.principal()?;
    let id = id.unwrap_or(principal.session_id);
    let now = work.now();
    let session = sessions::find(work.conn, id)?
        .filter(|session| session.account_id == principal.account.id)
        .ok_or(Error::NotFound)?;
    if session.ended_at.is_none() {
        sessions::update_ended(work.conn, id, now)?;
        work.audit(AuditAction::SessionEnded, &id, None)?;
    }
    Ok(())
}

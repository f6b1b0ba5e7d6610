//! Sessions: opening, ending, and finding the account of a request's access token.

use uuid::Uuid;

use super::passwords;
use crate::db::engine::Conn;
use crate::db::store::accounts;
use crate::db::store::identity::{known_devices, refresh_tokens, sessions};
use crate::domain::audit::AuditAction;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::{IDLE_TIMEOUT, RECENT_AUTHENTICATION, Session};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;
use crate::security::access_tokens::Verified;
use crate::security::opaque_token::OpaqueToken;
use crate::security::passwords::MatchedHash;
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
    Ok(Box::new(Principal {
        account,
        session_id: session.id,
        authenticated_until: session.authenticated_until(),
    }))
}

/// A session and the refresh token that was just issued for it.
#[derive(Debug)]
pub struct OpenedSession {
    /// The session.
    pub session: Session,
    /// The token that extends the session. The database stores only its hash.
    pub refresh_token: OpaqueToken,
    /// The token by which a device that was not known before is known from now on. Only its hash is stored.
    pub device_token: Option<OpaqueToken>,
}

/// The device that opens a session.
#[derive(Debug)]
pub(super) enum Device {
    /// A device that has logged in before, with its token.
    Known(OpaqueToken),
    /// A device that gets this token now.
    New(OpaqueToken),
}

/// Opens a session of an account whose owner has just proved to know the password.
pub(super) fn open(
    work: &mut Work<'_>,
    account: AccountId,
    user_agent: Option<String>,
    device: Device,
) -> Result<OpenedSession, Error> {
    let now = work.now();
    let (device_hash, device_token) = match device {
        Device::Known(token) => (token.hash(), None),
        Device::New(token) => (token.hash(), Some(token)),
    };
    let session = Session {
        id: SessionId::from_uuid(Uuid::new_v4()),
        account_id: account,
        client: work.call.client.clone().unwrap_or_default(),
        user_agent,
        created_at: now,
        last_used_at: now,
        expires_at: now + IDLE_TIMEOUT,
        ended_at: None,
        authenticated_at: now,
        device_hash: Some(device_hash),
    };
    sessions::insert(work.conn, &session)?;
    let refresh_token = OpaqueToken::generate();
    refresh_tokens::insert(work.conn, &refresh_token.hash(), session.id, now)?;
    work.identify(account);
    work.audit(AuditAction::SessionOpened, &session.id, None)?;
    Ok(OpenedSession { session, refresh_token, device_token })
}

/// Stores that the owner of the session of the request has just proved to know the password. Returns until when the
/// session may change what moves the account or its rights.
///
/// # Errors
/// [`Error::Invalid`] if the password was changed after it was verified.
#[tracing::instrument(skip_all, level = "debug")]
pub fn confirm_password(work: &mut Work<'_>, password: &MatchedHash) -> Result<Instant, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    passwords::ensure_current(work, principal.account.id, password, "/password")?;
    sessions::update_authenticated(work.conn, principal.session_id, now)?;
    work.audit(AuditAction::PasswordConfirmed, &principal.session_id, None)?;
    Ok(now + RECENT_AUTHENTICATION)
}

/// Ends a session of the actor's account. Without an id, this is the session of the request. Another device that
/// opened the session is no longer known, because it may be lost.
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
    if let Some(device) = session.device_hash {
        let own = sessions::find(work.conn, principal.session_id)?.and_then(|own| own.device_hash);
        if own.as_ref() != Some(&device) {
            known_devices::delete(work.conn, &device)?;
        }
    }
    Ok(())
}

/// Ends all sessions of the actor's account, also that of the request. Its devices are no longer known.
#[tracing::instrument(skip_all, level = "debug")]
pub fn end_all(work: &mut Work<'_>) -> Result<(), Error> {
    let account = work.actor.principal()?.account.id;
    sessions::update_all_ended(work.conn, account, work.now())?;
    known_devices::delete_of_account(work.conn, account)?;
    work.audit(AuditAction::AllSessionsEnded, &account, None)
}

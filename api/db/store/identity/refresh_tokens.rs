//! Refresh tokens. Only their hashes are stored.

use diesel::prelude::*;

use super::sessions::Row as SessionRow;
use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::store::schema::{refresh_tokens, sessions};
use crate::domain::identity::sessions::Session;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::SessionId;
use crate::error::Error;

/// A stored refresh token.
#[derive(Debug)]
pub struct StoredRefreshToken {
    /// The session that it belongs to.
    pub session: Session,
    /// Its replacement, if it was replaced.
    pub replaced: Option<StoredReplacement>,
}

/// The replacement of a refresh token.
#[derive(Debug)]
pub struct StoredReplacement {
    /// When it was replaced.
    pub at: Instant,
    /// The salt from which its successor is computed. Empty if the salt was erased.
    pub salt: Vec<u8>,
}

/// Stores the hash of a new token.
pub fn insert(conn: &mut Conn, hash: &[u8], session: SessionId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::token_hash.eq(hash),
            refresh_tokens::session_id.eq(Id(session.uuid())),
            refresh_tokens::issued_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// The token with this hash.
pub fn find(conn: &mut Conn, hash: &[u8]) -> Result<Option<StoredRefreshToken>, Error> {
    let found: Option<(SessionRow, Option<Moment>, Option<Vec<u8>>)> = on!(conn, |c| refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((SessionRow::as_select(), refresh_tokens::replaced_at, refresh_tokens::successor_salt))
        .first(c)
        .optional())?;
    Ok(found.map(|(session, replaced_at, salt)| StoredRefreshToken {
        session: session.into(),
        // Without a salt no successor is found.
        replaced: replaced_at.map(|at| StoredReplacement { at: at.0, salt: salt.unwrap_or_default() }),
    }))
}

/// Erases the salts of a session's tokens, whose successors nobody may ask for again.
pub fn erase_salts(conn: &mut Conn, session: SessionId) -> Result<(), Error> {
    on!(conn, |c| diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::session_id.eq(Id(session.uuid())))
        .filter(refresh_tokens::successor_salt.is_not_null())
        .set(refresh_tokens::successor_salt.eq(None::<Vec<u8>>))
        .execute(c))?;
    Ok(())
}

/// Erases the salts of all tokens that were replaced before `before`.
pub fn erase_salts_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::replaced_at.lt(Moment(before)))
        .filter(refresh_tokens::successor_salt.is_not_null())
        .set(refresh_tokens::successor_salt.eq(None::<Vec<u8>>))
        .execute(c))?)
}

/// Marks a token as replaced, and stores the salt of its successor.
pub fn update_replaced(conn: &mut Conn, hash: &[u8], salt: &[u8], now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(refresh_tokens::table.find(hash))
        .set((refresh_tokens::replaced_at.eq(Moment(now)), refresh_tokens::successor_salt.eq(salt)))
        .execute(c))?;
    Ok(())
}

//! Sessions.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::engine::paging::{After, Slice, load_newest_first};
use crate::db::store::schema::sessions;
use crate::domain::identity::sessions::Session;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: Id,
    account_id: Id,
    client: String,
    user_agent: Option<String>,
    created_at: Moment,
    last_used_at: Moment,
    expires_at: Moment,
    ended_at: Option<Moment>,
    authenticated_at: Moment,
    device_hash: Option<Vec<u8>>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: SessionId::from_uuid(row.id.0),
            account_id: AccountId::from_uuid(row.account_id.0),
            client: row.client,
            user_agent: row.user_agent,
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.0,
            expires_at: row.expires_at.0,
            ended_at: row.ended_at.map(|at| at.0),
            authenticated_at: row.authenticated_at.0,
            device_hash: row.device_hash,
        }
    }
}

/// Stores a new session.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), Error> {
    let row = Row {
        id: Id(session.id.uuid()),
        account_id: Id(session.account_id.uuid()),
        client: session.client.clone(),
        user_agent: session.user_agent.clone(),
        created_at: Moment(session.created_at),
        last_used_at: Moment(session.last_used_at),
        expires_at: Moment(session.expires_at),
        ended_at: session.ended_at.map(Moment),
        authenticated_at: Moment(session.authenticated_at),
        device_hash: session.device_hash.clone(),
    };
    on!(conn, |c| diesel::insert_into(sessions::table).values(row).execute(c))?;
    Ok(())
}

/// The session with this id.
pub fn find(conn: &mut Conn, id: SessionId) -> Result<Option<Session>, Error> {
    let row: Option<Row> =
        on!(conn, |c| sessions::table.find(Id(id.uuid())).select(Row::as_select()).first(c).optional())?;
    Ok(row.map(Session::from))
}

/// A page of an account's live sessions, newest first.
pub fn list_live(
    conn: &mut Conn,
    account: AccountId,
    now: Instant,
    slice: &Slice<After>,
) -> Result<Vec<Session>, Error> {
    let rows: Vec<Row> = load_newest_first!(
        conn,
        slice,
        (sessions::created_at, sessions::id),
        sessions::table
            .filter(sessions::account_id.eq(Id(account.uuid())))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(Moment(now)))
            .select(Row::as_select())
            .into_boxed()
    )?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Stores the new expiry of a session that was refreshed at `now`.
pub fn update_expiry(conn: &mut Conn, id: SessionId, now: Instant, expires_at: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(sessions::table.find(Id(id.uuid())))
        .set((sessions::last_used_at.eq(Moment(now)), sessions::expires_at.eq(Moment(expires_at))))
        .execute(c))?;
    Ok(())
}

/// Stores that the password was verified in a session.
pub fn update_authenticated(conn: &mut Conn, id: SessionId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(sessions::table.find(Id(id.uuid())))
        .set(sessions::authenticated_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Ends a session, unless it has ended.
pub fn update_ended(conn: &mut Conn, id: SessionId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(sessions::table.find(Id(id.uuid())))
        .filter(sessions::ended_at.is_null())
        .set(sessions::ended_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Ends all sessions of an account.
pub fn update_all_ended(conn: &mut Conn, account: AccountId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(sessions::table)
        .filter(sessions::account_id.eq(Id(account.uuid())))
        .filter(sessions::ended_at.is_null())
        .set(sessions::ended_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Deletes sessions whose expiry is before `before`, with their refresh tokens.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let old = sessions::table.filter(sessions::expires_at.lt(Moment(before)));
    Ok(on!(conn, |c| diesel::delete(old).execute(c))?)
}

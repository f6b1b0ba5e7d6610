//! What `todokede doctor` asks the database about itself.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Conn;
use super::columns::Moment;
use super::schema::audit_log;
use crate::domain::calendar::Instant;
use crate::error::Error;

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct Synchronous {
    #[diesel(sql_type = BigInt)]
    synchronous: i64,
}

#[derive(QueryableByName)]
struct QuickCheck {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// What decides whether an acknowledged commit outlasts a power cut, on this connection of SQLite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal` on every file system that can.
    pub journal_mode: String,
    /// 2 is FULL, 3 EXTRA; less may lose what was acknowledged.
    pub synchronous: i64,
}

/// How durable commits of this connection are.
pub fn durability(conn: &mut Conn) -> Result<Durability, Error> {
    let JournalMode { journal_mode } = diesel::sql_query("PRAGMA journal_mode").get_result(conn)?;
    let Synchronous { synchronous } = diesel::sql_query("PRAGMA synchronous").get_result(conn)?;
    Ok(Durability { journal_mode, synchronous })
}

/// What SQLite finds wrong with its file, without holding indexes against their tables; nothing if it is whole.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let told: Vec<QuickCheck> = diesel::sql_query("PRAGMA quick_check(10)").load(conn)?;
    Ok(told.into_iter().map(|row| row.quick_check).filter(|line| line != "ok").collect())
}

/// Changes the database and takes the change back.
///
/// # Errors
/// The database's, if it may not be written.
pub fn try_to_write(conn: &mut Conn) -> Result<(), Error> {
    let tried = conn.immediate_transaction(|conn| {
        diesel::sql_query("CREATE TABLE written_by_doctor (nothing INTEGER)").execute(conn)?;
        Err::<(), _>(diesel::result::Error::RollbackTransaction)
    });
    match tried {
        Ok(()) | Err(diesel::result::Error::RollbackTransaction) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The newest instant that was written down; none in a database in which nothing has happened.
pub fn newest_instant(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let newest: Option<Moment> =
        audit_log::table.order(audit_log::at.desc()).select(audit_log::at).first(conn).optional()?;
    Ok(newest.map(|moment| moment.0))
}

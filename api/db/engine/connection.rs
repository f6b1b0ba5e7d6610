//! A connection to either database, and the transactions on it.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use diesel::{PgConnection, SqliteConnection};

use super::Stored;
use crate::error::{Error, chain};

/// A connection, as store functions get it: inside a transaction.
pub enum Conn {
    /// To the embedded database.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL server.
    Postgres(PgConnection),
}

/// Runs one query text on whichever database the connection leads to: it is compiled once for each,
/// with that database's own types and syntax.
macro_rules! on {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::db::engine::connection::Conn::Sqlite($c) => $query,
            $crate::db::engine::connection::Conn::Postgres($c) => $query,
        }
    };
}
pub(in crate::db) use on;

/// Begins a transaction with a statement of the caller's, such as `BEGIN IMMEDIATE`.
pub(in crate::db) fn begin(conn: &mut Conn, sql: &str) -> QueryResult<()> {
    on!(conn, |c| AnsiTransactionManager::begin_transaction_sql(c, sql))
}

/// Begins a savepoint.
fn begin_savepoint(conn: &mut Conn) -> QueryResult<()> {
    on!(conn, |c| AnsiTransactionManager::begin_transaction(c))
}

/// Commits the innermost savepoint or transaction.
pub(super) fn commit(conn: &mut Conn) -> QueryResult<()> {
    on!(conn, |c| AnsiTransactionManager::commit_transaction(c))
}

/// Commits a whole transaction of PostgreSQL. A bare COMMIT of a transaction in which a statement
/// failed rolls back and reports success; the question before it fails instead.
pub(super) fn commit_unless_failed(conn: &mut Conn) -> QueryResult<()> {
    on!(conn, |c| c.batch_execute("SELECT 1; COMMIT"))
}

/// Whether a connection is of no more use: its transactions cannot be told open from closed, or one
/// was left open.
pub(super) fn is_broken(conn: &mut Conn) -> bool {
    on!(conn, |c| diesel::r2d2::R2D2Connection::is_broken(c))
}

/// How many transactions and savepoints are open.
pub(super) fn depth(conn: &mut Conn) -> u32 {
    let status = on!(conn, |c| AnsiTransactionManager::transaction_manager_status_mut(c));
    status.transaction_depth().ok().flatten().map_or(0, std::num::NonZeroU32::get)
}

/// Takes back everything down to a depth; a job that panicked may have left savepoints open.
pub(in crate::db) fn roll_back_to(conn: &mut Conn, outside: u32) {
    while depth(conn) > outside {
        if let Err(error) = on!(conn, |c| AnsiTransactionManager::rollback_transaction(c)) {
            tracing::error!(error = %chain(&error), "a rollback failed");
            break;
        }
    }
}

/// Runs a part of a transaction that can be taken back on its own: it is kept if it succeeds.
///
/// # Errors
/// The part's own, and the database's.
pub fn savepoint<T, E: From<DieselError>>(
    conn: &mut Conn,
    part: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    savepoint_kept_if(conn, part, Result::is_ok)?
}

/// The same for a part whose outcome decides whether it is kept.
pub(super) fn savepoint_kept_if<O>(
    conn: &mut Conn,
    part: impl FnOnce(&mut Conn) -> O,
    is_kept: impl FnOnce(&O) -> bool,
) -> QueryResult<O> {
    let outside = depth(conn);
    begin_savepoint(conn)?;
    let outcome = part(conn);
    if is_kept(&outcome) {
        commit(conn)?;
    } else {
        roll_back_to(conn, outside);
    }
    Ok(outcome)
}

/// Runs an update that a unique index may refuse. It has a savepoint of its own, because PostgreSQL
/// runs nothing more in a transaction after a refused statement.
pub(in crate::db) fn refereed(
    conn: &mut Conn,
    update: impl FnOnce(&mut Conn) -> QueryResult<usize>,
) -> Result<Stored, Error> {
    match savepoint(conn, update) {
        Ok(_) => Ok(Stored::Yes),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Stored::Taken),
        Err(error) => Err(error.into()),
    }
}

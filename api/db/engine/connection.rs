//! A connection to either database, and the transactions on it.

use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};
use diesel::{PgConnection, SqliteConnection};

use super::Stored;
use crate::error::{Error, chain};

/// A connection to the database. Functions of `db::store` get it inside a transaction.
pub enum Conn {
    /// To the embedded database.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL server.
    Postgres(PgConnection),
}

/// Runs a query on either database. The query is compiled twice, with the types and the syntax of each database.
macro_rules! on {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::db::engine::connection::Conn::Sqlite($c) => $query,
            $crate::db::engine::connection::Conn::Postgres($c) => $query,
        }
    };
}
pub(in crate::db) use on;

/// Begins a transaction with the given statement, such as `BEGIN IMMEDIATE`.
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

/// Commits a transaction of PostgreSQL. If a statement of the transaction failed, COMMIT alone would roll back and
/// report success. The SELECT before it makes the commit fail instead.
pub(super) fn commit_unless_failed(conn: &mut Conn) -> QueryResult<()> {
    on!(conn, |c| c.batch_execute("SELECT 1; COMMIT"))
}

/// Whether a connection must not be used again, because a transaction is open or its state is unknown.
pub(super) fn is_broken(conn: &mut Conn) -> bool {
    on!(conn, |c| diesel::r2d2::R2D2Connection::is_broken(c))
}

/// How many transactions and savepoints are open.
pub(super) fn depth(conn: &mut Conn) -> u32 {
    let status = on!(conn, |c| AnsiTransactionManager::transaction_manager_status_mut(c));
    status.transaction_depth().ok().flatten().map_or(0, std::num::NonZeroU32::get)
}

/// Rolls back until `outer_depth` transactions and savepoints are open. A job that panicked may have left savepoints
/// open.
pub(in crate::db) fn roll_back_to(conn: &mut Conn, outer_depth: u32) {
    while depth(conn) > outer_depth {
        if let Err(error) = on!(conn, |c| AnsiTransactionManager::rollback_transaction(c)) {
            tracing::error!(error = %chain(&error), "a rollback failed");
            break;
        }
    }
}

/// Runs a part of a transaction in a savepoint, which is rolled back if the part fails.
///
/// # Errors
/// The error of the part or of the database.
pub fn savepoint<T, E: From<DieselError>>(
    conn: &mut Conn,
    part: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    savepoint_kept_if(conn, part, Result::is_ok)?
}

/// The same as [`savepoint`], but `is_kept` decides whether the savepoint is committed.
pub(super) fn savepoint_kept_if<O>(
    conn: &mut Conn,
    part: impl FnOnce(&mut Conn) -> O,
    is_kept: impl FnOnce(&O) -> bool,
) -> QueryResult<O> {
    let outer_depth = depth(conn);
    begin_savepoint(conn)?;
    let outcome = part(conn);
    if is_kept(&outcome) {
        commit(conn)?;
    } else {
        roll_back_to(conn, outer_depth);
    }
    Ok(outcome)
}

/// Runs an update that a unique index may refuse. It runs in a savepoint, because PostgreSQL refuses all statements of
/// a transaction after a failed one.
pub(in crate::db) fn unless_taken(
    conn: &mut Conn,
    update: impl FnOnce(&mut Conn) -> QueryResult<usize>,
) -> Result<Stored, Error> {
    match savepoint(conn, update) {
        Ok(_) => Ok(Stored::Yes),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Stored::Taken),
        Err(error) => Err(error.into()),
    }
}

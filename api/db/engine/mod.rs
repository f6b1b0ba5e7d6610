//! The parts of the database layer that are independent of tables: connections, transactions, locks, the pool, the
//! writer, column types and migrations.

pub mod backup;
pub mod columns;
pub(in crate::db) mod connection;
mod file;
pub mod load;
pub mod locks;
pub mod migrations;
pub mod paging;
mod permits;
pub mod pool;
mod postgres;
pub mod probe;
pub mod source;
mod sqlite;
pub mod writer;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

pub use connection::{Conn, savepoint};

use crate::error::Error;

impl From<DieselError> for Error {
    /// An error that only a defect of the service can cause is internal. Every other error comes from the
    /// database and may be temporary: a lost connection, a full disk, a lock timeout.
    fn from(source: DieselError) -> Self {
        use DatabaseErrorKind as Kind;
        match source {
            DieselError::DatabaseError(
                Kind::UniqueViolation
                | Kind::ForeignKeyViolation
                | Kind::NotNullViolation
                | Kind::CheckViolation
                | Kind::RestrictViolation
                | Kind::ExclusionViolation,
                _,
            ) => Self::internal(source),
            DieselError::DatabaseError(..) | DieselError::BrokenTransactionManager => {
                Self::Unavailable(source.into())
            }
            _ => Self::internal(source),
        }
    }
}

/// Whether a row was stored that a unique index may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored.
    Yes,
    /// Another row has the same unique value; nothing was stored.
    Taken,
}

impl Stored {
    /// Reads the count of an insert that does nothing on a conflict.
    pub(in crate::db) fn from_count(count: diesel::QueryResult<usize>) -> Result<Self, Error> {
        Ok(if count? == 0 { Self::Taken } else { Self::Yes })
    }
}

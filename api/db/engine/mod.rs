//! The parts of the database layer that know no table: connections, transactions, locks, the pool, the writer, column
//! types and migrations.

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
    /// An error that only a defect of the service can cause becomes [`Error::Internal`]. Every other error of the
    /// database may be temporary, such as a lost connection, a full disk or a lock timeout, and becomes
    /// [`Error::Unavailable`].
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

/// The result of storing a row that a unique index may refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The row was stored.
    Yes,
    /// The row was not stored, because another row has the same unique value.
    Taken,
}

impl Stored {
    /// The result by the row count of an insert with `ON CONFLICT DO NOTHING`.
    pub(in crate::db) fn from_count(count: diesel::QueryResult<usize>) -> Result<Self, Error> {
        Ok(if count? == 0 { Self::Taken } else { Self::Yes })
    }
}

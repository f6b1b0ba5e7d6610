//! The only folder that names diesel: connections, columns, and one file per resource with one
//! statement per function.

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod columns;
mod connection;
pub mod declarations;
pub mod diagnosis;
pub mod facilities;
mod file;
pub mod health;
pub mod idempotency_keys;
pub mod known_clients;
pub mod links;
pub mod load;
pub mod locks;
pub mod mails;
pub mod messages;
pub mod migrations;
pub mod outbox;
pub mod paging;
pub mod pool;
pub mod postal_items;
mod postgres;
pub mod probe;
pub mod rounds;
pub mod sandbox_clock;
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "what the table macro of diesel wants"))]
mod schema;
pub mod sessions;
pub mod source;
mod sqlite;
pub mod successions;
mod turns;
pub mod uploads;
pub mod writer;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

pub use connection::{Conn, savepoint};

use crate::error::Error;

impl From<DieselError> for Error {
    /// What only a defect of ours can cause is an internal error. Everything else is the database's
    /// trouble and may be over soon: a lost connection, a full disk, a lock that did not come.
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

/// What became of an insert that a unique index referees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The row is stored.
    Yes,
    /// A row with the same unique value was there before; nothing was stored.
    AlreadyThere,
}

impl Inserted {
    /// Reads the count of an insert that does nothing on a conflict.
    fn from_count(count: diesel::QueryResult<usize>) -> Result<Self, Error> {
        Ok(if count? == 0 { Self::AlreadyThere } else { Self::Yes })
    }
}

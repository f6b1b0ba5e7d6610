//! The only folder that names diesel: connections, columns, and one file per resource with one
//! statement per function.

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod columns;
pub mod declarations;
pub mod diagnosis;
pub mod facilities;
pub mod idempotency_keys;
pub mod known_clients;
pub mod links;
pub mod messages;
pub mod migrations;
pub mod outbox;
pub mod paging;
pub mod pool;
pub mod postal_items;
pub mod rounds;
pub mod sandbox_clock;
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "what the table macro of diesel wants"))]
mod schema;
pub mod sessions;
pub mod successions;
pub mod uploads;
pub mod writer;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::error::Error;

/// A connection, inside a transaction.
pub type Conn = diesel::SqliteConnection;

impl From<DieselError> for Error {
    fn from(source: DieselError) -> Self {
        Self::internal(source)
    }
}

/// Whether a statement failed because a unique index already held the value.
fn is_unique_violation(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
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
    fn from_result(result: Result<usize, DieselError>) -> Result<Self, Error> {
        match result {
            Ok(_) => Ok(Self::Yes),
            Err(error) if is_unique_violation(&error) => Ok(Self::AlreadyThere),
            Err(error) => Err(error.into()),
        }
    }
}

/// Runs a part of a transaction that can be taken back on its own.
pub fn savepoint<T>(conn: &mut Conn, part: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
    diesel::Connection::transaction(conn, part)
}

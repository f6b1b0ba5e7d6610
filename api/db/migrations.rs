//! The schema's history, embedded in the binary.

use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Conn;
use crate::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Brings the schema up to date and names the steps that were taken.
///
/// # Errors
/// An internal error that names the step that failed; that step is taken back.
pub fn run(connection: &mut Conn) -> Result<Vec<String>, Error> {
    let steps = connection.run_pending_migrations(SQLITE).map_err(Error::internal)?;
    Ok(steps.iter().map(MigrationVersion::to_string).collect())
}

/// How the schema's history differs from this binary's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Steps that have not been taken.
    pub missing: usize,
    /// Steps that this binary does not know: a newer one took them.
    pub unknown: usize,
}

/// Compares the schema's history with this binary's.
///
/// # Errors
/// An internal error if the history cannot be read.
pub fn compare(connection: &mut Conn) -> Result<Difference, Error> {
    let missing = connection.pending_migrations(SQLITE).map_err(Error::internal)?.len();
    let taken = connection.applied_migrations().map_err(Error::internal)?.len();
    let known = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::internal)?.len();
    Ok(Difference { missing, unknown: (taken + missing).saturating_sub(known) })
}

/// Whether steps are missing.
///
/// # Errors
/// An internal error if the history cannot be read.
pub fn pending(connection: &mut Conn) -> Result<bool, Error> {
    connection.has_pending_migration(SQLITE).map_err(Error::internal)
}

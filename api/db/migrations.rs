//! The schema's history, embedded in the binary.

use diesel::migration::MigrationVersion;
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

/// Whether steps are missing.
///
/// # Errors
/// An internal error if the history cannot be read.
pub fn pending(connection: &mut Conn) -> Result<bool, Error> {
    connection.has_pending_migration(SQLITE).map_err(Error::internal)
}

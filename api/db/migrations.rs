//! The schema's history, embedded in the binary: one folder per database, the same names in both.

use std::collections::BTreeSet;

use diesel::RunQueryDsl as _;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Conn, begin, commit, on, roll_back_to};
use super::pool::connect;
use super::source::Source;
use crate::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings the schema up to date and names the steps that were taken. Several processes may call it
/// at the same time; one does the work.
///
/// # Errors
/// An internal error that names the step that failed; that step is taken back.
pub fn run(source: &Source) -> Result<Vec<String>, Error> {
    let mut connection = connect(source)?;
    // What is missing is only known once the others are kept out.
    let mut gate = match source {
        Source::Sqlite(_) => None,
        // A second connection holds the gate, because a step may be more than one transaction.
        Source::Postgres(_) => Some(connect(source)?),
    };
    begin(gate.as_mut().unwrap_or(&mut connection), one_at_a_time(source))?;
    let steps = match &mut connection {
        Conn::Sqlite(connection) => names(connection.run_pending_migrations(SQLITE)),
        Conn::Postgres(connection) => names(connection.run_pending_migrations(POSTGRES)),
    };
    let gate = gate.as_mut().unwrap_or(&mut connection);
    match steps {
        Ok(steps) => commit(gate).map(|()| steps).map_err(Error::from),
        Err(error) => {
            roll_back_to(gate, 0);
            Err(Error::internal(error))
        }
    }
}

/// Begins the transaction that keeps every other caller out.
const fn one_at_a_time(source: &Source) -> &'static str {
    match source {
        Source::Sqlite(_) => "BEGIN IMMEDIATE",
        // Any two callers of this lock meet each other, and nothing else does.
        Source::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(7263920155081924)",
    }
}

fn names<E>(steps: Result<Vec<MigrationVersion<'_>>, E>) -> Result<Vec<String>, E> {
    steps.map(|steps| steps.iter().map(MigrationVersion::to_string).collect())
}

/// Takes the newest step back, and names it.
///
/// # Errors
/// An internal error that names the step that failed.
pub fn revert_last(source: &Source) -> Result<String, Error> {
    let step = match &mut connect(source)? {
        Conn::Sqlite(connection) => connection.revert_last_migration(SQLITE).map(|step| step.to_string()),
        Conn::Postgres(connection) => connection.revert_last_migration(POSTGRES).map(|step| step.to_string()),
    };
    step.map_err(Error::internal)
}

/// Whether steps are missing. A schema that is one step ahead is fine: old and new replicas run side
/// by side while they are replaced.
///
/// # Errors
/// An internal error if the history cannot be read.
pub fn pending(connection: &mut Conn) -> Result<bool, Error> {
    match connection {
        Conn::Sqlite(connection) => connection.has_pending_migration(SQLITE),
        Conn::Postgres(connection) => connection.has_pending_migration(POSTGRES),
    }
    .map_err(Error::internal)
}

/// How the schema of a database stands to the one that this build knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Steps of this build that the database does not have.
    pub missing: usize,
    /// Steps of the database that this build does not know.
    pub ahead: usize,
}

#[derive(diesel::QueryableByName)]
struct Taken {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Compares the schema's history with this build's steps, which bear the same names for every
/// database. Changes nothing, not even to make a history where there is none.
///
/// # Errors
/// The database's.
pub fn standing(conn: &mut Conn) -> Result<Standing, Error> {
    let history = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let taken: Vec<Taken> = on!(conn, |c| history.load(c))?;
    let taken: BTreeSet<String> = taken.into_iter().map(|step| step.version).collect();
    let ours = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::internal)?;
    let ours: BTreeSet<String> = ours.iter().map(|step| step.name().version().to_string()).collect();
    Ok(Standing { missing: ours.difference(&taken).count(), ahead: taken.difference(&ours).count() })
}

/// The names of all steps for each database, oldest first.
///
/// # Errors
/// An internal error if an embedded step cannot be read.
pub fn steps() -> Result<(Vec<String>, Vec<String>), Error> {
    let sqlite = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::internal)?;
    let postgres = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(Error::internal)?;
    Ok((
        sqlite.iter().map(|step| step.name().to_string()).collect(),
        postgres.iter().map(|step| step.name().to_string()).collect(),
    ))
}

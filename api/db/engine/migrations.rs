//! The migrations of the schema, embedded in the binary. Each database has a folder; the migrations in both folders
//! have the same names.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::migration::{self, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Conn, begin, commit, on, roll_back_to};
use super::pool::connect;
use super::source::Source;
use crate::error::Error;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long one try of a migration waits for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// How many times the pending migrations are tried if tables are locked.
const LOCK_TRIES: u32 = 60;

/// Runs the pending migrations and returns their names. If several processes call this at the same time, one process
/// runs the migrations and the others wait.
///
/// # Errors
/// An internal error with the failure of a migration. The failed migration is rolled back; on SQLite, all migrations of
/// this call are.
pub fn run(source: &Source) -> Result<Vec<String>, Error> {
    let mut connection = connect_to_migrate(source)?;
    // The lock is acquired before the pending migrations are read.
    let mut lock = match source {
        Source::Sqlite(_) => None,
        // A second connection holds the lock, because migrations have transactions of their own.
        Source::Postgres(_) => Some(connect(source)?),
    };
    begin(lock.as_mut().unwrap_or(&mut connection), begin_exclusive(source))?;
    let applied = match &mut connection {
        Conn::Sqlite(connection) => names_of(connection.run_pending_migrations(SQLITE)),
        Conn::Postgres(connection) => run_on_server(connection),
    };
    let lock = lock.as_mut().unwrap_or(&mut connection);
    match applied {
        Ok(names) => commit(lock).map(|()| names).map_err(Error::from),
        Err(error) => {
            roll_back_to(lock, 0);
            Err(Error::internal(error))
        }
    }
}

/// A connection for migrations. On SQLite a table is altered by copying it into a new one and dropping the old one, which
/// other tables refer to. References are therefore not enforced on this connection, and this cannot be switched within a
/// transaction.
fn connect_to_migrate(source: &Source) -> Result<Conn, Error> {
    let mut connection = connect(source)?;
    if let Conn::Sqlite(connection) = &mut connection {
        connection.batch_execute("PRAGMA foreign_keys = OFF")?;
    }
    Ok(connection)
}

/// Runs the migrations on a server while other processes of the service use the database. A dump may lock a table for
/// minutes, and a migration that waits for this table blocks every later access to it. Therefore a migration waits only
/// briefly and is tried again.
fn run_on_server(connection: &mut PgConnection) -> migration::Result<Vec<String>> {
    let encoding: Encoding = diesel::sql_query("SHOW server_encoding").get_result(connection)?;
    if encoding.server_encoding != "UTF8" {
        return Err("the database's encoding is not UTF8: recreate it with ENCODING 'UTF8'".into());
    }
    diesel::sql_query(format!("SET lock_timeout = {}", LOCK_TIMEOUT.as_millis())).execute(connection)?;
    let mut applied = Vec::new();
    for tries_left in (0..LOCK_TRIES).rev() {
        while let Some(next) = connection.pending_migrations(POSTGRES)?.first() {
            match connection.run_migration(next) {
                Ok(migration) => applied.push(migration.to_string()),
                Err(error) if tries_left > 0 && error.to_string().contains("lock timeout") => break,
                Err(error) => return Err(error),
            }
        }
        if !connection.has_pending_migration(POSTGRES)? {
            break;
        }
        tracing::warn!("a table is locked by another connection; the migration is tried again");
        std::thread::sleep(LOCK_TIMEOUT);
    }
    Ok(applied)
}

#[derive(diesel::QueryableByName)]
struct Encoding {
    #[diesel(sql_type = diesel::sql_types::Text)]
    server_encoding: String,
}

/// The statement that begins a transaction and waits until no other process runs migrations.
const fn begin_exclusive(source: &Source) -> &'static str {
    match source {
        Source::Sqlite(_) => "BEGIN IMMEDIATE",
        // An arbitrary number that no other lock uses.
        Source::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(7263920155081924)",
    }
}

fn names_of<E>(applied: Result<Vec<MigrationVersion<'_>>, E>) -> Result<Vec<String>, E> {
    applied.map(|versions| versions.iter().map(MigrationVersion::to_string).collect())
}

/// Reverts the newest migration and returns its name.
///
/// # Errors
/// An internal error if the migration cannot be reverted.
pub fn revert_last(source: &Source) -> Result<String, Error> {
    let reverted = match &mut connect_to_migrate(source)? {
        Conn::Sqlite(connection) => connection.revert_last_migration(SQLITE).map(|name| name.to_string()),
        Conn::Postgres(connection) => connection.revert_last_migration(POSTGRES).map(|name| name.to_string()),
    };
    reverted.map_err(Error::internal)
}

/// The difference between the migrations of a database and those of this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaDifference {
    /// The number of migrations of this build that the database does not have.
    pub missing: usize,
    /// The number of migrations of the database that this build does not have.
    pub ahead: usize,
}

#[derive(diesel::QueryableByName)]
struct AppliedMigration {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// Compares the migrations of the database with those of this build. Nothing is changed.
///
/// # Errors
/// The error of the database, also if it has no table of migrations.
pub fn compare_schema(conn: &mut Conn) -> Result<SchemaDifference, Error> {
    let history = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let applied: Vec<AppliedMigration> = on!(conn, |c| history.load(c))?;
    let applied: BTreeSet<String> = applied.into_iter().map(|migration| migration.version).collect();
    let embedded = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::internal)?;
    let embedded: BTreeSet<String> =
        embedded.iter().map(|migration| migration.name().version().to_string()).collect();
    Ok(SchemaDifference {
        missing: embedded.difference(&applied).count(),
        ahead: applied.difference(&embedded).count(),
    })
}

/// The names of all migrations for SQLite and for PostgreSQL, oldest first.
///
/// # Errors
/// An internal error if an embedded migration cannot be read.
pub fn names() -> Result<(Vec<String>, Vec<String>), Error> {
    let sqlite = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::internal)?;
    let postgres = MigrationSource::<Pg>::migrations(&POSTGRES).map_err(Error::internal)?;
    Ok((
        sqlite.iter().map(|migration| migration.name().to_string()).collect(),
        postgres.iter().map(|migration| migration.name().to_string()).collect(),
    ))
}

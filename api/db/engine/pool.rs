//! Access to the database, with the same functions for SQLite and PostgreSQL. Every wait has a time limit or a limited
//! queue.

use std::sync::Arc;

use super::connection::Conn;
use super::file::create_or_open;
use super::load::Load;
use super::postgres;
use super::postgres::ServerPool;
use super::source::Source;
use super::sqlite::Embedded;
use super::writer::Mode;
use crate::error::Error;

/// The database. Clones share the same connections.
#[derive(Clone)]
pub struct Database(Engine);

#[derive(Clone)]
enum Engine {
    Embedded(Embedded),
    Server(ServerPool),
}

impl Database {
    /// Opens the database. This runs no migrations: see [`super::migrations`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file of an embedded database cannot be opened. A server is not contacted before
    /// the first job, so an unreachable server causes no error here.
    pub fn open(source: &Source) -> Result<Self, Error> {
        Ok(Self(match source {
            Source::Sqlite(file) => Engine::Embedded(Embedded::open(file)?),
            Source::Postgres(server) => Engine::Server(ServerPool::open(server)),
        }))
    }

    /// Whether the database is a PostgreSQL server, whose commits may wait for standbys.
    #[must_use]
    pub const fn is_server(&self) -> bool {
        matches!(self.0, Engine::Server(_))
    }

    /// Opens a connection to the server outside the pool, for work that must not wait for a connection of the
    /// pool.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the server cannot be reached, an internal error for an embedded database.
    pub fn connect_outside_pool(&self) -> Result<Conn, Error> {
        match &self.0 {
            Engine::Embedded(_) => Err(Error::internal("an embedded database has one writer")),
            Engine::Server(server_pool) => server_pool.connect_outside_pool(),
        }
    }

    /// The counts of jobs and commits.
    #[must_use]
    pub fn load(&self) -> Arc<Load> {
        match &self.0 {
            Engine::Embedded(embedded) => embedded.load(),
            Engine::Server(server_pool) => server_pool.load(),
        }
    }

    /// Runs a job on a read-only snapshot of the database.
    ///
    /// # Errors
    /// The job's own error, [`Error::Overloaded`] if it waited too long to start, [`Error::Unavailable`] if the
    /// database cannot be reached.
    pub async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        match &self.0 {
            Engine::Embedded(embedded) => embedded.read(job).await,
            Engine::Server(server_pool) => server_pool.read(job).await,
        }
    }

    /// Runs a job in a transaction, and returns after its changes are on disk. An error of the job rolls back all its
    /// changes.
    ///
    /// # Errors
    /// The errors of [`Self::read`], and [`Error::OutcomeUnknown`] if it is unknown whether the changes were committed.
    pub async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        match &self.0 {
            Engine::Embedded(embedded) => embedded.write(mode, job).await,
            Engine::Server(server_pool) => server_pool.write(mode, job).await,
        }
    }

    /// The same as [`Self::write`] in mode [`Mode::Commit`], for callers that are not async, such as an import.
    ///
    /// # Errors
    /// The errors of [`Self::write`].
    pub fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        match &self.0 {
            Engine::Embedded(embedded) => embedded.write_blocking(job),
            Engine::Server(server_pool) => server_pool.write_blocking(job),
        }
    }
}

/// Opens one connection that may write, outside any pool: for migrations and checks.
///
/// # Errors
/// [`Error::Unavailable`] if the database cannot be reached.
pub fn connect(source: &Source) -> Result<Conn, Error> {
    match source {
        Source::Sqlite(file) => create_or_open(file),
        Source::Postgres(server) => postgres::connect(server),
    }
}

//! The way to the database: one writer, several read-only readers, each request one hop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as R2d2Error};
use diesel::{Connection, SqliteConnection};
use tokio::sync::Semaphore;

use super::Conn;
use super::writer::{Mode, Writer};
use crate::error::Error;

/// How long a request waits for its turn at the database before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one connection waits for another process's lock, in milliseconds.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000;";

/// The database. Clones share the same connections.
#[derive(Clone)]
pub struct Database {
    readers: r2d2::Pool<ConnectionManager<SqliteConnection>>,
    turns: Arc<Semaphore>,
    writer: Writer,
}

impl Database {
    /// Opens an embedded database for one writer and `readers` readers, creating the file and its
    /// folder where they are missing. The schema is not touched: see [`super::migrations`].
    ///
    /// # Errors
    /// An internal error if the file cannot be opened.
    pub fn open(file: &Path, readers: u32) -> Result<Self, Error> {
        let writer = Writer::start(open_writing(file)?)?;
        let readers = r2d2::Pool::builder()
            .max_size(readers)
            .connection_timeout(PATIENCE)
            .connection_customizer(Box::new(ReadOnly))
            .build(ConnectionManager::new(file.to_string_lossy()))
            .map_err(Error::internal)?;
        let turns = Arc::new(Semaphore::new(usize::try_from(readers.max_size()).unwrap_or(1)));
        Ok(Self { readers, turns, writer })
    }

    /// Runs a job on a snapshot of the database, without the right to change it.
    ///
    /// # Errors
    /// The job's own error, or [`Error::Overloaded`] if no reader is free in time.
    pub async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        // The turn is taken before a blocking thread is, so that waiting costs no thread.
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Error::Overloaded("too many reads wait"))?
            .map_err(Error::internal)?;
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut connection = readers.get().map_err(Error::internal)?;
            (*connection).transaction(job)
        })
        .await
        .map_err(Error::internal)?
    }

    /// Runs a job in a transaction and answers when its changes are on disk; an error takes all of
    /// them back.
    ///
    /// # Errors
    /// The job's own error, or [`Error::Overloaded`] if too many writes wait.
    pub async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        self.writer.submit(mode, job)?.await.map_err(|_| Error::Overloaded("the database is locked"))?
    }

    /// The same for callers outside the server, such as an import.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let told = self.writer.submit(Mode::Store, job)?;
        told.blocking_recv().map_err(|_| Error::Overloaded("the database is locked"))?
    }
}

/// Opens one connection that may write.
///
/// # Errors
/// An internal error if the file cannot be opened.
pub fn open_writing(file: &Path) -> Result<Conn, Error> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
    }
    let mut connection = Conn::establish(&file.to_string_lossy()).map_err(Error::internal)?;
    prepare(&mut connection)?;
    Ok(connection)
}

/// `synchronous` holds per connection: with NORMAL a power cut loses acknowledged commits.
fn prepare(connection: &mut Conn) -> Result<(), diesel::result::Error> {
    connection.batch_execute(BUSY_TIMEOUT)?;
    connection
        .batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
}

#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<SqliteConnection, R2d2Error> for ReadOnly {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), R2d2Error> {
        prepare(connection)
            .and_then(|()| connection.batch_execute("PRAGMA query_only = ON;"))
            .map_err(R2d2Error::QueryError)
    }
}

//! The embedded database: one file, one writer, several read-only readers.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::connection::{Conn, begin, roll_back_to};
use super::load::Load;
use super::turns::{PATIENCE, Turns};
use super::writer::{Mode, Writer};
use crate::error::Error;

/// How long one connection waits for another process's lock, in milliseconds.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000;";
/// Connections that read at the same time.
const READERS: u32 = 4;

/// The embedded database.
#[derive(Clone)]
pub(super) struct Embedded {
    readers: r2d2::Pool<Readers>,
    reads: Turns,
    writer: Writer,
}

impl Embedded {
    pub(super) fn open(file: &Path) -> Result<Self, Error> {
        let writing = file.to_owned();
        let writer = Writer::start(move || open_writing(&writing))?;
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .connection_timeout(PATIENCE)
            .test_on_check_out(false)
            .build(Readers(file.to_string_lossy().into_owned()))
            .map_err(Error::internal)?;
        Ok(Self { readers, reads: Turns::at_once(READERS), writer })
    }

    pub(super) fn load(&self) -> Arc<Load> {
        Arc::clone(self.writer.load())
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        // The turn is taken before a blocking thread is, so that waiting costs no thread.
        let mut place = self.writer.load().reads.join();
        let turn = self.reads.turn().await?;
        place.take_turn();
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || {
            let _turn = (turn, place);
            let mut connection = readers.get().map_err(|error| Error::Unavailable(error.into()))?;
            begin(&mut connection, "BEGIN")?;
            let result = job(&mut connection);
            roll_back_to(&mut connection, 0);
            result
        })
        .await
        .map_err(Error::internal)?
    }

    pub(super) async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        self.writer.submit(mode, job)?.await.map_err(|_| locked())?
    }

    pub(super) fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        self.writer.submit(Mode::Store, job)?.blocking_recv().map_err(|_| locked())?
    }
}

fn locked() -> Error {
    Error::Unavailable("the database is locked".into())
}

/// Opens one connection that may write, creating the file and its folder where they are missing.
///
/// # Errors
/// [`Error::Unavailable`] if the file cannot be opened.
pub(super) fn open_writing(file: &Path) -> Result<Conn, Error> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
    }
    // It holds personal data: a new file is its owner's alone, and those beside it take after it. Whatever
    // is in the way, SQLite tells it better.
    let _ = File::options().write(true).create_new(true).mode(0o600).open(file);
    let unavailable = |error: diesel::ConnectionError| Error::Unavailable(error.into());
    let mut connection = SqliteConnection::establish(&file.to_string_lossy()).map_err(unavailable)?;
    prepare(&mut connection)?;
    Ok(Conn::Sqlite(connection))
}

/// `synchronous` holds per connection: with NORMAL a power cut loses acknowledged commits.
fn prepare(connection: &mut SqliteConnection) -> Result<(), diesel::result::Error> {
    connection.batch_execute(BUSY_TIMEOUT)?;
    connection
        .batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
}

/// Makes connections that cannot write.
#[derive(Debug)]
struct Readers(String);

impl r2d2::ManageConnection for Readers {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut connection =
            SqliteConnection::establish(&self.0).map_err(diesel::r2d2::Error::ConnectionError)?;
        prepare(&mut connection)
            .and_then(|()| connection.batch_execute("PRAGMA query_only = ON;"))
            .map_err(diesel::r2d2::Error::QueryError)?;
        Ok(Conn::Sqlite(connection))
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, connection: &mut Conn) -> bool {
        std::thread::panicking() || super::connection::is_broken(connection)
    }
}

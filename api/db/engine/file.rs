//! Opens the file of an embedded database, and detects that the file was moved, removed or replaced.

use std::fs::File;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use super::connection::{Conn, on};
use crate::error::Error;
use crate::folders;

/// How long a connection waits for the lock of another connection, in milliseconds.
const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 5000;";
/// The settings of a writing connection. With `synchronous = NORMAL`, a power failure could lose acknowledged commits.
const CONNECTION_SETTINGS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// Opens a connection that may write, and creates the file and its folder if they are missing.
///
/// # Errors
/// [`Error::Unavailable`] if the file cannot be opened, an internal error if its folder cannot be created.
pub(super) fn create_or_open(file: &Path) -> Result<Conn, Error> {
    if let Some(folder) = file.parent() {
        folders::create_private(folder).map_err(Error::internal)?;
    }
    // The database contains personal data, so only the file's owner may read it. SQLite gives its other files the same
    // mode. An error is ignored here, because SQLite reports it with a better message below.
    let _ = File::options().write(true).create_new(true).mode(0o600).open(file);
    let mut connection = establish(file)?;
    connection.batch_execute(CONNECTION_SETTINGS)?;
    Ok(Conn::Sqlite(connection))
}

fn establish(file: &Path) -> Result<SqliteConnection, Error> {
    let opened = SqliteConnection::establish(&file.to_string_lossy());
    let mut connection = opened.map_err(|error| Error::Unavailable(error.into()))?;
    connection.batch_execute(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// A connection with the identity of its file. If the file is moved or removed, the connection continues to write to
/// the old file, and later connections do not find these rows. [`Self::is_in_place`] detects this.
pub(super) struct OpenFile {
    pub(super) conn: Conn,
    file: PathBuf,
    identity: (u64, u64),
}

impl OpenFile {
    /// Opens a connection that may write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file does not exist or cannot be opened.
    pub(super) fn to_write(file: &Path) -> Result<Self, Error> {
        let identity = identity(file)?;
        let mut connection = establish(file)?;
        connection.batch_execute(CONNECTION_SETTINGS)?;
        Ok(Self { conn: Conn::Sqlite(connection), file: file.to_owned(), identity })
    }

    /// Opens a connection that cannot write.
    ///
    /// # Errors
    /// As [`Self::to_write`].
    pub(super) fn to_read(file: &Path) -> Result<Self, Error> {
        let mut opened = Self::to_write(file)?;
        on!(&mut opened.conn, |c| c.batch_execute("PRAGMA query_only = ON;"))?;
        Ok(opened)
    }

    /// Opens a new connection to the file that is at the path now.
    ///
    /// # Errors
    /// As [`Self::to_write`].
    pub(super) fn reopen(&self) -> Result<Self, Error> {
        Self::to_write(&self.file)
    }

    /// Whether the connection's file is still at its path.
    pub(super) fn is_in_place(&self) -> bool {
        identity(&self.file).is_ok_and(|identity| identity == self.identity)
    }
}

/// The device and inode number of a file, which identify it independently of its name.
fn identity(file: &Path) -> Result<(u64, u64), Error> {
    let metadata = std::fs::metadata(file)
        .map_err(|error| Error::Unavailable(format!("{}: {error}", file.display()).into()))?;
    Ok((metadata.dev(), metadata.ino()))
}

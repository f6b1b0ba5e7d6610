//! The embedded database: one SQLite file with one writer and several read-only connections.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::connection::{Conn, begin, is_broken, roll_back_to};
use super::file::{OpenFile, create_or_open};
use super::load::Load;
use super::permits::{ACQUIRE_TIMEOUT, Permits};
use super::writer::{Mode, Writer};
use crate::blocking;
use crate::error::Error;

/// The number of read-only connections.
const READERS: u32 = 4;

/// The embedded database.
#[derive(Clone)]
pub(super) struct Embedded {
    file: PathBuf,
    readers: r2d2::Pool<Readers>,
    reads: Permits,
    writer: Writer,
}

impl Embedded {
    pub(super) fn open(file: &Path) -> Result<Self, Error> {
        create_or_open(file)?;
        let writer = Writer::start(file)?;
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .connection_timeout(ACQUIRE_TIMEOUT)
            .build(Readers(file.to_owned()))
            .map_err(Error::internal)?;
        Ok(Self { file: file.to_owned(), readers, reads: Permits::new(READERS), writer })
    }

    pub(super) fn load(&self) -> Arc<Load> {
        Arc::clone(self.writer.load())
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        // The permit is acquired before a blocking thread is, so that waiting occupies no thread.
        let mut slot = self.writer.load().reads.enter();
        let permit = self.reads.acquire().await?;
        slot.start();
        let (file, readers) = (self.file.clone(), self.readers.clone());
        blocking::run(move || {
            let _held = (permit, slot);
            // If the file does not exist, the pool would retry until its timeout.
            if !file.exists() {
                return Err(unavailable());
            }
            let mut opened = readers.get().map_err(|error| Error::Unavailable(error.into()))?;
            begin(&mut opened.conn, "BEGIN")?;
            let result = job(&mut opened.conn);
            roll_back_to(&mut opened.conn, 0);
            result
        })
        .await?
    }

    pub(super) async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        self.writer.submit(mode, job)?.await.map_err(|_| unavailable())?
    }

    pub(super) fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        self.writer.submit(Mode::Commit, job)?.blocking_recv().map_err(|_| unavailable())?
    }
}

/// The error for the caller of a job that did not run. The log has the cause.
fn unavailable() -> Error {
    Error::Unavailable("the database is locked, or its file is gone".into())
}

/// Opens read-only connections for the pool.
#[derive(Debug)]
struct Readers(PathBuf);

impl r2d2::ManageConnection for Readers {
    type Connection = OpenFile;
    type Error = Error;

    fn connect(&self) -> Result<OpenFile, Error> {
        OpenFile::to_read(&self.0)
    }

    fn is_valid(&self, opened: &mut OpenFile) -> Result<(), Error> {
        if opened.is_in_place() { Ok(()) } else { Err(unavailable()) }
    }

    fn has_broken(&self, opened: &mut OpenFile) -> bool {
        std::thread::panicking() || is_broken(&mut opened.conn)
    }
}

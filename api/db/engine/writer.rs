//! The one writer of an embedded database, with group commit.
//!
//! Jobs wait in a bounded queue. The writer's thread takes the waiting jobs as a group, runs each job in a savepoint,
//! commits once, and then sends all results. So many requests share one durable commit, a failing job does not affect
//! the others, and no caller gets a result before the changes are on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;

use diesel::result::Error as DieselError;
use tokio::sync::oneshot;
use tracing::Span;

use super::Conn;
use super::connection::{begin, commit, savepoint_kept_if};
use super::file::OpenFile;
use super::load::{Commits, Load};
use crate::error::{Error, chain};

/// The maximum number of waiting jobs. A further job is refused as overload.
const QUEUE_CAPACITY: usize = 1024;
/// The maximum number of jobs that share one commit. The limit keeps the wait of the first job short.
const MAX_GROUP: usize = 128;

/// Sends a job's result to its caller. The writer calls it after the commit.
type Answer = Box<dyn FnOnce(CommitOutcome) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// How the commit of a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommitOutcome {
    Committed,
    RolledBack,
    Unknown,
}

/// Whether the changes of a successful job are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The changes are stored.
    Commit,
    /// The changes are rolled back. A preview shows what a request would store, for the confirmation screen.
    RollBack,
}

/// A handle to the writer's thread. The thread ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
    load: Arc<Load>,
}

impl Writer {
    /// Starts the thread that owns the writing connection to a file. The thread opens the file again after a failed
    /// transaction and after the file was replaced.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file does not exist or cannot be opened, an internal error if the
    /// thread cannot be started.
    pub fn start(file: &Path) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(QUEUE_CAPACITY);
        let load = Arc::new(Load::default());
        let thread_load = Arc::clone(&load);
        let mut writer = WriterThread { opened: OpenFile::to_write(file)? };
        thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || writer.run(&waiting, &thread_load.commits))
            .map_err(Error::internal)?;
        Ok(Self { jobs, load })
    }

    /// The counts of jobs and commits.
    #[must_use]
    pub const fn load(&self) -> &Arc<Load> {
        &self.load
    }

    /// Puts a job into the queue. The receiver gets the result after the commit.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if the queue is full.
    pub fn submit<T, F>(&self, mode: Mode, job: F) -> Result<oneshot::Receiver<Result<T, Error>>, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let mut slot = self.load.writes.enter();
        // The job runs on another thread. The span puts the id of the request into the job's log lines.
        let span = Span::current();
        let boxed: Job = Box::new(move |connection| {
            slot.start();
            let result = span.in_scope(|| in_savepoint(connection, mode, job));
            Box::new(move |outcome| {
                drop(slot);
                let result = match outcome {
                    CommitOutcome::Committed => result,
                    CommitOutcome::Unknown if mode == Mode::Commit && result.is_ok() => {
                        Err(Error::OutcomeUnknown)
                    }
                    // An error of the job is not reported, because changes of other jobs in the group, which were
                    // rolled back, may have caused it.
                    _ => Err(Error::Unavailable("the commit of its group failed".into())),
                };
                // If the caller no longer waits, the send fails, but the changes of the job are stored.
                let _ = sender.send(result);
            })
        });
        match self.jobs.try_send(boxed) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(Error::Overloaded("too many writes wait")),
            Err(TrySendError::Disconnected(_)) => Err(Error::internal("the database writer has ended")),
        }
    }
}

/// The state of the thread.
struct WriterThread {
    opened: OpenFile,
}

impl WriterThread {
    fn run(&mut self, waiting: &Receiver<Job>, commits: &Commits) {
        while let Ok(first) = waiting.recv() {
            if let Err(error) = self.begin() {
                tracing::error!(error = %chain(&error), "the database cannot be written");
                // All waiting jobs are dropped without running: each would wait for the same lock again, or find that
                // the file is still gone. Their callers get `Error::Unavailable`.
                let rest: Vec<Job> = waiting.try_iter().collect();
                drop((first, rest));
                self.reopen();
                continue;
            }
            let mut answers = vec![first(&mut self.opened.conn)];
            while answers.len() < MAX_GROUP
                && let Ok(next) = waiting.try_recv()
            {
                answers.push(next(&mut self.opened.conn));
            }
            let begun = Instant::now();
            let outcome = self.commit();
            if outcome == CommitOutcome::Committed {
                commits.add(answers.len(), begun);
            }
            for answer in answers {
                answer(outcome);
            }
        }
    }

    fn begin(&mut self) -> Result<(), Error> {
        if !self.opened.is_in_place() {
            self.opened = self.opened.reopen()?;
        }
        Ok(begin(&mut self.opened.conn, "BEGIN IMMEDIATE")?)
    }

    fn commit(&mut self) -> CommitOutcome {
        match commit(&mut self.opened.conn) {
            Ok(()) if self.opened.is_in_place() => CommitOutcome::Committed,
            Ok(()) => {
                tracing::error!("a commit went into a file that was moved or removed");
                CommitOutcome::Unknown
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "a commit failed");
                self.reopen();
                if is_disk_full(&error) { CommitOutcome::RolledBack } else { CommitOutcome::Unknown }
            }
        }
    }

    /// Replaces the connection after an error, because the state of its transaction is unknown. On a full disk, for
    /// example, SQLite rolls back the whole transaction by itself.
    fn reopen(&mut self) {
        match self.opened.reopen() {
            Ok(fresh) => self.opened = fresh,
            Err(error) => tracing::error!(error = %chain(&error), "the database cannot be opened again"),
        }
    }
}

/// Whether a commit failed because the disk was full. In this case SQLite has certainly discarded the commit, whereas
/// the outcome is unknown after a failed sync. The function compares the message of the bundled SQLite, because diesel
/// does not return the error code.
fn is_disk_full(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, details) if details.message() == "database or disk is full")
}

fn in_savepoint<T>(
    connection: &mut Conn,
    mode: Mode,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let catch_panics = |connection: &mut Conn| {
        catch_unwind(AssertUnwindSafe(|| job(connection)))
            .unwrap_or_else(|_| Err(Error::internal("a database job panicked")))
    };
    savepoint_kept_if(connection, catch_panics, |result| result.is_ok() && mode == Mode::Commit)?
}

//! The one writer of an embedded database, with group commit.
//!
//! Jobs wait in a bounded queue. The writer's thread takes what waits, runs each job in a savepoint
//! of its own, commits once, and only then answers all of them: one durable commit serves many
//! requests, a failing job sinks nobody else, and nothing is answered before it is on disk.

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
use super::file::Opened;
use super::load::{Commits, Load};
use crate::error::{Error, chain};

/// Jobs that may wait. Behind it callers are told at once that the service is overloaded.
const QUEUE_CAPACITY: usize = 1024;
/// Jobs that share one commit at most, so that the first of them never waits long.
const MAX_GROUP: usize = 128;

/// Tells a caller how its job ended; called after the commit.
type Answer = Box<dyn FnOnce(CommitOutcome) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// How the commit of a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommitOutcome {
    Committed,
    RolledBack,
    Unknown,
}

/// What a job leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Its changes are kept when it succeeds.
    Store,
    /// Its changes are taken back in any case: a confirmation screen's rehearsal.
    Rehearse,
}

/// The way to the writer's thread. The thread ends when the last of these is dropped.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
    load: Arc<Load>,
}

impl Writer {
    /// Starts the thread that owns the writing connection to a file. It opens another one when a full
    /// disk has left the first unusable, or when another file has taken the place of the first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file is not there or cannot be opened, an internal error if the
    /// thread cannot be started.
    pub fn start(file: &Path) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(QUEUE_CAPACITY);
        let load = Arc::new(Load::default());
        let commits = Arc::clone(&load);
        let mut writer = WriterThread { opened: Opened::to_write(file)? };
        thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || writer.run(&waiting, &commits.commits))
            .map_err(Error::internal)?;
        Ok(Self { jobs, load })
    }

    /// How busy it is.
    #[must_use]
    pub const fn load(&self) -> &Arc<Load> {
        &self.load
    }

    /// Puts a job into the queue. The receiver hears of it after the commit.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if the queue is full.
    pub fn submit<T, F>(&self, mode: Mode, job: F) -> Result<oneshot::Receiver<Result<T, Error>>, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let mut place = self.load.writes.join();
        // What the job logs bears the id of the request that submitted it, whichever thread runs it.
        let span = Span::current();
        let boxed: Job = Box::new(move |connection| {
            place.take_turn();
            let result = span.in_scope(|| in_savepoint(connection, mode, job));
            Box::new(move |outcome| {
                drop(place);
                let result = match outcome {
                    CommitOutcome::Committed => result,
                    CommitOutcome::Unknown if mode == Mode::Store && result.is_ok() => {
                        Err(Error::OutcomeUnknown)
                    }
                    // Nor does a refusal hold: the job may have seen what others in its group did.
                    _ => Err(Error::Unavailable("the commit of its group failed".into())),
                };
                // A caller that has gone away needs no answer; its effect stands.
                let _ = tell.send(result);
            })
        });
        match self.jobs.try_send(boxed) {
            Ok(()) => Ok(told),
            Err(TrySendError::Full(_)) => Err(Error::Overloaded("too many writes wait")),
            Err(TrySendError::Disconnected(_)) => Err(Error::internal("the database writer has ended")),
        }
    }
}

/// What the thread owns.
struct WriterThread {
    opened: Opened,
}

impl WriterThread {
    fn run(&mut self, waiting: &Receiver<Job>, commits: &Commits) {
        while let Ok(first) = waiting.recv() {
            if let Err(error) = self.begin() {
                tracing::error!(error = %chain(&error), "the database cannot be written");
                // Jobs are dropped unrun, and with them their ways to answer: their callers are told to
                // retry. Those behind the first have waited as long as it did for a lock.
                let behind: Vec<Job> = waiting.try_iter().collect();
                drop((first, behind));
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
            self.opened = self.opened.again()?;
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
                if had_no_room(&error) { CommitOutcome::RolledBack } else { CommitOutcome::Unknown }
            }
        }
    }

    /// Replaces a connection whose transactions can no longer be told open from closed: a full disk
    /// makes SQLite take the whole transaction back by itself.
    fn reopen(&mut self) {
        match self.opened.again() {
            Ok(fresh) => self.opened = fresh,
            Err(error) => tracing::error!(error = %chain(&error), "the database cannot be opened again"),
        }
    }
}

/// Whether a commit failed because SQLite had no room to write it. What it cannot write to its end is
/// nothing to it, also after a crash, whereas a sync that fails leaves the question open. Its bundled
/// version says so in these words; diesel passes no number on.
fn had_no_room(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, told) if told.message() == "database or disk is full")
}

fn in_savepoint<T>(
    connection: &mut Conn,
    mode: Mode,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let unless_it_panics = |connection: &mut Conn| {
        catch_unwind(AssertUnwindSafe(|| job(connection)))
            .unwrap_or_else(|_| Err(Error::internal("a database job panicked")))
    };
    savepoint_kept_if(connection, unless_it_panics, |result| result.is_ok() && mode == Mode::Store)?
}

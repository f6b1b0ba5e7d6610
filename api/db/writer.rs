//! The one writer of an embedded database, with group commit.
//!
//! Jobs wait in a bounded queue. The writer's thread takes what waits, runs each job in a savepoint
//! of its own, commits once, and only then answers all of them: one durable commit serves many
//! requests, a failing job sinks nobody else, and nothing is answered before it is on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;

use diesel::result::Error as DieselError;
use tokio::sync::oneshot;

use super::Conn;
use super::connection::{begin, begin_savepoint, commit, depth, roll_back_to};
use super::load::{Commits, Load};
use crate::error::{Error, ProblemCode};

/// Jobs that may wait. Behind it callers are told at once that the service is overloaded.
const QUEUE: usize = 1024;
/// Jobs that share one commit at most, so that the first of them never waits long.
const GROUP: usize = 128;

/// Tells a caller how its job ended; called after the commit.
type Answer = Box<dyn FnOnce(Ending) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// How the commit of a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Durable,
    TakenBack,
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
    /// Starts the thread that owns the writing connection. `open` opens it, and opens another one
    /// when a full disk or a lost file has left the first unusable.
    ///
    /// # Errors
    /// An internal error if the connection cannot be opened or the thread cannot be started.
    pub fn start(open: impl Fn() -> Result<Conn, Error> + Send + 'static) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(QUEUE);
        let load = Arc::new(Load::default());
        let commits = Arc::clone(&load);
        let connection = open()?;
        thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || work(connection, &open, &waiting, &commits.commits))
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
        let boxed: Job = Box::new(move |connection| {
            place.take_turn();
            let result = in_savepoint(connection, mode, job);
            Box::new(move |ending| {
                drop(place);
                let result = match ending {
                    Ending::Durable => result,
                    Ending::Unknown if mode == Mode::Store && result.is_ok() => {
                        Err(ProblemCode::OutcomeUnknown.into())
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

fn work(
    mut connection: Conn,
    open: &dyn Fn() -> Result<Conn, Error>,
    waiting: &Receiver<Job>,
    commits: &Commits,
) {
    while let Ok(first) = waiting.recv() {
        if let Err(error) = begin(&mut connection, "BEGIN IMMEDIATE") {
            tracing::error!(%error, "the database cannot be locked for writing");
            // The job is dropped unrun, and with it its way to answer: its caller is told to retry.
            drop(first);
            reopen(&mut connection, open);
            continue;
        }
        let mut answers = vec![first(&mut connection)];
        while answers.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            answers.push(next(&mut connection));
        }
        let begun = Instant::now();
        let ending = match commit(&mut connection) {
            Ok(()) => Ending::Durable,
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                reopen(&mut connection, open);
                if had_no_room(&error) { Ending::TakenBack } else { Ending::Unknown }
            }
        };
        commits.add(answers.len(), begun);
        for answer in answers {
            answer(ending);
        }
    }
}

/// Whether a commit failed because SQLite had no room to write it. What it cannot write to its end is
/// nothing to it, also after a crash, whereas a sync that fails leaves the question open. Its bundled
/// version says so in these words; diesel passes no number on.
fn had_no_room(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, told) if told.message() == "database or disk is full")
}

/// Replaces a connection whose transactions can no longer be told open from closed: a full disk
/// makes SQLite take the whole transaction back by itself.
fn reopen(connection: &mut Conn, open: &dyn Fn() -> Result<Conn, Error>) {
    match open() {
        Ok(fresh) => *connection = fresh,
        Err(error) => tracing::error!(%error, "the database cannot be opened again"),
    }
}

fn in_savepoint<T>(
    connection: &mut Conn,
    mode: Mode,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let outside = depth(connection);
    begin_savepoint(connection)?;
    let result = catch_unwind(AssertUnwindSafe(|| job(connection)))
        .unwrap_or_else(|_| Err(Error::internal("a database job panicked")));
    if result.is_ok() && mode == Mode::Store {
        commit(connection)?;
    } else {
        roll_back_to(connection, outside);
    }
    result
}

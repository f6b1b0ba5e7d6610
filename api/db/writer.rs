//! The one writer of an embedded database, with group commit.
//!
//! Jobs wait in a bounded queue. The writer's thread takes what waits, runs each job in a savepoint
//! of its own, commits once, and only then answers all of them: one durable commit serves many
//! requests, a failing job sinks nobody else, and nothing is answered before it is on disk.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use tokio::sync::oneshot;

use super::Conn;
use crate::error::Error;

/// Jobs that may wait. Behind it callers are told at once that the service is overloaded.
const QUEUE: usize = 1024;
/// Jobs that share one commit at most, so that the first of them never waits long.
const GROUP: usize = 128;

/// Tells a caller how its job ended; called after the commit.
type Answer = Box<dyn FnOnce(Commit) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// How the commit of a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    Durable,
    Failed,
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
}

impl Writer {
    /// Starts the thread that owns the writing connection.
    ///
    /// # Errors
    /// An internal error if the thread cannot be started.
    pub fn start(connection: Conn) -> Result<Self, Error> {
        let (jobs, waiting) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("database-writer".to_owned())
            .spawn(move || work(connection, &waiting))
            .map_err(Error::internal)?;
        Ok(Self { jobs })
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
        let boxed: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, mode, job);
            Box::new(move |commit| {
                let result = match commit {
                    Commit::Durable => result,
                    Commit::Failed => result.and(Err(Error::Overloaded("the commit failed"))),
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

fn work(mut connection: Conn, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        if let Err(error) = AnsiTransactionManager::begin_transaction_sql(&mut connection, "BEGIN IMMEDIATE")
        {
            tracing::error!(%error, "the database cannot be locked for writing");
            // The job is dropped unrun, and with it its way to answer: its caller is told to retry.
            continue;
        }
        let mut answers = vec![first(&mut connection)];
        while answers.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            answers.push(next(&mut connection));
        }
        let commit = commit(&mut connection);
        for answer in answers {
            answer(commit);
        }
    }
}

fn commit(connection: &mut Conn) -> Commit {
    match AnsiTransactionManager::commit_transaction(connection) {
        Ok(()) => Commit::Durable,
        Err(error) => {
            tracing::error!(%error, "a commit failed");
            roll_back_to(connection, 0);
            Commit::Failed
        }
    }
}

fn in_savepoint<T>(
    connection: &mut Conn,
    mode: Mode,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let outside = depth(connection);
    AnsiTransactionManager::begin_transaction(connection)?;
    let result = catch_unwind(AssertUnwindSafe(|| job(connection)))
        .unwrap_or_else(|_| Err(Error::internal("a database job panicked")));
    if result.is_ok() && mode == Mode::Store {
        AnsiTransactionManager::commit_transaction(connection)?;
    } else {
        roll_back_to(connection, outside);
    }
    result
}

/// How many transactions and savepoints are open.
fn depth(connection: &mut Conn) -> u32 {
    AnsiTransactionManager::transaction_manager_status_mut(connection)
        .transaction_depth()
        .ok()
        .flatten()
        .map_or(0, NonZeroU32::get)
}

/// Takes back everything down to a depth; a job that panicked may have left savepoints open.
fn roll_back_to(connection: &mut Conn, outside: u32) {
    while depth(connection) > outside {
        if let Err(error) = AnsiTransactionManager::rollback_transaction(connection) {
            tracing::error!(%error, "a rollback failed");
            break;
        }
    }
}

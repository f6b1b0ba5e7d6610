//! PostgreSQL: a bounded pool whose connections are given up as soon as they are in doubt.
//!
//! A transaction is one simple query to begin (with its time limits), the job's statements, and a
//! commit. No cancel request is ever sent: it could end a commit's wait for a standby, and the server
//! would report success for what only one machine holds.

mod lines;
mod session;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;

use super::connection::{Conn, begin};
use super::load::{Commits, Load};
use super::postgres::lines::{LONGEST_JOB, Lines};
use super::postgres::session::Manager;
pub(super) use super::postgres::session::connect;
use super::source::Server;
use super::turns::{PATIENCE, Turns};
use super::writer::Mode;
use crate::blocking;
use crate::error::{Error, chain};

/// The limits hold for one transaction each, so that they need no session of their own.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10s'; \
     SET LOCAL idle_in_transaction_session_timeout = '20s'";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL statement_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '20s'";

/// A PostgreSQL server and the connections to it.
#[derive(Clone)]
pub(super) struct Cluster {
    server: Server,
    lines: Arc<Mutex<Arc<Lines>>>,
    load: Arc<Load>,
}

impl Cluster {
    pub(super) fn open(server: &Server) -> Self {
        let lines = Arc::new(Mutex::new(Arc::new(Lines::to(server))));
        Self { server: server.clone(), lines, load: Arc::default() }
    }

    pub(super) fn load(&self) -> Arc<Load> {
        Arc::clone(&self.load)
    }

    pub(super) fn connect_apart(&self) -> Result<Conn, Error> {
        connect(&self.server)
    }

    fn lines(&self) -> Arc<Lines> {
        Arc::clone(&self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Leaves connections to themselves of which one has no answer any more: a server that is frozen
    /// keeps them open, and no time limit of its own or of the network's ends them.
    fn give_up(&self, hanging: &Arc<Lines>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&lines, hanging) {
            tracing::error!("the database does not answer: its connections are given up");
            *lines = Arc::new(Lines::to(&self.server));
        }
    }

    /// A turn. Where none comes it is found out, beside the caller, whether those who have theirs are still
    /// heard of.
    async fn turn(&self, lines: &Arc<Lines>, turns: &Turns) -> Result<OwnedSemaphorePermit, Error> {
        let turn = turns.turn().await;
        if turn.is_err() {
            self.doubt(lines);
        }
        turn
    }

    /// Gives connections up on which nothing is heard any more, unless there is a reason to wait.
    fn doubt(&self, lines: &Arc<Lines>) {
        if lines.are_suspect() {
            let (cluster, lines) = (self.clone(), Arc::clone(lines));
            tokio::spawn(async move {
                if lines.are_dead(&cluster.server).await {
                    cluster.give_up(&lines);
                }
            });
        }
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let mut place = self.load.reads.join();
        let lines = self.lines();
        let read = self.turn(&lines, &lines.reads).await?;
        let turn = self.turn(&lines, &lines.turns).await?;
        place.take_turn();
        let used = Arc::clone(&lines);
        let read = blocking::run(move || {
            let _turns = (read, turn, place);
            let done = look_up(&used.pool, job);
            used.hear();
            done
        });
        if let Ok(done) = tokio::time::timeout(LONGEST_JOB, read).await {
            return done?;
        }
        self.give_up(&lines);
        Err(Error::Unavailable("the server does not answer".into()))
    }

    pub(super) async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let mut place = self.load.writes.join();
        let lines = self.lines();
        let turn = self.turn(&lines, &lines.turns).await?;
        place.take_turn();
        let (used, load) = (Arc::clone(&lines), Arc::clone(&self.load));
        let committing = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&committing);
        let write = blocking::run(move || {
            let _turn = (turn, place);
            let done = transact(&used.pool, mode, &load.commits, |conn| {
                let result = job(conn);
                begun.store(true, Ordering::Relaxed);
                result
            });
            used.hear();
            done
        });
        if let Ok(done) = tokio::time::timeout(LONGEST_JOB, write).await {
            return done?;
        }
        // A commit may wait for a standby; nothing before it may take so long.
        if committing.load(Ordering::Relaxed) {
            self.doubt(&lines);
        } else {
            self.give_up(&lines);
        }
        Err(Error::OutcomeUnknown)
    }

    pub(super) fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Conn) -> Result<T, Error>,
    {
        transact(&self.lines().pool, Mode::Store, &self.load.commits, job)
    }
}

fn look_up<T>(
    pool: &r2d2::Pool<Manager>,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut session = take(pool, BEGIN_READ)?;
    let result = job(&mut session.conn);
    session.end(result)
}

fn transact<T>(
    pool: &r2d2::Pool<Manager>,
    mode: Mode,
    commits: &Commits,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut session = take(pool, BEGIN_WRITE)?;
    match (job(&mut session.conn), mode) {
        (Ok(value), Mode::Store) => {
            let begun = Instant::now();
            session.commit()?;
            commits.add(1, begun);
            Ok(value)
        }
        (result, _) => session.end(result),
    }
}

/// Takes a connection on which the transaction has begun. One that died in the pool is found out
/// here, before anything was done, and another takes its place.
fn take(pool: &r2d2::Pool<Manager>, begin_sql: &str) -> Result<r2d2::PooledConnection<Manager>, Error> {
    let begun = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(begun.elapsed());
        let mut session = pool.get_timeout(left).map_err(|error| Error::Unavailable(error.into()))?;
        match begin(&mut session.conn, begin_sql) {
            Ok(()) => return Ok(session),
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a connection to the database was lost");
                session.lost = true;
            }
        }
    }
}

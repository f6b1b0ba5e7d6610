//! PostgreSQL: a bounded pool whose connections are given up as soon as they are in doubt.
//!
//! A transaction is one simple query to begin (with its time limits), the job's statements, and a
//! commit. No cancel request is ever sent: it could end a commit's wait for a standby, and the server
//! would report success for what only one machine holds.

mod connections;
mod session;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::OwnedSemaphorePermit;

use super::connection::{Conn, begin};
use super::load::{Commits, Load};
use super::permits::{ACQUIRE_TIMEOUT, Permits};
use super::postgres::connections::{Connections, JOB_TIMEOUT};
use super::postgres::session::Manager;
pub(super) use super::postgres::session::connect;
use super::source::Server;
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
    connections: Arc<Mutex<Arc<Connections>>>,
    load: Arc<Load>,
}

impl Cluster {
    pub(super) fn open(server: &Server) -> Self {
        let connections = Arc::new(Mutex::new(Arc::new(Connections::to(server))));
        Self { server: server.clone(), connections, load: Arc::default() }
    }

    pub(super) fn load(&self) -> Arc<Load> {
        Arc::clone(&self.load)
    }

    pub(super) fn connect_apart(&self) -> Result<Conn, Error> {
        connect(&self.server)
    }

    fn connections(&self) -> Arc<Connections> {
        Arc::clone(&self.connections.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Leaves connections to themselves of which one has no answer any more: a server that is frozen
    /// keeps them open, and no time limit of its own or of the network's ends them.
    fn give_up(&self, hanging: &Arc<Connections>) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&connections, hanging) {
            tracing::error!("the database does not answer: its connections are given up");
            *connections = Arc::new(Connections::to(&self.server));
        }
    }

    /// A permit. Where none comes, a task finds out whether the jobs that hold them still get answers.
    async fn permit(
        &self,
        connections: &Arc<Connections>,
        permits: &Permits,
    ) -> Result<OwnedSemaphorePermit, Error> {
        let permit = permits.acquire().await;
        if permit.is_err() {
            self.doubt(connections);
        }
        permit
    }

    /// Gives connections up on which nothing is heard any more, unless there is a reason to wait.
    fn doubt(&self, connections: &Arc<Connections>) {
        if connections.are_silent() {
            let (cluster, connections) = (self.clone(), Arc::clone(connections));
            tokio::spawn(async move {
                if connections.are_dead(&cluster.server).await {
                    cluster.give_up(&connections);
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
        let connections = self.connections();
        let read = self.permit(&connections, &connections.reads).await?;
        let permit = self.permit(&connections, &connections.all).await?;
        place.take_turn();
        let used = Arc::clone(&connections);
        let read = blocking::run(move || {
            let _turns = (read, permit, place);
            let done = look_up(&used.pool, job);
            used.note_answer();
            done
        });
        if let Ok(done) = tokio::time::timeout(JOB_TIMEOUT, read).await {
            return done?;
        }
        self.give_up(&connections);
        Err(Error::Unavailable("the server does not answer".into()))
    }

    pub(super) async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let mut place = self.load.writes.join();
        let connections = self.connections();
        let permit = self.permit(&connections, &connections.all).await?;
        place.take_turn();
        let (used, load) = (Arc::clone(&connections), Arc::clone(&self.load));
        let committing = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&committing);
        let write = blocking::run(move || {
            let _turn = (permit, place);
            let done = transact(&used.pool, mode, &load.commits, |conn| {
                let result = job(conn);
                begun.store(true, Ordering::Relaxed);
                result
            });
            used.note_answer();
            done
        });
        if let Ok(done) = tokio::time::timeout(JOB_TIMEOUT, write).await {
            return done?;
        }
        // A commit may wait for a standby; nothing before it may take so long.
        if committing.load(Ordering::Relaxed) {
            self.doubt(&connections);
        } else {
            self.give_up(&connections);
        }
        Err(Error::OutcomeUnknown)
    }

    pub(super) fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Conn) -> Result<T, Error>,
    {
        transact(&self.connections().pool, Mode::Store, &self.load.commits, job)
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
        let left = ACQUIRE_TIMEOUT.saturating_sub(begun.elapsed());
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

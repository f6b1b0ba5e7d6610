//! A PostgreSQL server: a bounded pool of connections. A connection whose state is uncertain is dropped.
//!
//! One simple query begins a transaction and sets its time limits; the job's statements and a commit follow. The
//! service never sends a cancel request, because a cancel request could end a commit's wait for a standby: the server
//! would then report success for data that only one machine has.

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

/// Begins a writing transaction. `SET LOCAL` sets time limits for this transaction only, because a pooler may give the
/// next transaction another session.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
     SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '10s'; \
     SET LOCAL idle_in_transaction_session_timeout = '20s'";
/// Begins a reading transaction with one snapshot for all its statements.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL statement_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '20s'";

/// A PostgreSQL server and the connections to it.
#[derive(Clone)]
pub(super) struct ServerPool {
    server: Server,
    connections: Arc<Mutex<Arc<Connections>>>,
    load: Arc<Load>,
}

impl ServerPool {
    pub(super) fn open(server: &Server) -> Self {
        let connections = Arc::new(Mutex::new(Arc::new(Connections::to(server))));
        Self { server: server.clone(), connections, load: Arc::default() }
    }

    pub(super) fn load(&self) -> Arc<Load> {
        Arc::clone(&self.load)
    }

    pub(super) fn connect_outside_pool(&self) -> Result<Conn, Error> {
        connect(&self.server)
    }

    fn connections(&self) -> Arc<Connections> {
        Arc::clone(&self.connections.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces a pool whose connections get no answer. A frozen server keeps its connections open, and no time limit
    /// of the server or the network ends them.
    fn replace(&self, silent: &Arc<Connections>) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&connections, silent) {
            tracing::error!("the database does not answer: its connections are replaced");
            *connections = Arc::new(Connections::to(&self.server));
        }
    }

    /// Waits for a permit. If no permit is free in time, the connections may have to be replaced.
    async fn permit(
        &self,
        connections: &Arc<Connections>,
        permits: &Permits,
    ) -> Result<OwnedSemaphorePermit, Error> {
        let permit = permits.acquire().await;
        if permit.is_err() {
            self.probe_if_silent(connections);
        }
        permit
    }

    /// Starts a task that replaces the connections, unless the server reports that commits wait for a standby. Does
    /// nothing if a job has ended recently.
    fn probe_if_silent(&self, connections: &Arc<Connections>) {
        if connections.begin_probe() {
            let (server_pool, connections) = (self.clone(), Arc::clone(connections));
            tokio::spawn(async move {
                if connections.must_be_replaced(&server_pool.server).await {
                    server_pool.replace(&connections);
                }
            });
        }
    }

    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let mut slot = self.load.reads.enter();
        let connections = self.connections();
        let read_permit = self.permit(&connections, &connections.reads).await?;
        let permit = self.permit(&connections, &connections.all).await?;
        slot.start();
        let used = Arc::clone(&connections);
        let read = blocking::run(move || {
            let _held = (read_permit, permit, slot);
            let result = run_read(&used.pool, job);
            used.note_answer();
            result
        });
        if let Ok(result) = tokio::time::timeout(JOB_TIMEOUT, read).await {
            return result?;
        }
        self.replace(&connections);
        Err(Error::Unavailable("the server does not answer".into()))
    }

    pub(super) async fn write<T, F>(&self, mode: Mode, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let mut slot = self.load.writes.enter();
        let connections = self.connections();
        let permit = self.permit(&connections, &connections.all).await?;
        slot.start();
        let (used, load) = (Arc::clone(&connections), Arc::clone(&self.load));
        let job_has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&job_has_ended);
        let write = blocking::run(move || {
            let _held = (permit, slot);
            let result = run_write(&used.pool, mode, &load.commits, |conn| {
                let result = job(conn);
                ended.store(true, Ordering::Relaxed);
                result
            });
            used.note_answer();
            result
        });
        if let Ok(result) = tokio::time::timeout(JOB_TIMEOUT, write).await {
            return result?;
        }
        // After the job the commit may wait for a standby. Before the end of the job, the server does not answer.
        if job_has_ended.load(Ordering::Relaxed) {
            self.probe_if_silent(&connections);
        } else {
            self.replace(&connections);
        }
        Err(match mode {
            Mode::Commit => Error::OutcomeUnknown,
            Mode::RollBack => Error::Unavailable("the database did not answer a preview".into()),
        })
    }

    pub(super) fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Conn) -> Result<T, Error>,
    {
        run_write(&self.connections().pool, Mode::Commit, &self.load.commits, job)
    }
}

fn run_read<T>(
    pool: &r2d2::Pool<Manager>,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut session = begin_on(pool, BEGIN_READ)?;
    let result = job(&mut session.conn);
    session.end(result)
}

fn run_write<T>(
    pool: &r2d2::Pool<Manager>,
    mode: Mode,
    commits: &Commits,
    job: impl FnOnce(&mut Conn) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut session = begin_on(pool, BEGIN_WRITE)?;
    match (job(&mut session.conn), mode) {
        (Ok(value), Mode::Commit) => {
            let begun = Instant::now();
            session.commit()?;
            commits.add(1, begun);
            Ok(value)
        }
        (result, _) => session.end(result),
    }
}

/// Takes a connection from the pool and begins the transaction on it. A connection that was lost while it was idle
/// fails here, before the job runs, and the next connection is tried.
fn begin_on(pool: &r2d2::Pool<Manager>, begin_sql: &str) -> Result<r2d2::PooledConnection<Manager>, Error> {
    let begun = Instant::now();
    loop {
        let left = ACQUIRE_TIMEOUT.saturating_sub(begun.elapsed());
        let mut session = pool.get_timeout(left).map_err(|error| Error::Unavailable(error.into()))?;
        match begin(&mut session.conn, begin_sql) {
            Ok(()) => return Ok(session),
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a connection to the database was lost");
                session.is_lost = true;
            }
        }
    }
}

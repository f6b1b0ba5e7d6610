//! A pool of connections to a server, which is replaced as a whole when the server no longer answers on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::session::{ConnectErrorLog, Manager, connect};
use crate::blocking;
use crate::db::engine::permits::{ACQUIRE_TIMEOUT, Permits};
use crate::db::engine::probe::waits_for_standby;
use crate::db::engine::source::Server;

/// How long a caller waits for a job that runs: longer than the server allows a statement. A commit may wait for a
/// standby without limit, so after this time the outcome of a write is unknown.
pub(super) const JOB_TIMEOUT: Duration = Duration::from_secs(20);

/// How many connections only writes may use.
const RESERVED_FOR_WRITES: u32 = 2;
/// How long a probe of the server may take, from connecting to the answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A pool of connections, and the permits to use them.
pub(super) struct Connections {
    pub(super) pool: r2d2::Pool<Manager>,
    /// One permit for each connection.
    pub(super) all: Permits,
    /// A read needs one of these as well, so that reads cannot use every connection.
    pub(super) reads: Permits,
    /// When a job last ended on one of the connections.
    answered: Mutex<Instant>,
    /// Whether a probe of the server is in progress.
    probing: AtomicBool,
}

impl Connections {
    pub(super) fn to(server: &Server) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(server.connections)
            .min_idle(Some(1))
            .connection_timeout(ACQUIRE_TIMEOUT)
            .test_on_check_out(false)
            .error_handler(Box::new(ConnectErrorLog))
            .build_unchecked(Manager(server.clone()));
        let reads = server.connections.saturating_sub(RESERVED_FOR_WRITES).max(1);
        Self {
            pool,
            all: Permits::new(server.connections),
            reads: Permits::new(reads),
            answered: Mutex::new(Instant::now()),
            probing: AtomicBool::new(false),
        }
    }

    /// Notes that a job has ended, successfully or not.
    pub(super) fn note_answer(&self) {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether the caller has to probe the server, by [`Self::probe_fails`]: no job has ended for longer than one may
    /// take, and no other probe is in progress.
    pub(super) fn begin_probe(&self) -> bool {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.elapsed() >= JOB_TIMEOUT && !self.probing.swap(true, Ordering::Relaxed)
    }

    /// Whether the connections have to be replaced. If commits wait for a standby, new connections would wait as
    /// well. If the server froze, or another server has taken its place, these connections never get an answer.
    pub(super) async fn probe_fails(&self, server: &Server) -> bool {
        let server = server.clone();
        let probe = blocking::run(move || waits_for_standby(&mut connect(&server)?));
        let alive = matches!(tokio::time::timeout(PROBE_TIMEOUT, probe).await, Ok(Ok(Ok(true))));
        self.probing.store(false, Ordering::Relaxed);
        !alive
    }
}

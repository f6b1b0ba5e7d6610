//! The connections to a server that are used together, and given up together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::session::{ConnectErrorLog, Manager, connect};
use crate::blocking;
use crate::db::engine::permits::{ACQUIRE_TIMEOUT, Permits};
use crate::db::engine::probe::waits_for_standby;
use crate::db::engine::source::Server;

/// How long a caller waits for a job that has its turn: longer than the server lets a statement take. A
/// commit may wait for a standby without a limit of its own, so of a write the outcome is not known then.
pub(super) const JOB_TIMEOUT: Duration = Duration::from_secs(20);

/// Connections that reads leave to writes.
const RESERVED_FOR_WRITES: u32 = 2;
/// How long a check of the server may take, from the connection to the answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Connections, and the permits for them.
pub(super) struct Connections {
    pub(super) pool: r2d2::Pool<Manager>,
    /// One for each connection.
    pub(super) all: Permits,
    /// Those of reads, beside the one for the connection.
    pub(super) reads: Permits,
    /// When a job last came to an end on one of them.
    answered: Mutex<Instant>,
    /// Whether somebody is finding out why nothing is answered.
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
            all: Permits::at_once(server.connections),
            reads: Permits::at_once(reads),
            answered: Mutex::new(Instant::now()),
            probing: AtomicBool::new(false),
        }
    }

    /// Notes that a job has come to its end, whichever.
    pub(super) fn note_answer(&self) {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether nothing was answered on any of them for longer than a job may take, and nobody has begun to
    /// find out why: the caller has to, by [`Self::are_dead`].
    pub(super) fn are_silent(&self) -> bool {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.elapsed() >= JOB_TIMEOUT && !self.probing.swap(true, Ordering::Relaxed)
    }

    /// Whether they had better be given up. A commit that waits for a standby may wait for any time, and
    /// new connections would only wait as well; a server that froze, or one that another has taken the
    /// place of, does not come back to them.
    pub(super) async fn are_dead(&self, server: &Server) -> bool {
        let server = server.clone();
        let probe = blocking::run(move || waits_for_standby(&mut connect(&server)?));
        let alive = matches!(tokio::time::timeout(PROBE_TIMEOUT, probe).await, Ok(Ok(Ok(true))));
        self.probing.store(false, Ordering::Relaxed);
        !alive
    }
}

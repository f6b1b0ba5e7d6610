//! A pool of connections to a server. If the server no longer answers on the connections, the whole pool is replaced.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::session::{ConnectErrorLog, Manager, connect};
use crate::blocking;
use crate::db::engine::permits::{ACQUIRE_TIMEOUT, Permits};
use crate::db::engine::probe::waits_for_standby;
use crate::db::engine::source::Server;

/// How long a caller waits for a running job. This is longer than the server's time limit for a statement. A commit may
/// wait for a standby without limit, so after this time the outcome of a write is unknown.
pub(super) const JOB_TIMEOUT: Duration = Duration::from_secs(20);

/// The number of connections that reads may not use. In a pool of two, reads may use one.
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
    last_answer: Mutex<Instant>,
    /// Whether a probe of the server is in progress.
    is_probing: AtomicBool,
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
            last_answer: Mutex::new(Instant::now()),
            is_probing: AtomicBool::new(false),
        }
    }

    /// Notes that a job has ended, with or without success.
    pub(super) fn note_answer(&self) {
        *self.last_answer.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether the caller must call [`Self::must_be_replaced`]: no job has ended for [`JOB_TIMEOUT`], and no
    /// other probe is in progress.
    pub(super) fn begin_probe(&self) -> bool {
        let last_answer = *self.last_answer.lock().unwrap_or_else(PoisonError::into_inner);
        last_answer.elapsed() >= JOB_TIMEOUT && !self.is_probing.swap(true, Ordering::Relaxed)
    }

    /// Probes the server, and returns whether the connections must be replaced: always, unless the server reports that
    /// commits wait for a standby. In that case new connections would wait, too. If the server froze or was replaced by
    /// another server, the old connections never get an answer.
    pub(super) async fn must_be_replaced(&self, server: &Server) -> bool {
        let server = server.clone();
        let probe = blocking::run(move || waits_for_standby(&mut connect(&server)?));
        let waits_for_standby = matches!(tokio::time::timeout(PROBE_TIMEOUT, probe).await, Ok(Ok(Ok(true))));
        self.is_probing.store(false, Ordering::Relaxed);
        !waits_for_standby
    }
}

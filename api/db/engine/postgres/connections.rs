//! The connections to a server that are used together, and given up together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::session::{Complaints, Manager, connect};
use crate::blocking;
use crate::db::engine::probe::waits_for_standby;
use crate::db::engine::source::Server;
use crate::db::engine::turns::{PATIENCE, Turns};

/// How long a caller waits for a job that has its turn: longer than the server lets a statement take. A
/// commit may wait for a standby without a limit of its own, so of a write the outcome is not known then.
pub(super) const LONGEST_JOB: Duration = Duration::from_secs(20);

/// Connections that reads leave to writes.
const KEPT_FOR_WRITES: u32 = 2;
/// How long a look at the server may take, from the connection to the answer.
const LOOK: Duration = Duration::from_secs(5);
/// Connections, and the turns at them.
pub(super) struct Lines {
    pub(super) pool: r2d2::Pool<Manager>,
    pub(super) turns: Turns,
    pub(super) reads: Turns,
    /// When a job last came to an end on one of them.
    heard: Mutex<Instant>,
    /// Whether somebody is finding out why nothing is heard.
    looking: AtomicBool,
}

impl Lines {
    pub(super) fn to(server: &Server) -> Self {
        let pool = r2d2::Pool::builder()
            .max_size(server.connections)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .test_on_check_out(false)
            .error_handler(Box::new(Complaints))
            .build_unchecked(Manager(server.clone()));
        let reads = server.connections.saturating_sub(KEPT_FOR_WRITES).max(1);
        Self {
            pool,
            turns: Turns::at_once(server.connections),
            reads: Turns::at_once(reads),
            heard: Mutex::new(Instant::now()),
            looking: AtomicBool::new(false),
        }
    }

    /// Notes that a job has come to its end, whichever.
    pub(super) fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether nothing was heard on any of them for longer than a job may take, and nobody has begun to
    /// find out why: the caller has to, by [`Self::are_dead`].
    pub(super) fn are_suspect(&self) -> bool {
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.elapsed() >= LONGEST_JOB && !self.looking.swap(true, Ordering::Relaxed)
    }

    /// Whether they had better be given up. A commit that waits for a standby may wait for any time, and
    /// new connections would only wait as well; a server that froze, or one that another has taken the
    /// place of, does not come back to them.
    pub(super) async fn are_dead(&self, server: &Server) -> bool {
        let server = server.clone();
        let look = blocking::run(move || waits_for_standby(&mut connect(&server)?));
        let alive = matches!(tokio::time::timeout(LOOK, look).await, Ok(Ok(Ok(true))));
        self.looking.store(false, Ordering::Relaxed);
        !alive
    }
}

//! Checks whether commits are confirmed. A transaction that is rolled back does not wait for a standby, so a
//! server without its standbys would pass all other checks although every filing hangs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::single_slot::SingleSlot;
use crate::db::engine::pool::Database;
use crate::db::engine::{Conn, probe};
use crate::error::Error;

/// A test commit is lost, together with its connection, if it has taken this long and the server has no commit that
/// waits for a standby.
const LOST_AFTER: Duration = Duration::from_secs(30);

/// Makes test commits, one at a time, on a separate connection. In the queue of writes a test commit would
/// also wait for its turn, so that many successful filings could make every replica look unready.
#[derive(Default)]
pub(super) struct CommitProbe {
    slot: SingleSlot,
    /// The connection of the last successful commit.
    kept: Mutex<Option<Conn>>,
}

impl CommitProbe {
    /// Gives up a test commit that hangs although no commit waits for a standby: it was sent to a server that froze,
    /// and its answer may never come. `conn` is a connection that answers.
    pub(super) fn give_up_lost(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.slot.is_occupied_for(LOST_AFTER) && !probe::waits_for_standby(conn)? {
            tracing::warn!("a test commit is lost with its connection");
            self.slot.release();
        }
        Ok(())
    }

    /// Makes a test commit, unless another one hangs.
    pub(super) async fn try_one(
        self: &Arc<Self>,
        database: &Database,
        timeout: Duration,
    ) -> Result<(), Error> {
        let (probe, database) = (Arc::clone(self), database.clone());
        let done = self.slot.run(timeout, move || probe.commit(&database)).await;
        done.unwrap_or_else(|| {
            Err(Error::Unavailable("a commit hangs, perhaps because no standby answers".into()))
        })
    }

    fn commit(&self, database: &Database) -> Result<(), Error> {
        let kept = self.kept().take();
        let conn = match kept.map(confirm_commit) {
            Some(Ok(conn)) => conn,
            // The kept connection may belong to a server that no longer exists.
            None | Some(Err(_)) => confirm_commit(database.connect_outside_pool()?)?,
        };
        *self.kept() = Some(conn);
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Option<Conn>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a test commit, and returns the connection if it was confirmed.
fn confirm_commit(mut conn: Conn) -> Result<Conn, Error> {
    probe::probe_commit(&mut conn)?;
    Ok(conn)
}

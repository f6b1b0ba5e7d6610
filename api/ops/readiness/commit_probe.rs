//! Whether commits are confirmed. A transaction that is taken back waits for no standby, so a server whose
//! standbys are all away passes every other test and lets every filing hang.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::single_slot::SingleSlot;
use crate::db::engine::pool::Database;
use crate::db::engine::{Conn, probe};
use crate::error::Error;

/// A commit that has hung for so long, while the server knows of none that waits for a standby, is lost with
/// its connection.
const LOST_AFTER: Duration = Duration::from_secs(30);

/// Tries commits, one at a time, on a connection of their own: in the writers' queue, a check would
/// wait twice, and a crowd of filings that all succeed would make every replica look unready.
#[derive(Default)]
pub(super) struct CommitProbe {
    slot: SingleSlot,
    kept: Mutex<Option<Conn>>,
}

impl CommitProbe {
    /// Lets a commit go that hangs although no commit waits for a standby: it went to a server that froze,
    /// and its answer may never come. Asked on a connection that just proved that it answers.
    pub(super) fn give_up_lost(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.slot.is_occupied_for(LOST_AFTER) && !probe::waits_for_standby(conn)? {
            tracing::warn!("a commit that was tried is lost with its connection");
            self.slot.release();
        }
        Ok(())
    }

    /// Commits something that leaves nothing behind, unless such a commit hangs already.
    pub(super) async fn try_one(
        self: &Arc<Self>,
        database: &Database,
        timeout: Duration,
    ) -> Result<(), Error> {
        let (probe, database) = (Arc::clone(self), database.clone());
        let done = self.slot.run(timeout, move || probe.commit(&database)).await;
        done.unwrap_or_else(|| Err(Error::Unavailable("it hangs, for want of a standby perhaps".into())))
    }

    fn commit(&self, database: &Database) -> Result<(), Error> {
        let kept = self.kept().take();
        let conn = match kept.map(tried) {
            Some(Ok(conn)) => conn,
            // It may have been lost with a server that is gone.
            None | Some(Err(_)) => tried(database.connect_outside_pool()?)?,
        };
        *self.kept() = Some(conn);
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Option<Conn>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on which a commit was confirmed.
fn tried(mut conn: Conn) -> Result<Conn, Error> {
    probe::try_commit(&mut conn)?;
    Ok(conn)
}

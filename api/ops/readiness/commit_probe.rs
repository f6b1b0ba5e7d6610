//! Checks whether PostgreSQL confirms commits. A transaction that is rolled back does not wait for a standby, so a
//! server without its standbys would pass all other checks although every filing hangs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::single_slot::SingleSlot;
use crate::db::engine::pool::Database;
use crate::db::engine::{Conn, probe};
use crate::error::Error;

/// After this time a test commit counts as lost if no commit on the server waits for a standby.
const LOST_AFTER: Duration = Duration::from_secs(30);

/// Makes test commits, one at a time, on a separate connection. In the queue of writes a test commit would wait behind
/// filings, and a busy service could look unready.
#[derive(Default)]
pub(super) struct CommitProbe {
    slot: SingleSlot,
    /// The connection of the last successful commit, to be used again.
    idle: Mutex<Option<Conn>>,
}

impl CommitProbe {
    /// Gives up a test commit that hangs although no commit waits for a standby. It was probably sent to a server that
    /// froze and may never answer. `conn` is a connection that answers.
    pub(super) fn give_up_lost(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.slot.is_occupied_for(LOST_AFTER) && !probe::waits_for_standby(conn)? {
            tracing::warn!("a test commit was given up together with its connection");
            self.slot.release();
        }
        Ok(())
    }

    /// Makes a test commit.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the commit is not confirmed within `timeout`, or if an earlier one still hangs.
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
        let idle = self.idle().take();
        let conn = match idle.map(confirm_commit) {
            Some(Ok(conn)) => conn,
            // The idle connection may belong to a server that no longer exists.
            None | Some(Err(_)) => confirm_commit(database.connect_outside_pool()?)?,
        };
        *self.idle() = Some(conn);
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Option<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a test commit, and returns the connection if it was confirmed.
fn confirm_commit(mut conn: Conn) -> Result<Conn, Error> {
    probe::probe_commit(&mut conn)?;
    Ok(conn)
}

//! Whether commits are confirmed. A transaction that is taken back waits for no standby, so a server whose
//! standbys are all away passes every other test and lets every filing hang.

use std::time::Duration;

use super::door::Door;
use crate::db::pool::Database;
use crate::db::writer::Mode;
use crate::db::{Conn, probe};
use crate::error::Error;

/// A commit that has hung for so long, while the server knows of none that waits for a standby, is lost with
/// its connection.
const LOST: Duration = Duration::from_secs(30);

/// Tries commits, one at a time: one that hangs keeps a connection, and more of them would keep all.
#[derive(Debug, Default)]
pub(super) struct Commits {
    door: Door,
}

impl Commits {
    /// Lets a commit go that hangs although no commit waits for a standby: it went to a server that froze,
    /// and its answer may never come. Asked on a connection that just proved that it answers.
    pub(super) fn give_up_lost(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.door.is_taken_for(LOST) && !probe::waits_for_standby(conn)? {
            tracing::warn!("a commit that was tried is lost with its connection");
            self.door.give_up();
        }
        Ok(())
    }

    /// Commits something that leaves nothing behind, unless such a commit hangs already.
    pub(super) async fn try_one(&self, database: &Database) -> Result<(), Error> {
        let inside = self.door.enter();
        let inside = inside.ok_or_else(|| {
            Error::Unavailable(
                "the commit that was tried before still hangs, for want of a standby perhaps".into(),
            )
        })?;
        // What a job gives is kept until its commit has ended, also when nobody waits for it any more.
        let commit = database.write(Mode::Store, move |conn| {
            probe::emit(conn)?;
            Ok(inside)
        });
        commit.await.map(drop)
    }
}

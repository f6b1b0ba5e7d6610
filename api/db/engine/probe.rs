//! A commit of PostgreSQL that leaves nothing behind and waits for standbys as any other does.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::connection::{Conn, begin, commit, on};
use crate::error::Error;

/// Writes into the server's log alone, which any role may. Nobody reads it there.
const EMIT: &str = "SELECT pg_logical_emit_message(true, 'todokede', '')";
/// What a role may always see of its own connections.
const WAITING: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event = 'SyncRep') AS waits";
/// The commit has nothing in it: what it stood for is known, and nobody is told that it is safe.
const END: &str = "SELECT COALESCE(wait_event = 'SyncRep', false) AS waits, pg_terminate_backend(pid) AS ended \
    FROM pg_stat_activity WHERE pid = $1 AND usename = current_user AND state = 'active' AND query = 'COMMIT'";
const BEGIN: &str = "BEGIN READ WRITE";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Bool)]
    waits: bool,
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// How a commit went that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The server confirmed it.
    Confirmed,
    /// It did not in time, since no standby that it waits for answers.
    WaitsForStandby,
    /// It did not in time, for whatever reason.
    Late,
}

/// Commits something that waits for disk and standby and is nowhere afterwards. An embedded database has
/// nothing of the kind: there it is an error.
///
/// # Errors
/// The database's.
pub fn try_commit(conn: &mut Conn) -> Result<(), Error> {
    begin(conn, BEGIN)?;
    finish(conn)
}

fn finish(conn: &mut Conn) -> Result<(), Error> {
    on!(conn, |c| diesel::sql_query(EMIT).execute(c))?;
    Ok(commit(conn)?)
}

/// Whether any commit to this database waits for a standby now.
///
/// # Errors
/// The database's.
pub fn waits_for_standby(conn: &mut Conn) -> Result<bool, Error> {
    let told: Waiting = on!(conn, |c| diesel::sql_query(WAITING).get_result(c))?;
    Ok(told.waits)
}

/// Tries a commit on a connection that is for nothing else, and waits for it no longer than this: no limit of the
/// server's holds for a commit. One that is late is ended by way of `conn`, or its connection would stay
/// until a standby comes.
///
/// # Errors
/// The database's, if it may not be written.
pub fn try_to_commit(conn: &mut Conn, mut other: Conn, patience: Duration) -> Result<Tried, Error> {
    begin(&mut other, BEGIN)?;
    // Asked within the transaction: a pooler may give the next one to another backend.
    let Backend { pid } =
        on!(&mut other, |c| diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(c))?;
    let (tell, told) = channel();
    thread::spawn(move || {
        // Nobody listens any more if it was late.
        let _ = tell.send(finish(&mut other));
    });
    if let Ok(done) = told.recv_timeout(patience) {
        return done.map(|()| Tried::Confirmed);
    }
    let late: Option<Waiting> =
        on!(conn, |c| diesel::sql_query(END).bind::<Integer, _>(pid).get_result(c).optional())?;
    Ok(if late.is_some_and(|late| late.waits) { Tried::WaitsForStandby } else { Tried::Late })
}

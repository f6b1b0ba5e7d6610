//! Tests whether a PostgreSQL server confirms commits. The test commit stores no rows, but waits for the disk and for
//! standbys as every commit does.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::connection::{Conn, begin, commit, on};
use crate::error::Error;

/// Writes a message into the write-ahead log, which every role may do. Nothing reads the message.
const EMIT: &str = "SELECT pg_logical_emit_message(true, 'todokede', '')";
/// Whether a commit of the service waits for a standby. Every role may see its own connections in this view.
const IS_WAITING: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event = 'SyncRep') AS waits";
/// Terminates the connection of the test commit. This is safe, because the commit has no data that was
/// reported as stored.
const TERMINATE: &str = "SELECT COALESCE(wait_event = 'SyncRep', false) AS waits, pg_terminate_backend(pid) AS ended \
    FROM pg_stat_activity WHERE pid = $1 AND usename = current_user AND state = 'active' AND query = 'COMMIT'";
/// Begins the transaction of a test commit. On a read-only server the statement fails.
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

/// The result of a test commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// The server confirmed the commit.
    Confirmed,
    /// The commit timed out while it waited for a standby.
    WaitsForStandby,
    /// The commit timed out for another reason.
    TimedOut,
}

/// Makes a test commit and waits for it without a time limit.
///
/// # Errors
/// The error of the database. An embedded database always returns an error.
pub fn probe_commit(conn: &mut Conn) -> Result<(), Error> {
    begin(conn, BEGIN)?;
    emit_and_commit(conn)
}

fn emit_and_commit(conn: &mut Conn) -> Result<(), Error> {
    on!(conn, |c| diesel::sql_query(EMIT).execute(c))?;
    Ok(commit(conn)?)
}

/// Whether a commit of the service waits for a standby now.
///
/// # Errors
/// The error of the database.
pub fn waits_for_standby(conn: &mut Conn) -> Result<bool, Error> {
    let waiting: Waiting = on!(conn, |c| diesel::sql_query(IS_WAITING).get_result(c))?;
    Ok(waiting.waits)
}

/// Makes a test commit on the connection `other`, and waits for it no longer than `timeout`. The server's time limits
/// do not apply to a commit. After the timeout, the connection `conn` terminates the commit, because `other` would
/// otherwise stay open until a standby answers.
///
/// # Errors
/// The error of the database, for example if it is read-only.
pub fn probe_commit_within(
    conn: &mut Conn,
    mut other: Conn,
    timeout: Duration,
) -> Result<ProbeOutcome, Error> {
    begin(&mut other, BEGIN)?;
    // This is read within the transaction, because a pooler may give the next transaction to another backend.
    let Backend { pid } =
        on!(&mut other, |c| diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(c))?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        // After the timeout nobody receives the result.
        let _ = sender.send(emit_and_commit(&mut other));
    });
    if let Ok(done) = receiver.recv_timeout(timeout) {
        return done.map(|()| ProbeOutcome::Confirmed);
    }
    let late: Option<Waiting> =
        on!(conn, |c| diesel::sql_query(TERMINATE).bind::<Integer, _>(pid).get_result(c).optional())?;
    Ok(if late.is_some_and(|late| late.waits) {
        ProbeOutcome::WaitsForStandby
    } else {
        ProbeOutcome::TimedOut
    })
}

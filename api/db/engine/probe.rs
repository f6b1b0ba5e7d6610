//! Tests whether PostgreSQL confirms commits, by a commit that stores nothing but waits for standbys like any
//! other.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};

use super::connection::{Conn, begin, commit, on};
use crate::error::Error;

/// Writes to the write-ahead log only, which every role may do. No consumer reads the message.
const EMIT: &str = "SELECT pg_logical_emit_message(true, 'todokede', '')";
/// Whether a commit waits for a standby. Every role may see its own connections here.
const IS_WAITING: &str = "SELECT EXISTS (SELECT FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event = 'SyncRep') AS waits";
/// Terminates the connection of the test commit. This is safe, because the commit has no data that was
/// reported as stored.
const TERMINATE: &str = "SELECT COALESCE(wait_event = 'SyncRep', false) AS waits, pg_terminate_backend(pid) AS ended \
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

/// Makes a commit that waits for the disk and for standbys, but stores nothing. An embedded database returns
/// an error.
///
/// # Errors
/// The error of the database.
pub fn probe_commit(conn: &mut Conn) -> Result<(), Error> {
    begin(conn, BEGIN)?;
    emit_and_commit(conn)
}

fn emit_and_commit(conn: &mut Conn) -> Result<(), Error> {
    on!(conn, |c| diesel::sql_query(EMIT).execute(c))?;
    Ok(commit(conn)?)
}

/// Whether any commit to this database waits for a standby now.
///
/// # Errors
/// The error of the database.
pub fn waits_for_standby(conn: &mut Conn) -> Result<bool, Error> {
    let waiting: Waiting = on!(conn, |c| diesel::sql_query(IS_WAITING).get_result(c))?;
    Ok(waiting.waits)
}

/// Makes a test commit on a connection that is used for nothing else, and waits for it no longer than `timeout`: the
/// server's own time limits do not apply to a commit. A late commit is terminated through `conn`, because its
/// connection would otherwise stay open until a standby answers.
///
/// # Errors
/// The error of the database, if it cannot be written.
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

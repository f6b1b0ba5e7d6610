//! The queries of `todokede doctor` about the database itself.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use crate::db::engine::columns::Moment;
use crate::db::engine::connection::{Conn, begin, on, roll_back_to};
use crate::db::store::audit::{self, Entry};
use crate::db::store::schema::audit_log;
use crate::domain::audit::AuditAction;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// These begin a transaction that may write, and limit the wait for locks. SQLite's connections have a limit
/// already.
const BEGIN_EMBEDDED: &str = "BEGIN IMMEDIATE";
const BEGIN_SERVER: &str = "BEGIN READ WRITE; SET LOCAL statement_timeout = '5s'";
/// The doctor must report a lock instead of waiting for it.
const LIMITS: &str = "SET statement_timeout = '10s'; SET lock_timeout = '5s'";

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct Synchronous {
    #[diesel(sql_type = Integer)]
    synchronous: i32,
}

#[derive(QueryableByName)]
struct QuickCheck {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// Limits how long queries to a PostgreSQL server may take and wait.
pub fn limit_waits(conn: &mut Conn) -> Result<(), Error> {
    Ok(on!(conn, |c| c.batch_execute(LIMITS))?)
}

/// The settings of this SQLite connection that decide whether a commit survives a power failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal` on every file system that supports it.
    pub journal_mode: String,
    /// 2 is FULL, 3 EXTRA; lower values may lose acknowledged commits.
    pub synchronous: i32,
}

/// Reads the durability settings of this SQLite connection.
pub fn durability(conn: &mut Conn) -> Result<Durability, Error> {
    let JournalMode { journal_mode } = on!(conn, |c| diesel::sql_query("PRAGMA journal_mode").get_result(c))?;
    let Synchronous { synchronous } = on!(conn, |c| diesel::sql_query("PRAGMA synchronous").get_result(c))?;
    Ok(Durability { journal_mode, synchronous })
}

/// The damage that SQLite finds in its file. Indexes are not compared with their tables. Empty if the file is
/// intact.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let rows: Vec<QuickCheck> = on!(conn, |c| diesel::sql_query("PRAGMA quick_check(10)").load(c))?;
    Ok(rows.into_iter().map(|row| row.quick_check).filter(|line| line != "ok").collect())
}

/// What a PostgreSQL server reports about itself and about this connection.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property of the server")]
pub struct ServerReport {
    /// The version for people, such as `15.14`.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The version as a number, such as 150014.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// The encoding of its texts.
    #[diesel(sql_type = Text)]
    pub encoding: String,
    /// Whether it is a standby, which accepts no writes.
    #[diesel(sql_type = Bool)]
    pub is_standby: bool,
    /// `on` and `remote_apply` wait for the disk and, where there are synchronous standbys, for one of them.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// The standbys that a commit waits for; empty if there are none.
    #[diesel(sql_type = Text)]
    pub synchronous_standby_names: String,
    /// Whether the server syncs to the disk (`fsync`).
    #[diesel(sql_type = Bool)]
    pub fsync: bool,
    /// Whether a page can be repaired that a power failure left half written (`full_page_writes`).
    #[diesel(sql_type = Bool)]
    pub full_page_writes: bool,
    /// Whether the connection is encrypted.
    #[diesel(sql_type = Bool)]
    pub tls: bool,
    /// Whether the connection stays on one machine.
    #[diesel(sql_type = Bool)]
    pub local: bool,
    /// The server's clock: microseconds since 1970 in UTC.
    #[diesel(sql_type = BigInt)]
    pub clock_micros: i64,
}

const ASK_SERVER: &str = "SELECT \
    current_setting('server_version') AS version, \
    current_setting('server_version_num')::integer AS version_number, \
    current_setting('server_encoding') AS encoding, \
    pg_is_in_recovery() AS is_standby, \
    current_setting('synchronous_commit') AS synchronous_commit, \
    current_setting('synchronous_standby_names') AS synchronous_standby_names, \
    current_setting('fsync')::boolean AS fsync, \
    current_setting('full_page_writes')::boolean AS full_page_writes, \
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls, \
    COALESCE(inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1', true) AS local, \
    (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint AS clock_micros";

/// Asks a PostgreSQL server about itself.
pub fn read_server_report(conn: &mut Conn) -> Result<ServerReport, Error> {
    Ok(on!(conn, |c| diesel::sql_query(ASK_SERVER).get_result(c))?)
}

/// Writes a line into the audit log and rolls it back.
///
/// # Errors
/// The error of the database, if the line cannot be written.
pub fn try_to_write(conn: &mut Conn, now: Instant) -> Result<(), Error> {
    let begin_sql = if matches!(conn, Conn::Sqlite(_)) { BEGIN_EMBEDDED } else { BEGIN_SERVER };
    begin(conn, begin_sql)?;
    let line = Entry {
        at: now,
        actor: "system".to_owned(),
        action: AuditAction::DoctorTried,
        subject: "doctor".to_owned(),
        client: None,
        request_id: None,
        details: None,
    };
    let tried = audit::insert(conn, &line);
    roll_back_to(conn, 0);
    tried
}

/// The newest instant in the audit log; `None` if the log is empty.
pub fn newest_instant(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let newest: Option<Moment> = on!(conn, |c| audit_log::table
        .order(audit_log::at.desc())
        .select(audit_log::at)
        .first(c)
        .optional())?;
    Ok(newest.map(|moment| moment.0))
}

//! The queries by which `todokede doctor` checks the database.

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

/// Begins a writing transaction on SQLite. It waits for a lock at most for the connection's `busy_timeout`.
const BEGIN_EMBEDDED: &str = "BEGIN IMMEDIATE";
/// Begins a writing transaction on PostgreSQL with a time limit for each statement.
const BEGIN_SERVER: &str = "BEGIN READ WRITE; SET LOCAL statement_timeout = '5s'";
/// Sets time limits for all statements of a connection, so that the doctor reports a lock instead of waiting for it.
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

/// Sets time limits for the queries on this PostgreSQL connection.
pub fn limit_waits(conn: &mut Conn) -> Result<(), Error> {
    Ok(on!(conn, |c| c.batch_execute(LIMITS))?)
}

/// The settings of this SQLite connection that decide whether a commit survives a power failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal` on every file system that supports it.
    pub journal_mode: String,
    /// 2 is FULL and 3 is EXTRA. With lower values, a power failure may lose acknowledged commits.
    pub synchronous: i32,
}

/// Reads the durability settings of this SQLite connection.
pub fn durability(conn: &mut Conn) -> Result<Durability, Error> {
    let JournalMode { journal_mode } = on!(conn, |c| diesel::sql_query("PRAGMA journal_mode").get_result(c))?;
    let Synchronous { synchronous } = on!(conn, |c| diesel::sql_query("PRAGMA synchronous").get_result(c))?;
    Ok(Durability { journal_mode, synchronous })
}

/// The damage that SQLite finds in its file by a quick check, which does not compare indexes with their tables. Empty
/// if no damage was found.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let rows: Vec<QuickCheck> = on!(conn, |c| diesel::sql_query("PRAGMA quick_check(10)").load(c))?;
    Ok(rows.into_iter().map(|row| row.quick_check).filter(|line| line != "ok").collect())
}

/// What a PostgreSQL server reports about itself and about this connection.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent property of the server")]
pub struct ServerReport {
    /// The version as text, such as `15.14`.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The version as a number, such as 150014.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// The encoding of texts.
    #[diesel(sql_type = Text)]
    pub encoding: String,
    /// Whether the server is a standby, which accepts no writes.
    #[diesel(sql_type = Bool)]
    pub is_standby: bool,
    /// The setting `synchronous_commit`. With `on` and `remote_apply`, a commit waits for the disk and for the
    /// synchronous standbys.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// The setting `synchronous_standby_names`: the standbys that a commit waits for. Empty if there are none.
    #[diesel(sql_type = Text)]
    pub synchronous_standby_names: String,
    /// The setting `fsync`: whether the server syncs to the disk.
    #[diesel(sql_type = Bool)]
    pub fsync: bool,
    /// The setting `full_page_writes`: whether the server can repair a page that a power failure left half written.
    #[diesel(sql_type = Bool)]
    pub full_page_writes: bool,
    /// Whether the connection is encrypted.
    #[diesel(sql_type = Bool)]
    pub tls: bool,
    /// Whether the server is on the same machine.
    #[diesel(sql_type = Bool)]
    pub local: bool,
    /// The server's clock in microseconds since 1970-01-01T00:00:00Z.
    #[diesel(sql_type = BigInt)]
    pub clock_micros: i64,
}

const SERVER_REPORT: &str = "SELECT \
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

/// Reads the report of a PostgreSQL server.
pub fn read_server_report(conn: &mut Conn) -> Result<ServerReport, Error> {
    Ok(on!(conn, |c| diesel::sql_query(SERVER_REPORT).get_result(c))?)
}

/// Tests whether the database accepts writes: writes a line into the audit log and rolls it back.
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
    let result = audit::insert(conn, &line);
    roll_back_to(conn, 0);
    result
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

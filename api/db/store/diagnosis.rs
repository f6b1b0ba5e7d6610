//! What `todokede doctor` asks the database about itself.

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

/// Takes the lock that a write takes, with a limit on the wait: SQLite's connections have one already.
const BEGIN_EMBEDDED: &str = "BEGIN IMMEDIATE";
const BEGIN_SERVER: &str = "BEGIN READ WRITE; SET LOCAL statement_timeout = '5s'";
/// Whoever asks behind a lock is to say so, and not to wait with it.
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

/// Lets no question to a PostgreSQL server wait for longer than some seconds.
pub fn limit_waits(conn: &mut Conn) -> Result<(), Error> {
    Ok(on!(conn, |c| c.batch_execute(LIMITS))?)
}

/// What decides whether an acknowledged commit outlasts a power cut, on this connection of SQLite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `wal` on every file system that can.
    pub journal_mode: String,
    /// 2 is FULL, 3 EXTRA; less may lose what was acknowledged.
    pub synchronous: i32,
}

/// How durable commits of this connection to SQLite are.
pub fn durability(conn: &mut Conn) -> Result<Durability, Error> {
    let JournalMode { journal_mode } = on!(conn, |c| diesel::sql_query("PRAGMA journal_mode").get_result(c))?;
    let Synchronous { synchronous } = on!(conn, |c| diesel::sql_query("PRAGMA synchronous").get_result(c))?;
    Ok(Durability { journal_mode, synchronous })
}

/// What SQLite finds wrong with its file, without holding indexes against their tables; nothing if it is whole.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let told: Vec<QuickCheck> = on!(conn, |c| diesel::sql_query("PRAGMA quick_check(10)").load(c))?;
    Ok(told.into_iter().map(|row| row.quick_check).filter(|line| line != "ok").collect())
}

/// What a PostgreSQL server says of itself and of this connection.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each is the server's answer to a question of its own")]
pub struct ServerReport {
    /// For people, such as `15.14`.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// For comparing, such as 150014.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// What its texts can hold.
    #[diesel(sql_type = Text)]
    pub encoding: String,
    /// Whether it takes no writes: a standby.
    #[diesel(sql_type = Bool)]
    pub is_standby: bool,
    /// `on` and `remote_apply` wait for the disk and, where there are synchronous standbys, for one of them.
    #[diesel(sql_type = Text)]
    pub synchronous_commit: String,
    /// Which standbys a commit waits for; empty if for none.
    #[diesel(sql_type = Text)]
    pub synchronous_standby_names: String,
    /// Whether anything is synced to the disk at all.
    #[diesel(sql_type = Bool)]
    pub fsync: bool,
    /// Whether a page that a power cut tore is mended.
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
pub fn ask_server(conn: &mut Conn) -> Result<ServerReport, Error> {
    Ok(on!(conn, |c| diesel::sql_query(ASK_SERVER).get_result(c))?)
}

/// Writes a line into the audit log and takes it back.
///
/// # Errors
/// The database's, if it may not be written.
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

/// The newest instant that was written down; none in a database in which nothing has happened.
pub fn newest_instant(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let newest: Option<Moment> = on!(conn, |c| audit_log::table
        .order(audit_log::at.desc())
        .select(audit_log::at)
        .first(c)
        .optional())?;
    Ok(newest.map(|moment| moment.0))
}

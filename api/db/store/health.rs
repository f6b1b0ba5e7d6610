//! The queries of readiness checks and metrics: whether the database can be written, and how much waits in the queues.

use chrono::Duration;
use diesel::prelude::*;
use uuid::Uuid;

use super::schema::outbox;
use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::domain::mails::{FailureClass, MailFailure};
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// What waits in the queues: mails, requests for mailed links, and contents of uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// The number of mails that wait.
    pub waiting: i64,
    /// How long the oldest mail has waited for the mail server. Mails that wait because of their recipient or content
    /// do not count. Zero if no other mail waits.
    pub lag: Duration,
    /// The number of requests for mailed links that wait for their mail.
    pub link_requests: i64,
    /// How long the oldest request for a mailed link has waited. Requests whose attempts have failed do not count. Zero
    /// if no other request waits.
    pub link_requests_lag: Duration,
    /// The number of contents of uploads that wait for the malware scanner.
    pub scans: i64,
    /// How long the oldest content has waited. Zero if none waits.
    pub scans_lag: Duration,
}

/// Reads what waits in the queues.
///
/// # Errors
/// The error of the database.
pub fn backlog(conn: &mut Conn, now: Instant) -> Result<Backlog, Error> {
    let waiting = super::mails::outbox::count_waiting(conn)?;
    let server_failures = MailFailure::ALL.iter().filter(|failure| failure.class() == FailureClass::Server);
    let server_failures: Vec<&str> = server_failures.map(|failure| failure.code()).collect();
    let oldest: Option<Moment> = on!(conn, |c| outbox::table
        .filter(outbox::state.eq_any(["QUEUED", "DEFERRED"]))
        .filter(outbox::failure.is_null().or(outbox::failure.eq_any(server_failures)))
        .select(outbox::queued_at)
        .order(outbox::queued_at)
        .first(c)
        .optional())?;
    let (link_requests, oldest_request) = super::identity::link_requests::count_and_oldest(conn)?;
    let (scans, oldest_scan) = super::filings::scans::count_and_oldest(conn)?;
    let since = |start: Option<Instant>| start.map_or(Duration::zero(), |start| now - start);
    Ok(Backlog {
        waiting,
        lag: since(oldest.map(|queued| queued.0)),
        link_requests,
        link_requests_lag: since(oldest_request),
        scans,
        scans_lag: since(oldest_scan),
    })
}

/// Tests whether the database accepts writes, by an update of an id that no row has. A read-only server refuses even
/// this update.
///
/// # Errors
/// The error of the database.
pub fn try_to_write(conn: &mut Conn) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table.find(Id(Uuid::nil())))
        .set(outbox::attempts.eq(0))
        .execute(c))?;
    Ok(())
}

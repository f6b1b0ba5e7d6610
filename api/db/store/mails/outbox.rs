//! The outbox: the queue of mails. A mail is added in the transaction that causes it, and waits until it is sent or
//! given up.
//!
//! A process that sends a mail holds a lease on it: no other process may send the mail until the lease expires. If the
//! process ends without sending the mail, another process sends it after the lease has expired.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::schema::outbox;
use crate::domain::mails::{MailFailure, MailState};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, MessageId};
use crate::error::Error;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
struct Row {
    id: Id,
    kind: String,
    recipient: String,
    subject: String,
    body: String,
    html: String,
    attempts: i64,
    queued_at: Moment,
    expires_at: Moment,
}

/// A mail that waits to be sent.
#[derive(Clone)]
pub struct WaitingMail {
    /// Its id, which is the same for all attempts.
    pub id: MessageId,
    /// The code of its kind.
    pub kind: String,
    /// The recipient's address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub body: String,
    /// The same text as HTML. Empty in rows of older versions of the service.
    pub html: String,
    /// The number of attempts. Attempts that failed because of the mail server do not count.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Instant,
    /// When it expires. An expired mail is given up.
    pub expires_at: Instant,
}

impl WaitingMail {
    /// The domain of the recipient's address.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.recipient.rsplit_once('@').unwrap_or_default().1
    }
}

impl From<&WaitingMail> for Row {
    fn from(mail: &WaitingMail) -> Self {
        Self {
            id: Id(mail.id.uuid()),
            kind: mail.kind.clone(),
            recipient: mail.recipient.clone(),
            subject: mail.subject.clone(),
            body: mail.body.clone(),
            html: mail.html.clone(),
            attempts: mail.attempts,
            queued_at: Moment(mail.queued_at),
            expires_at: Moment(mail.expires_at),
        }
    }
}

impl From<Row> for WaitingMail {
    fn from(row: Row) -> Self {
        Self {
            id: MessageId::from_uuid(row.id.0),
            kind: row.kind,
            recipient: row.recipient,
            subject: row.subject,
            body: row.body,
            html: row.html,
            attempts: row.attempts,
            queued_at: row.queued_at.0,
            expires_at: row.expires_at.0,
        }
    }
}

/// A mail that is due.
#[derive(Debug, Clone)]
pub struct DueMail {
    /// Its id.
    pub id: MessageId,
    /// The domain of the recipient's address.
    pub domain: String,
    /// When it expires.
    pub expires_at: Instant,
}

/// A lease: the right of one process to send mails for a limited time.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// The id of the process that has the right.
    pub holder: Uuid,
    /// When the right ends.
    pub until: Instant,
}

/// Whether a mail waits. The states are literals, because the database uses its partial index only for literals.
fn is_waiting() -> SqlLiteral<Bool> {
    sql("state IN ('QUEUED', 'DEFERRED')")
}

/// Puts a mail into the outbox.
pub fn insert(conn: &mut Conn, mail: &WaitingMail, account: Option<AccountId>) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(outbox::table)
        .values((
            Row::from(mail),
            outbox::recipient_domain.eq(mail.domain()),
            outbox::account_id.eq(account.map(|account| Id(account.uuid()))),
            outbox::state.eq(MailState::Queued.code()),
            outbox::next_attempt_at.eq(Moment(mail.queued_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The mails that are due and not leased, in the order of their due times, except mails to the domains `except_to`. No
/// other process can list due mails until the transaction ends.
pub fn list_due(
    conn: &mut Conn,
    now: Instant,
    except_to: &[String],
    limit: i64,
) -> Result<Vec<DueMail>, Error> {
    locks::acquire(conn, &[Lock::Outbox])?;
    let rows: Vec<(Id, String, Moment)> = on!(conn, |c| outbox::table
        .filter(is_waiting())
        .filter(outbox::next_attempt_at.le(Moment(now)))
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(Moment(now))))
        .filter(outbox::recipient_domain.ne_all(except_to))
        .order((outbox::next_attempt_at, outbox::id))
        .limit(limit)
        .select((outbox::id, outbox::recipient_domain, outbox::expires_at))
        .load(c))?;
    let due = |(id, domain, expires_at): (Id, String, Moment)| DueMail {
        id: MessageId::from_uuid(id.0),
        domain,
        expires_at: expires_at.0,
    };
    Ok(rows.into_iter().map(due).collect())
}

/// Leases mails and returns them. Mails that are leased or no longer wait are left out, so that no mail is leased twice
/// at the same time.
pub fn lease(
    conn: &mut Conn,
    ids: &[MessageId],
    lease: Lease,
    now: Instant,
) -> Result<Vec<WaitingMail>, Error> {
    let rows: Vec<Row> = on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(is_waiting())
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(Moment(now))))
        .set((outbox::lease_holder.eq(Id(lease.holder)), outbox::leased_until.eq(Moment(lease.until))))
        .returning(Row::as_returning())
        .get_results(c))?;
    Ok(rows.into_iter().map(WaitingMail::from).collect())
}

/// Extends the leases on mails, except on mails that another process has leased meanwhile.
pub fn extend_leases(conn: &mut Conn, ids: &[MessageId], lease: Lease) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(outbox::lease_holder.eq(Id(lease.holder)))
        .set(outbox::leased_until.eq(Moment(lease.until)))
        .execute(c))?;
    Ok(())
}

/// Marks mails as sent and erases their bodies, which may contain links. This does not depend on who holds
/// the lease now, because the mail server has accepted the mails.
pub fn mark_sent(conn: &mut Conn, ids: &[MessageId], now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(is_waiting())
        .set((
            outbox::state.eq(MailState::Sent.code()),
            outbox::sent_at.eq(Moment(now)),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::failure.eq(None::<String>),
            (outbox::body.eq(""), outbox::html.eq("")),
            (outbox::lease_holder.eq(None::<Id>), outbox::leased_until.eq(None::<Moment>)),
        ))
        .execute(c))?;
    Ok(())
}

/// A failed attempt.
#[derive(Debug, Clone, Copy)]
pub struct FailedAttempt {
    /// The id of the mail.
    pub id: MessageId,
    /// Why the attempt failed.
    pub failure: MailFailure,
    /// The number of attempts of the mail, as [`WaitingMail::attempts`] counts them.
    pub attempts: i64,
}

/// Defers a mail to a later time, unless another process has leased it meanwhile.
pub fn defer(conn: &mut Conn, attempt: FailedAttempt, holder: Uuid, until: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table.find(Id(attempt.id.uuid())))
        .filter(outbox::lease_holder.eq(Id(holder)))
        .set((
            outbox::state.eq(MailState::Deferred.code()),
            outbox::failure.eq(attempt.failure.code()),
            outbox::attempts.eq(attempt.attempts),
            outbox::next_attempt_at.eq(Moment(until)),
            (outbox::lease_holder.eq(None::<Id>), outbox::leased_until.eq(None::<Moment>)),
        ))
        .execute(c))?;
    Ok(())
}

/// Gives up a mail and erases its bodies, unless another process has leased it meanwhile.
pub fn abandon(conn: &mut Conn, attempt: FailedAttempt, holder: Uuid) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table.find(Id(attempt.id.uuid())))
        .filter(outbox::lease_holder.eq(Id(holder)))
        .set((
            outbox::state.eq(MailState::Abandoned.code()),
            outbox::failure.eq(attempt.failure.code()),
            outbox::attempts.eq(attempt.attempts),
            (outbox::body.eq(""), outbox::html.eq("")),
            (outbox::lease_holder.eq(None::<Id>), outbox::leased_until.eq(None::<Moment>)),
        ))
        .execute(c))?;
    Ok(())
}

/// Gives up mails that have expired, and erases their bodies. A mail keeps its last failure; a mail without a failure
/// gets [`MailFailure::Expired`].
pub fn abandon_expired(conn: &mut Conn, ids: &[MessageId]) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(outbox::failure.is_null())
        .filter(is_waiting())
        .set(outbox::failure.eq(MailFailure::Expired.code()))
        .execute(c))?;
    on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(is_waiting())
        .set((outbox::state.eq(MailState::Abandoned.code()), outbox::body.eq(""), outbox::html.eq("")))
        .execute(c))?;
    Ok(())
}

/// Releases all leases of a process that stops.
pub fn release_leases(conn: &mut Conn, holder: Uuid) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::update(outbox::table)
        .filter(outbox::lease_holder.eq(Id(holder)))
        .set((outbox::lease_holder.eq(None::<Id>), outbox::leased_until.eq(None::<Moment>)))
        .execute(c))?)
}

/// How many mails wait.
pub fn count_waiting(conn: &mut Conn) -> Result<i64, Error> {
    Ok(on!(conn, |c| outbox::table.filter(is_waiting()).count().get_result(c))?)
}

/// How many mails wait, by state.
pub fn count_by_state(conn: &mut Conn) -> Result<Vec<(MailState, i64)>, Error> {
    let rows: Vec<(String, i64)> = on!(conn, |c| outbox::table
        .filter(is_waiting())
        .group_by(outbox::state)
        .select((outbox::state, diesel::dsl::count_star()))
        .load(c))?;
    rows.into_iter()
        .map(|(word, count)| {
            let state = MailState::from_code(&word);
            Ok((state.ok_or_else(|| undecodable(&"of a count", "outbox.state", &word))?, count))
        })
        .collect()
}

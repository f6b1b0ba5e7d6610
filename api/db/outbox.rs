//! The outbox: mails wait here from the transaction that caused them until they are delivered.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Conn;
use super::columns::{Id, Moment};
use super::connection::on;
use super::schema::outbox;
use crate::domain::calendar::Instant;
use crate::domain::ids::{AccountId, MessageId};
use crate::error::Error;

/// A mail that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its id, which stays the same over all attempts.
    pub id: MessageId,
    /// What it is.
    pub kind: String,
    /// To whom.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is not worth sending any more.
    pub expires_at: Instant,
}

/// Whether a mail still waits. The words stand in the text of the query, because an index of these
/// rows alone serves no query whose words are bound later.
fn waits() -> SqlLiteral<Bool> {
    sql("state IN ('QUEUED', 'DEFERRED')")
}

/// Puts a mail into the outbox.
pub fn insert(
    conn: &mut Conn,
    mail: &Waiting,
    account: Option<AccountId>,
    now: Instant,
) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(Id(mail.id.uuid())),
            outbox::kind.eq(&mail.kind),
            outbox::recipient.eq(&mail.recipient),
            outbox::subject.eq(&mail.subject),
            outbox::body.eq(&mail.body),
            outbox::account_id.eq(account.map(|account| Id(account.uuid()))),
            outbox::state.eq("QUEUED"),
            outbox::attempts.eq(0),
            outbox::queued_at.eq(Moment(now)),
            outbox::next_attempt_at.eq(Moment(now)),
            outbox::expires_at.eq(Moment(mail.expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The mails whose turn has come, longest waiting first.
pub fn list_due(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<Waiting>, Error> {
    let rows: Vec<(Id, String, String, String, String, i64, Moment)> = on!(conn, |c| outbox::table
        .filter(waits())
        .filter(outbox::next_attempt_at.le(Moment(now)))
        .order(outbox::next_attempt_at)
        .limit(limit)
        .select((
            outbox::id,
            outbox::kind,
            outbox::recipient,
            outbox::subject,
            outbox::body,
            outbox::attempts,
            outbox::expires_at,
        ))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, recipient, subject, body, attempts, expires_at)| Waiting {
            id: MessageId::from_uuid(id.0),
            kind,
            recipient,
            subject,
            body,
            attempts,
            expires_at: expires_at.0,
        })
        .collect())
}

/// Marks a mail as sent and blanks its body, which may hold a link.
pub fn mark_sent(conn: &mut Conn, id: MessageId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table.find(Id(id.uuid())))
        .set((
            outbox::state.eq("SENT"),
            outbox::sent_at.eq(Moment(now)),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::body.eq(""),
        ))
        .execute(c))?;
    Ok(())
}

/// Gives a mail up and blanks its body.
pub fn abandon(conn: &mut Conn, id: MessageId) -> Result<(), Error> {
    on!(conn, |c| diesel::update(outbox::table.find(Id(id.uuid())))
        .set((outbox::state.eq("ABANDONED"), outbox::body.eq("")))
        .execute(c))?;
    Ok(())
}

/// How many mails wait.
pub fn count_waiting(conn: &mut Conn) -> Result<i64, Error> {
    Ok(on!(conn, |c| outbox::table.filter(waits()).count().get_result(c))?)
}

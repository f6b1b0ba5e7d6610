//! The mails to an account with their states, without their contents.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::engine::paging::{After, Slice, load_newest_first};
use crate::db::store::schema::outbox;
use crate::domain::mails::MailState;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, MessageId};
use crate::error::Error;

/// A mail and its state.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id.
    pub id: MessageId,
    /// The code of its kind.
    pub kind: String,
    /// The recipient's address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its state.
    pub state: MailState,
    /// The code of the last failure; `None` if the mail was sent or no attempt has failed.
    pub failure: Option<String>,
    /// The number of attempts. Attempts that failed because of the mail server do not count.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Instant,
    /// When the next attempt is due. It has no meaning for a mail that no longer waits.
    pub next_attempt_at: Instant,
    /// When it expires. An expired mail is given up.
    pub expires_at: Instant,
    /// When the mail server accepted it.
    pub sent_at: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct Row {
    id: Id,
    kind: String,
    recipient: String,
    subject: String,
    state: String,
    failure: Option<String>,
    attempts: i64,
    queued_at: Moment,
    next_attempt_at: Moment,
    expires_at: Moment,
    sent_at: Option<Moment>,
}

impl Row {
    fn decode(self) -> Result<Mail, Error> {
        let id = MessageId::from_uuid(self.id.0);
        let state = MailState::from_code(&self.state);
        Ok(Mail {
            id,
            kind: self.kind,
            recipient: self.recipient,
            subject: self.subject,
            state: state.ok_or_else(|| undecodable(&id, "outbox.state", &self.state))?,
            failure: self.failure,
            attempts: self.attempts,
            queued_at: self.queued_at.0,
            next_attempt_at: self.next_attempt_at.0,
            expires_at: self.expires_at.0,
            sent_at: self.sent_at.map(|at| at.0),
        })
    }
}

/// A page of an account's mails, newest first.
pub fn list(conn: &mut Conn, account: AccountId, slice: &Slice<After>) -> Result<Vec<Mail>, Error> {
    let rows: Vec<Row> = load_newest_first!(
        conn,
        slice,
        (outbox::queued_at, outbox::id),
        outbox::table.filter(outbox::account_id.eq(Id(account.uuid()))).select(Row::as_select()).into_boxed()
    )?;
    rows.into_iter().map(Row::decode).collect()
}

/// How many mails of a kind an account was sent since an instant.
pub fn count_since(conn: &mut Conn, account: AccountId, kind: &str, since: Instant) -> Result<i64, Error> {
    Ok(on!(conn, |c| outbox::table
        .filter(outbox::account_id.eq(Id(account.uuid())))
        .filter(outbox::kind.eq(kind))
        .filter(outbox::queued_at.ge(Moment(since)))
        .count()
        .get_result(c))?)
}

//! The mails of an account as it sees them: their states, without their contents.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
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
    /// What it is.
    pub kind: String,
    /// To whom.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Its state.
    pub state: MailState,
    /// The code of the last failure, unless it is sent.
    pub failure: Option<String>,
    /// The attempts that count for it.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Instant,
    /// When the next attempt is due, if it waits for one.
    pub next_attempt_at: Instant,
    /// When it is given up at the latest.
    pub expires_at: Instant,
    /// When the mail server took it.
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

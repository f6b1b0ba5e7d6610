//! The sandbox's mailbox, which receives mails instead of a mail server.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::engine::paging::{After, Slice, load_newest_first};
use crate::db::store::schema::sandbox_messages as messages;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::MessageId;
use crate::error::Error;

/// A mail in the mailbox.
#[derive(Debug, Clone)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// The code of its kind.
    pub kind: String,
    /// The recipient's address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub body: String,
    /// The same text as HTML.
    pub html: String,
    /// When it arrived.
    pub delivered_at: Instant,
}

type Row = (Id, String, String, String, String, Moment, String);

/// Stores a mail. A mail that is delivered twice is stored once.
pub fn insert(conn: &mut Conn, message: &StoredMessage) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(messages::table)
        .values((
            messages::id.eq(Id(message.id.uuid())),
            messages::kind.eq(&message.kind),
            messages::recipient.eq(&message.recipient),
            messages::subject.eq(&message.subject),
            messages::body.eq(&message.body),
            messages::html.eq(&message.html),
            messages::delivered_at.eq(Moment(message.delivered_at)),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// A page of the mails to one recipient or to all recipients, newest first.
pub fn list(
    conn: &mut Conn,
    recipient: Option<&str>,
    slice: &Slice<After>,
) -> Result<Vec<StoredMessage>, Error> {
    let rows: Vec<Row> = load_newest_first!(conn, slice, (messages::delivered_at, messages::id), {
        let all = messages::table.into_boxed();
        match recipient {
            Some(recipient) => all.filter(messages::recipient.eq(recipient)),
            None => all,
        }
    })?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, recipient, subject, body, delivered_at, html)| StoredMessage {
            id: MessageId::from_uuid(id.0),
            kind,
            recipient,
            subject,
            body,
            html,
            delivered_at: delivered_at.0,
        })
        .collect())
}

/// Empties the mailbox.
pub fn delete_all(conn: &mut Conn) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(messages::table).execute(c))?)
}

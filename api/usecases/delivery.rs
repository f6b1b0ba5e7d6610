//! The outbox's other end: mails that are due are delivered.

use super::work::Work;
use crate::db::messages::{self, StoredMessage};
use crate::db::outbox;
use crate::error::Error;

/// Mails delivered in one transaction at most.
const BATCH: i64 = 50;

/// Delivers what is due to the sandbox's mailbox, in one transaction with the outbox, so that no
/// mail is lost and none arrives twice. Says how many were handled.
pub fn deliver_to_sandbox(work: &mut Work<'_>) -> Result<usize, Error> {
    let now = work.now();
    let due = outbox::list_due(work.conn, now, BATCH)?;
    let handled = due.len();
    for mail in due {
        if now >= mail.expires_at {
            outbox::abandon(work.conn, mail.id)?;
            continue;
        }
        let message = StoredMessage {
            id: mail.id,
            kind: mail.kind,
            recipient: mail.recipient,
            subject: mail.subject,
            body: mail.body,
            delivered_at: now,
        };
        messages::insert(work.conn, &message)?;
        outbox::mark_sent(work.conn, message.id, now)?;
    }
    Ok(handled)
}

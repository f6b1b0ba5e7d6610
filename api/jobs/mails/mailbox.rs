//! Delivers mails to the sandbox's mailbox. The mailbox is a table, so a mail is delivered in one transaction and
//! arrives exactly once.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

use super::outbox::Outbox;
use crate::clock::Clock;
use crate::db::engine::Conn;
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::db::store::mails::outbox;
use crate::db::store::sandbox::messages::{self, StoredMessage};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::MessageId;
use crate::error::{Error, chain};
use crate::jobs::queue::{ClaimRequest, Claimed, Lease, POLL_INTERVAL, claim};
use crate::jobs::stop::Stop;
use crate::ops::metrics::{MailOutcome, Metrics};
use crate::security::link_tokens::LinkTokens;

/// The maximum number of mails that one transaction delivers.
const BATCH: usize = 50;

/// Delivers mails to the mailbox.
pub struct Mailbox {
    database: Database,
    clock: Clock,
    link_tokens: LinkTokens,
    metrics: Arc<Metrics>,
}

/// How many mails were sent and how many had expired.
struct Delivered {
    sent: usize,
    expired: usize,
}

impl Mailbox {
    /// Creates a mailbox for the outbox of a database.
    #[must_use]
    pub const fn new(
        database: Database,
        clock: Clock,
        link_tokens: LinkTokens,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { database, clock, link_tokens, metrics }
    }

    /// Delivers until a stop is requested, and looks for mails whenever it is woken.
    pub async fn run(&self, wake: &Notify, mut stop: Stop) {
        loop {
            if let Err(error) = self.deliver().await {
                tracing::error!(error = %chain(&error), "mails could not be delivered to the mailbox yet");
            }
            tokio::select! {
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                () = wake.notified() => {}
                () = stop.requested() => return,
            }
        }
    }

    /// Delivers all mails that are due.
    ///
    /// # Errors
    /// An error of the database.
    pub async fn deliver(&self) -> Result<(), Error> {
        loop {
            let (now, link_tokens) = (self.clock.now(), self.link_tokens.clone());
            let deliver = move |conn: &mut Conn| deliver_batch(conn, &link_tokens, now);
            let delivered = self.database.write(Mode::Commit, deliver).await?;
            self.metrics.mails(MailOutcome::Sent, delivered.sent);
            self.metrics.mails(MailOutcome::Abandoned, delivered.expired);
            if delivered.sent + delivered.expired == 0 {
                return Ok(());
            }
        }
    }
}

fn deliver_batch(conn: &mut Conn, link_tokens: &LinkTokens, now: Instant) -> Result<Delivered, Error> {
    // The lease may end at once, because this transaction also delivers the mails that it claims.
    let lease = Lease { holder: Uuid::new_v4(), until: now };
    let request = ClaimRequest { lease, room: BATCH, per_lane: BATCH, under_way: HashMap::new() };
    let Claimed { jobs: mails, expired } = claim::<Outbox>(conn, &request, now)?;
    let ids: Vec<MessageId> = mails.iter().map(|mail| mail.id).collect();
    for mail in mails {
        // If the key of the sandbox was deleted, the link does not work, and the tester asks for another one.
        let with_token = |text: String| link_tokens.put_in(&text, mail.id).unwrap_or(text);
        let message = StoredMessage {
            id: mail.id,
            kind: mail.kind,
            recipient: mail.recipient,
            subject: mail.subject,
            body: with_token(mail.body),
            html: with_token(mail.html),
            delivered_at: now,
        };
        messages::insert(conn, &message)?;
    }
    if !ids.is_empty() {
        outbox::mark_sent(conn, &ids, now)?;
    }
    Ok(Delivered { sent: ids.len(), expired })
}

//! The sandbox's mailbox. It is a table, so a mail is delivered in one transaction: none is lost, and none arrives
//! twice.

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
use crate::jobs::queue::{Claimed, Lease, POLL_INTERVAL, Wanted, claim};
use crate::jobs::stop::Stop;
use crate::ops::metrics::{MailOutcome, Metrics};

/// How many mails one transaction delivers at most.
const BATCH: usize = 50;

/// Delivers mails to the mailbox.
pub struct Mailbox {
    database: Database,
    clock: Clock,
    metrics: Arc<Metrics>,
}

/// What happened to the mails that were due.
struct Delivered {
    sent: usize,
    expired: usize,
}

impl Mailbox {
    /// Delivers from the outbox of a database.
    #[must_use]
    pub const fn new(database: Database, clock: Clock, metrics: Arc<Metrics>) -> Self {
        Self { database, clock, metrics }
    }

    /// Delivers until a stop is requested, and looks for mails whenever it is woken.
    pub async fn run(&self, wake: &Notify, mut stop: Stop) {
        loop {
            if let Err(error) = self.deliver().await {
                tracing::error!(error = %chain(&error), "mails stay in the outbox for now");
            }
            tokio::select! {
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                () = wake.notified() => {}
                () = stop.requested() => return,
            }
        }
    }

    /// Delivers everything that is due.
    ///
    /// # Errors
    /// The database's.
    pub async fn deliver(&self) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            let delivered = self.database.write(Mode::Store, move |conn| deliver_batch(conn, now)).await?;
            self.metrics.mails(MailOutcome::Sent, delivered.sent);
            self.metrics.mails(MailOutcome::Abandoned, delivered.expired);
            if delivered.sent + delivered.expired == 0 {
                return Ok(());
            }
        }
    }
}

fn deliver_batch(conn: &mut Conn, now: Instant) -> Result<Delivered, Error> {
    // The lease need not last, because this transaction delivers what it claims.
    let lease = Lease { holder: Uuid::new_v4(), until: now };
    let wanted = Wanted { lease, room: BATCH, per_lane: BATCH, under_way: HashMap::new() };
    let Claimed { jobs: mails, expired } = claim::<Outbox>(conn, &wanted, now)?;
    let ids: Vec<MessageId> = mails.iter().map(|mail| mail.id).collect();
    for mail in mails {
        let message = StoredMessage {
            id: mail.id,
            kind: mail.kind,
            recipient: mail.recipient,
            subject: mail.subject,
            body: mail.body,
            html: mail.html,
            delivered_at: now,
        };
        messages::insert(conn, &message)?;
    }
    if !ids.is_empty() {
        outbox::mark_sent(conn, &ids, now)?;
    }
    Ok(Delivered { sent: ids.len(), expired })
}

//! The outbox's other end: mails that are due are claimed, and what became of each is written down.
//! Nothing is sent in here: a transaction never waits for a mail server.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::mails::outbox::{self, Due, Failed, Lease, Waiting};
use crate::db::store::sandbox::messages::{self, StoredMessage};
use crate::domain::mails::{MailFailure, Next, Trouble, decide};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::MessageId;
use crate::error::Error;

/// Mails delivered to the sandbox's mailbox in one transaction at most.
const BATCH: usize = 50;
/// Mails that a claim looks at: more than it takes, because some are expired and some share a domain.
const LOOKED_AT: i64 = 200;

/// What a sender can take on.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The right it asks for.
    pub lease: Lease,
    /// How many mails.
    pub room: usize,
    /// How many mails to one domain it has under way at most.
    pub per_domain: usize,
    /// How many it has under way already, by domain.
    pub under_way: HashMap<String, usize>,
}

/// What was claimed.
#[derive(Default)]
pub struct Claimed {
    /// Mails to send.
    pub mails: Vec<Waiting>,
    /// How many were given up because their time is over.
    pub expired: usize,
}

/// Takes mails that are due, longest waiting first, but never so many to one domain that it keeps
/// the others waiting.
pub fn claim(conn: &mut Conn, wanted: &Wanted, now: Instant) -> Result<Claimed, Error> {
    let mut under_way = wanted.under_way.clone();
    let full = under_way.iter().filter(|(_, count)| **count >= wanted.per_domain);
    let full: Vec<String> = full.map(|(domain, _)| domain.clone()).collect();
    let due = outbox::list_due(conn, now, &full, LOOKED_AT)?;
    let (expired, due): (Vec<Due>, Vec<Due>) = due.into_iter().partition(|due| now >= due.expires_at);
    let expired: Vec<MessageId> = expired.into_iter().map(|due| due.id).collect();
    if !expired.is_empty() {
        outbox::abandon_expired(conn, &expired)?;
    }
    let has_room = |due: &Due| {
        let count = under_way.entry(due.domain.clone()).or_default();
        *count += 1;
        *count <= wanted.per_domain
    };
    let chosen: Vec<MessageId> =
        due.into_iter().filter(has_room).map(|due| due.id).take(wanted.room).collect();
    let mails = if chosen.is_empty() { Vec::new() } else { outbox::lease(conn, &chosen, wanted.lease, now)? };
    Ok(Claimed { mails, expired: expired.len() })
}

/// An attempt that is over.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Of which mail.
    pub id: MessageId,
    /// The mail's own attempts, this one included if it was one.
    pub attempts: i64,
    /// What becomes of the mail.
    pub next: Next,
}

impl Attempt {
    /// Decides what becomes of a mail.
    #[must_use]
    pub fn ended(mail: &Waiting, outcome: Result<(), MailFailure>, now: Instant) -> Self {
        let of_server = outcome.is_err_and(|failure| failure.trouble() == Trouble::Server);
        let attempts = mail.attempts + i64::from(!of_server);
        Self { id: mail.id, attempts, next: decide(outcome, attempts, now, mail.expires_at, rand::random()) }
    }
}

/// Writes down how attempts ended, all in one transaction. Doing it twice changes nothing more.
pub fn settle(conn: &mut Conn, holder: Uuid, attempts: &[Attempt], now: Instant) -> Result<(), Error> {
    let sent = attempts.iter().filter(|attempt| attempt.next == Next::Sent);
    let sent: Vec<MessageId> = sent.map(|attempt| attempt.id).collect();
    if !sent.is_empty() {
        outbox::mark_sent(conn, &sent, now)?;
    }
    for Attempt { id, attempts, next } in attempts.iter().cloned() {
        match next {
            Next::Sent => {}
            Next::Deferred { failure, at } => {
                outbox::defer(conn, Failed { id, failure, attempts }, holder, at)?;
            }
            Next::Abandoned { failure } => {
                outbox::abandon(conn, Failed { id, failure, attempts }, holder)?;
            }
        }
    }
    Ok(())
}

/// What became of mails that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// How many are in the mailbox now.
    pub sent: usize,
    /// How many were given up because their time is over.
    pub expired: usize,
}

/// Delivers what is due to the sandbox's mailbox, in one transaction with the outbox, so that no
/// mail is lost and none arrives twice.
pub fn deliver_to_sandbox(conn: &mut Conn, now: Instant) -> Result<Delivered, Error> {
    let lease = Lease { holder: Uuid::new_v4(), until: now };
    let wanted = Wanted { lease, room: BATCH, per_domain: BATCH, under_way: HashMap::new() };
    let Claimed { mails, expired } = claim(conn, &wanted, now)?;
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

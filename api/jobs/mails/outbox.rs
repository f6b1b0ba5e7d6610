//! The outbox, the table of mails that are to be sent, as a queue of jobs.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::mails::outbox::{self, FailedAttempt, Lease, WaitingMail};
use crate::domain::mails::{Decision, FailureClass, MailFailure, decide};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::MessageId;
use crate::error::Error;
use crate::jobs::queue::{Due, Queue};

/// The queue of the mails in the outbox.
pub struct Outbox;

/// The result of an attempt to send a mail.
#[derive(Debug, Clone)]
pub struct AttemptResult {
    /// The mail.
    pub id: MessageId,
    /// The number of attempts of the mail, including this one. Attempts that failed because of the mail server do not
    /// count.
    pub attempts: i64,
    /// What happens to the mail.
    pub next: Decision,
}

impl AttemptResult {
    /// Decides what happens to a mail after an attempt.
    #[must_use]
    pub fn decide(mail: &WaitingMail, outcome: Result<(), MailFailure>, now: Instant) -> Self {
        let server_failed = outcome.is_err_and(|failure| failure.class() == FailureClass::Server);
        let attempts = mail.attempts + i64::from(!server_failed);
        Self { id: mail.id, attempts, next: decide(outcome, attempts, now, mail.expires_at, rand::random()) }
    }
}

impl Queue for Outbox {
    type Id = MessageId;
    type Job = WaitingMail;
    type AttemptResult = AttemptResult;

    fn id(mail: &WaitingMail) -> MessageId {
        mail.id
    }

    fn lane(mail: &WaitingMail) -> &str {
        mail.domain()
    }

    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<MessageId>>, Error> {
        let due = outbox::list_due(conn, now, except_lanes, limit)?;
        let due = due.into_iter().map(|due| Due { id: due.id, lane: due.domain, expires_at: due.expires_at });
        Ok(due.collect())
    }

    fn lease(
        conn: &mut Conn,
        ids: &[MessageId],
        lease: Lease,
        now: Instant,
    ) -> Result<Vec<WaitingMail>, Error> {
        outbox::lease(conn, ids, lease, now)
    }

    fn extend(conn: &mut Conn, ids: &[MessageId], lease: Lease) -> Result<(), Error> {
        outbox::extend_leases(conn, ids, lease)
    }

    fn give_up_expired(conn: &mut Conn, ids: &[MessageId]) -> Result<(), Error> {
        outbox::abandon_expired(conn, ids)
    }

    fn store_results(
        conn: &mut Conn,
        holder: Uuid,
        results: &[AttemptResult],
        now: Instant,
    ) -> Result<(), Error> {
        let sent = results.iter().filter(|result| result.next == Decision::Sent);
        let sent: Vec<MessageId> = sent.map(|result| result.id).collect();
        if !sent.is_empty() {
            outbox::mark_sent(conn, &sent, now)?;
        }
        for AttemptResult { id, attempts, next } in results.iter().cloned() {
            match next {
                Decision::Sent => {}
                Decision::Deferred { failure, at } => {
                    outbox::defer(conn, FailedAttempt { id, failure, attempts }, holder, at)?;
                }
                Decision::Abandoned { failure } => {
                    outbox::abandon(conn, FailedAttempt { id, failure, attempts }, holder)?;
                }
            }
        }
        Ok(())
    }

    fn release_leases(conn: &mut Conn, holder: Uuid) -> Result<(), Error> {
        outbox::release_leases(conn, holder).map(drop)
    }
}

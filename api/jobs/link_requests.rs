//! Requests for mailed links, and for notices of wrong passwords, as jobs. An attempt is one transaction of the database,
//! which answers the request and deletes it, so each request is answered exactly once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::queue::{Due, Lease, Queue, doubled_wait};
use super::runner::{JobKind, Limits};
use crate::db::engine::Conn;
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::db::store::identity::link_requests as stored;
pub use crate::db::store::identity::link_requests::WaitingLinkRequest;
use crate::domain::identity::links::RequestedMail;
use crate::domain::values::calendar::Instant;
use crate::error::{Error, chain};
use crate::ops::metrics::{LinkRequestOutcome, Metrics};
use crate::security::limits::Limit;
use crate::usecases::accounts::link_requests;
use crate::usecases::work::Policy;

/// The longest wait between two attempts for a request. It is short, because somebody waits for the mail.
const LONGEST_WAIT: chrono::Duration = chrono::Duration::minutes(1);

/// How long a request is leased at most. If the process dies, another one answers the request after this time. A longer
/// attempt does no harm: when two processes answer a request, one of them finds that it has been deleted.
const LONGEST_LEASE: chrono::Duration = chrono::Duration::seconds(10);

/// Requests for mailed links. The lane of a request is its address, so that an account whose lock is taken does not
/// delay the requests of others.
pub struct LinkRequests {
    /// The database.
    pub database: Database,
    /// The settings of use cases.
    pub policy: Policy,
    /// The budgets of mails to one address.
    pub mails_per_address: Arc<Limit>,
    /// Wakes the worker that sends mails. It is notified when a mail was queued.
    pub mails: Arc<Notify>,
    /// Counts the results.
    pub metrics: Arc<Metrics>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The transaction failed. The log has the cause.
    Transaction,
    /// The service stopped during the attempt.
    Stopped,
}

/// A request whose attempt failed. One that was answered has no row any more, and nothing to store.
#[derive(Debug, Clone, Copy)]
pub struct Deferred {
    id: Uuid,
    attempts: i64,
    until: Instant,
}

impl LinkRequests {
    /// Answers every request that waits, whether it is due or leased. Only tests need this, which cannot wait for a
    /// runner.
    ///
    /// # Errors
    /// The error of the first request that cannot be answered.
    pub async fn answer_all(&self) -> Result<(), Error> {
        for request in self.database.write(Mode::Commit, stored::list).await? {
            self.answer(request).await?;
        }
        Ok(())
    }

    /// Answers a request. If the budget of its address is used up, it is dropped instead. The caller cannot see the
    /// difference: a refusal would show strangers whether somebody else has sent requests for the address.
    fn answer(
        &self,
        request: WaitingLinkRequest,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static {
        let (database, policy) = (self.database.clone(), self.policy.clone());
        let (mails, limit) = (Arc::clone(&self.mails), Arc::clone(&self.mails_per_address));
        async move {
            let budget = format!("{} {}", request.purpose, request.email_key);
            let is_charged = request.requested_mail().is_ok_and(RequestedMail::is_charged_to_address);
            let is_affordable = !is_charged || limit.take(&budget).is_ok();
            let answer = move |conn: &mut Conn| {
                if is_affordable {
                    link_requests::answer(conn, &request, &policy)
                } else {
                    link_requests::drop_unanswered(conn, &request, &policy)
                }
            };
            let answered = database.write(Mode::Commit, answer).await;
            if matches!(answered, Ok(true)) {
                mails.notify_one();
            } else if is_charged && is_affordable {
                limit.give_back(&budget);
            }
            answered.map(drop)
        }
    }
}

impl JobKind for LinkRequests {
    type Queue = Waiting;
    type Failure = Failure;

    const NAME: &'static str = "link requests";
    /// A few, so that the jobs leave most connections to the database to requests.
    const LIMITS: Limits = Limits { at_once: 4, per_lane: 2, late: 0, late_per_lane: 0 };

    /// A transaction waits at most a few seconds for a connection and as long for a lock.
    fn usual_time(&self) -> Duration {
        Duration::from_secs(15)
    }

    fn late_time(&self) -> Duration {
        self.usual_time()
    }

    fn attempt(
        &self,
        request: &WaitingLinkRequest,
    ) -> impl Future<Output = Result<(), Failure>> + Send + 'static {
        let answer = self.answer(request.clone());
        async move {
            answer.await.map_err(|error| {
                tracing::error!(error = %chain(&error), "a request for a mailed link could not be answered yet");
                Failure::Transaction
            })
        }
    }

    fn unfinished() -> Failure {
        Failure::Stopped
    }

    /// An outage of the database needs no pause, because then no request can be claimed either.
    fn is_outage(_: Failure) -> bool {
        false
    }

    fn code(failure: Failure) -> &'static str {
        match failure {
            Failure::Transaction => "TRANSACTION_FAILED",
            Failure::Stopped => "STOPPED",
        }
    }

    fn pause_after(_: u32) -> Duration {
        Duration::ZERO
    }

    fn conclude(
        &self,
        request: &WaitingLinkRequest,
        outcome: Result<(), Failure>,
        _: Duration,
        now: Instant,
    ) -> Option<Deferred> {
        let outcome_of =
            if outcome.is_ok() { LinkRequestOutcome::Answered } else { LinkRequestOutcome::Deferred };
        self.metrics.link_requests(outcome_of, 1);
        let failure = outcome.err()?;
        let attempts = request.attempts + i64::from(failure == Failure::Transaction);
        Some(Deferred { id: request.id, attempts, until: now + doubled_wait(attempts, LONGEST_WAIT) })
    }

    fn expired(&self, requests: usize) {
        self.metrics.link_requests(LinkRequestOutcome::Expired, requests);
        tracing::error!(requests, "expired requests for mailed links were given up");
    }
}

/// The queue of the requests that wait.
pub struct Waiting;

impl Queue for Waiting {
    type Id = Uuid;
    type Job = WaitingLinkRequest;
    type AttemptResult = Option<Deferred>;

    fn id(request: &WaitingLinkRequest) -> Uuid {
        request.id
    }

    fn lane(request: &WaitingLinkRequest) -> &str {
        &request.email_key
    }

    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<Uuid>>, Error> {
        let due = stored::list_due(conn, now, except_lanes, limit)?;
        Ok(due.into_iter().map(|(id, lane, expires_at)| Due { id, lane, expires_at }).collect())
    }

    fn lease(
        conn: &mut Conn,
        ids: &[Uuid],
        lease: Lease,
        now: Instant,
    ) -> Result<Vec<WaitingLinkRequest>, Error> {
        let lease = Lease { until: lease.until.min(now + LONGEST_LEASE), ..lease };
        stored::lease(conn, ids, lease, now)
    }

    fn extend(conn: &mut Conn, ids: &[Uuid], lease: Lease) -> Result<(), Error> {
        stored::extend_leases(conn, ids, lease)
    }

    fn give_up_expired(conn: &mut Conn, ids: &[Uuid]) -> Result<(), Error> {
        stored::delete(conn, ids).map(drop)
    }

    fn store_results(
        conn: &mut Conn,
        holder: Uuid,
        results: &[Option<Deferred>],
        _: Instant,
    ) -> Result<(), Error> {
        for Deferred { id, attempts, until } in results.iter().flatten() {
            stored::defer(conn, *id, *attempts, holder, *until)?;
        }
        Ok(())
    }

    fn release_leases(conn: &mut Conn, holder: Uuid) -> Result<(), Error> {
        stored::release_leases(conn, holder)
    }
}

//! A queue of jobs in the database. A runner claims due jobs with a lease, attempts them, and stores the results.
//!
//! A lease reserves a job for one runner until an instant. If the runner dies, other runners can claim the job after
//! that. A lane is a group of jobs that may delay each other, such as the mails to one domain. All functions run in the
//! caller's transaction. Jobs themselves run outside any transaction, because a transaction must not wait for another
//! machine.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use uuid::Uuid;

use crate::db::engine::Conn;
pub use crate::db::store::mails::outbox::Lease;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// How often a runner looks for new jobs if nothing wakes it.
pub const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// The maximum number of due jobs that one claim reads. Some of them may have expired or be in full lanes.
const CANDIDATES: i64 = 200;

/// The database statements for one kind of job.
pub trait Queue: 'static {
    /// The id of a job.
    type Id: Copy + Eq + Display + Send + Sync + 'static;
    /// A job that was claimed.
    type Job: Send + Sync + 'static;
    /// The result of an attempt, as it is stored.
    type AttemptResult: Clone + Send + Sync + 'static;

    /// The id of a job.
    fn id(job: &Self::Job) -> Self::Id;

    /// The lane of a job. Jobs of one lane may delay each other, but not jobs of other lanes.
    fn lane(job: &Self::Job) -> &str;

    /// The jobs that are due and not leased, longest waiting first, except those in the given lanes. Takes a lock, so
    /// that other claims wait until the transaction ends.
    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<Self::Id>>, Error>;

    /// Leases jobs that are due and not leased, and reads them.
    fn lease(conn: &mut Conn, ids: &[Self::Id], lease: Lease, now: Instant) -> Result<Vec<Self::Job>, Error>;

    /// Extends leases, except of jobs that another runner has claimed meanwhile.
    fn extend(conn: &mut Conn, ids: &[Self::Id], lease: Lease) -> Result<(), Error>;

    /// Gives up jobs that have expired.
    fn give_up_expired(conn: &mut Conn, ids: &[Self::Id]) -> Result<(), Error>;

    /// Stores the results of attempts. Storing them twice has no further effect.
    fn store_results(
        conn: &mut Conn,
        holder: Uuid,
        results: &[Self::AttemptResult],
        now: Instant,
    ) -> Result<(), Error>;

    /// Ends all leases of a runner, so that other runners can claim the jobs at once.
    fn release_leases(conn: &mut Conn, holder: Uuid) -> Result<(), Error>;
}

/// A job that is due.
#[derive(Debug, Clone)]
pub struct Due<Id> {
    /// Its id.
    pub id: Id,
    /// Its lane.
    pub lane: String,
    /// When it expires.
    pub expires_at: Instant,
}

/// The limits of a claim.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// The lease that the claimed jobs get.
    pub lease: Lease,
    /// The maximum number of jobs to claim.
    pub room: usize,
    /// The maximum number of jobs of one lane that may be in progress.
    pub per_lane: usize,
    /// How many jobs of each lane are in progress already.
    pub under_way: HashMap<String, usize>,
}

/// The result of a claim.
#[derive(Debug)]
pub struct Claimed<Job> {
    /// The claimed jobs, to be run.
    pub jobs: Vec<Job>,
    /// How many jobs had expired and were given up.
    pub expired: usize,
}

/// The wait after a number of failed attempts for one job: a second, doubled after each further failure up to `longest`.
#[must_use]
pub fn doubled_wait(attempts: i64, longest: chrono::Duration) -> chrono::Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    chrono::Duration::seconds(2_i64.pow(doublings)).min(longest)
}

/// Claims due jobs, longest waiting first, and gives up expired ones. The jobs of each lane are limited, so that no
/// lane delays the others.
pub fn claim<Q: Queue>(
    conn: &mut Conn,
    request: &ClaimRequest,
    now: Instant,
) -> Result<Claimed<Q::Job>, Error> {
    let mut under_way = request.under_way.clone();
    let full_lanes = under_way.iter().filter(|(_, count)| **count >= request.per_lane);
    let full_lanes: Vec<String> = full_lanes.map(|(lane, _)| lane.clone()).collect();
    let due = Q::list_due(conn, now, &full_lanes, CANDIDATES)?;
    let (expired, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| now >= due.expires_at);
    let expired: Vec<Q::Id> = expired.into_iter().map(|due| due.id).collect();
    if !expired.is_empty() {
        Q::give_up_expired(conn, &expired)?;
    }
    let has_room = |due: &Due<Q::Id>| {
        let count = under_way.entry(due.lane.clone()).or_default();
        *count += 1;
        *count <= request.per_lane
    };
    let chosen: Vec<Q::Id> = due.into_iter().filter(has_room).map(|due| due.id).take(request.room).collect();
    let jobs = if chosen.is_empty() { Vec::new() } else { Q::lease(conn, &chosen, request.lease, now)? };
    Ok(Claimed { jobs, expired: expired.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_second_to_the_longest() {
        let wait = |attempts| doubled_wait(attempts, chrono::Duration::minutes(1)).num_seconds();
        let waits: Vec<i64> = (0..=8).map(wait).collect();
        assert_eq!(waits, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(wait(i64::MAX), 60);
    }
}

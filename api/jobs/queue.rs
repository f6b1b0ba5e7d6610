//! A queue of jobs in the database. Jobs that are due are claimed with a lease, and the result of each attempt is
//! stored.
//!
//! All functions run in the caller's transaction. Jobs themselves run outside any transaction, because a transaction
//! must not wait for another machine.

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
/// How many jobs a claim reads. The claim takes fewer, because some have expired and some share a lane.
const CANDIDATES: i64 = 200;

/// The rows of one kind of job.
pub trait Queue: 'static {
    /// The id of a job.
    type Id: Copy + Eq + Display + Send + Sync + 'static;
    /// A job that was claimed.
    type Job: Send + Sync + 'static;
    /// The result of an attempt, as it is stored.
    type Attempt: Clone + Send + Sync + 'static;

    /// The id of a job.
    fn id(job: &Self::Job) -> Self::Id;

    /// The lane of a job. Jobs of one lane may delay each other, but not jobs of other lanes.
    fn lane(job: &Self::Job) -> &str;

    /// The jobs that are due and not leased, longest waiting first, except those in the given lanes. Other
    /// claims are locked out until the transaction ends.
    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<Self::Id>>, Error>;

    /// Leases jobs that are due and not leased, and reads them.
    fn lease(conn: &mut Conn, ids: &[Self::Id], lease: Lease, now: Instant) -> Result<Vec<Self::Job>, Error>;

    /// Extends leases, except of jobs that another runner has leased meanwhile.
    fn extend(conn: &mut Conn, ids: &[Self::Id], lease: Lease) -> Result<(), Error>;

    /// Gives up jobs that have expired.
    fn give_up_expired(conn: &mut Conn, ids: &[Self::Id]) -> Result<(), Error>;

    /// Stores the results of attempts. Storing them twice has no further effect.
    fn settle(conn: &mut Conn, holder: Uuid, attempts: &[Self::Attempt], now: Instant) -> Result<(), Error>;

    /// Returns all leases of a runner that stops.
    fn hand_back(conn: &mut Conn, holder: Uuid) -> Result<(), Error>;
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

/// What a runner wants to claim.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The lease of the claimed jobs.
    pub lease: Lease,
    /// How many jobs to claim at most.
    pub room: usize,
    /// How many jobs of one lane may be in progress at most.
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

/// Claims jobs that are due, longest waiting first. The jobs of each lane are limited, so that no lane delays
/// the others.
pub fn claim<Q: Queue>(conn: &mut Conn, wanted: &Wanted, now: Instant) -> Result<Claimed<Q::Job>, Error> {
    let mut under_way = wanted.under_way.clone();
    let full_lanes = under_way.iter().filter(|(_, count)| **count >= wanted.per_lane);
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
        *count <= wanted.per_lane
    };
    let chosen: Vec<Q::Id> = due.into_iter().filter(has_room).map(|due| due.id).take(wanted.room).collect();
    let jobs = if chosen.is_empty() { Vec::new() } else { Q::lease(conn, &chosen, wanted.lease, now)? };
    Ok(Claimed { jobs, expired: expired.len() })
}

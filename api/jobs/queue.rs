//! A queue of jobs in the database: jobs that are due are claimed with a lease, and what became of each
//! is written down.
//!
//! Everything here is a part of a transaction of the caller's. No job is carried out in one: a
//! transaction never waits for anybody outside.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use uuid::Uuid;

use crate::db::engine::Conn;
pub use crate::db::store::mails::outbox::Lease;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// How long whoever carries jobs out waits until it looks for new ones, if nobody wakes it.
pub const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Jobs that a claim looks at: more than it takes, because some are expired and some share a lane.
const LOOKED_AT: i64 = 200;

/// The rows of one kind of job.
pub trait Queue: 'static {
    /// What names a job.
    type Id: Copy + Eq + Display + Send + Sync + 'static;
    /// A job that was claimed.
    type Job: Send + Sync + 'static;
    /// An attempt that is over, as it is written down.
    type Attempt: Clone + Send + Sync + 'static;

    /// What names a job.
    fn id(job: &Self::Job) -> Self::Id;

    /// The lane of a job. Jobs of one lane may delay each other and no others.
    fn lane(job: &Self::Job) -> &str;

    /// The jobs whose turn has come and that nobody holds, longest waiting first, none of them in one of
    /// these lanes. No other claim is under way until the transaction ends.
    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<Self::Id>>, Error>;

    /// Leases jobs that are due and that nobody holds, and reads them.
    fn lease(conn: &mut Conn, ids: &[Self::Id], lease: Lease, now: Instant) -> Result<Vec<Self::Job>, Error>;

    /// Makes leases last longer, unless somebody else holds the jobs by now.
    fn extend(conn: &mut Conn, ids: &[Self::Id], lease: Lease) -> Result<(), Error>;

    /// Gives up jobs whose time is over.
    fn give_up_expired(conn: &mut Conn, ids: &[Self::Id]) -> Result<(), Error>;

    /// Writes down how attempts ended, all in one transaction. Doing it twice changes nothing more.
    fn settle(conn: &mut Conn, holder: Uuid, attempts: &[Self::Attempt], now: Instant) -> Result<(), Error>;

    /// Gives back every lease of a holder that stops.
    fn hand_back(conn: &mut Conn, holder: Uuid) -> Result<(), Error>;
}

/// A job whose turn has come.
#[derive(Debug, Clone)]
pub struct Due<Id> {
    /// What names it.
    pub id: Id,
    /// Its lane.
    pub lane: String,
    /// When it is not worth an attempt any more.
    pub expires_at: Instant,
}

/// What a claim asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The right it asks for.
    pub lease: Lease,
    /// How many jobs.
    pub room: usize,
    /// How many jobs of one lane may be under way at most.
    pub per_lane: usize,
    /// How many are under way already, by lane.
    pub under_way: HashMap<String, usize>,
}

/// What was claimed.
#[derive(Debug)]
pub struct Claimed<Job> {
    /// Jobs to carry out.
    pub jobs: Vec<Job>,
    /// How many were given up because their time is over.
    pub expired: usize,
}

/// Takes jobs that are due, longest waiting first, but never so many of one lane that it keeps the
/// others waiting.
pub fn claim<Q: Queue>(conn: &mut Conn, wanted: &Wanted, now: Instant) -> Result<Claimed<Q::Job>, Error> {
    let mut under_way = wanted.under_way.clone();
    let full = under_way.iter().filter(|(_, count)| **count >= wanted.per_lane);
    let full: Vec<String> = full.map(|(lane, _)| lane.clone()).collect();
    let due = Q::list_due(conn, now, &full, LOOKED_AT)?;
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

//! What the runner has to know of a kind of job.

use std::time::Duration;

use crate::domain::values::calendar::Instant;
use crate::jobs::queue::Queue;

/// How many jobs of a kind may be under way.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs that are not late.
    pub at_once: usize,
    /// Of these in one lane, so that a slow lane leaves room for the others.
    pub per_lane: usize,
    /// Late jobs that take no room from others.
    pub late: usize,
    /// Of these in one lane.
    pub late_per_lane: usize,
}

/// A kind of job: where its jobs wait, and what an attempt at one is.
pub trait Kind: Send + Sync + 'static {
    /// Where its jobs wait.
    type Queue: Queue;
    /// Why an attempt failed.
    type Failure: Copy + Send + Sync + 'static;

    /// What the log calls it.
    const NAME: &'static str;
    /// How many jobs may be under way.
    const LIMITS: Limits;

    /// How long an attempt takes at most, unless it is late. A lease lasts as long at first, and a stop
    /// waits no longer.
    fn usual_time(&self) -> Duration;

    /// How long an attempt that is late may take at most.
    fn late_time(&self) -> Duration;

    /// Makes one attempt, outside any transaction.
    fn attempt(
        &self,
        job: &<Self::Queue as Queue>::Job,
    ) -> impl Future<Output = Result<(), Self::Failure>> + Send + 'static;

    /// Why an attempt failed that a stop has broken off.
    fn unfinished() -> Self::Failure;

    /// Whether a failure is the trouble of whoever serves all jobs: no job is to blame, and all wait
    /// until it is over.
    fn is_outage(failure: Self::Failure) -> bool;

    /// The code of a failure, for the log.
    fn code(failure: Self::Failure) -> &'static str;

    /// How long nothing is attempted after so many outages in a row.
    fn pause_after(outages: u32) -> Duration;

    /// Decides what becomes of a job after an attempt that took so long: done, tried again, or given up.
    fn conclude(
        &self,
        job: &<Self::Queue as Queue>::Job,
        outcome: Result<(), Self::Failure>,
        took: Duration,
        now: Instant,
    ) -> <Self::Queue as Queue>::Attempt;

    /// Notes that so many jobs were given up because their time is over.
    fn expired(&self, jobs: usize);
}

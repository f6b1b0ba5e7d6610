//! The trait of a kind of job: its queue, its limits and its attempts.

use std::time::Duration;

use crate::domain::values::calendar::Instant;
use crate::jobs::queue::Queue;

/// How many jobs of a kind may be in progress.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs that are not late.
    pub at_once: usize,
    /// Jobs in one lane that are not late, so that a slow lane leaves room for the others.
    pub per_lane: usize,
    /// Late jobs that do not count towards `at_once`.
    pub late: usize,
    /// Late jobs in one lane that do not count towards `per_lane`.
    pub late_per_lane: usize,
}

/// A kind of job: its queue, and how an attempt is made.
pub trait JobKind: Send + Sync + 'static {
    /// The queue of its jobs.
    type Queue: Queue;
    /// Why an attempt failed.
    type Failure: Copy + Send + Sync + 'static;

    /// The kind's name in the log.
    const NAME: &'static str;
    /// How many jobs may be in progress.
    const LIMITS: Limits;

    /// How long an attempt may take before it counts as late. The first lease is based on this time, and a stop waits
    /// no longer for attempts in progress.
    fn usual_time(&self) -> Duration;

    /// How much longer a late attempt may take. The extended lease is based on this time.
    fn late_time(&self) -> Duration;

    /// Makes one attempt, outside any transaction.
    fn attempt(
        &self,
        job: &<Self::Queue as Queue>::Job,
    ) -> impl Future<Output = Result<(), Self::Failure>> + Send + 'static;

    /// The failure of an attempt that was cancelled because the service stops.
    fn unfinished() -> Self::Failure;

    /// Whether a failure affects all jobs, such as an outage of a server. Then all jobs wait.
    fn is_outage(failure: Self::Failure) -> bool;

    /// The code of a failure, for the log.
    fn code(failure: Self::Failure) -> &'static str;

    /// How long to pause after this number of outages in a row.
    fn pause_after(outages: u32) -> Duration;

    /// Decides what happens to a job after an attempt: it is done, tried again, or given up.
    fn conclude(
        &self,
        job: &<Self::Queue as Queue>::Job,
        outcome: Result<(), Self::Failure>,
        took: Duration,
        now: Instant,
    ) -> <Self::Queue as Queue>::AttemptResult;

    /// Is called with the number of expired jobs that were given up.
    fn expired(&self, jobs: usize);
}

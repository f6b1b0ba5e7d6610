//! Counts the jobs and commits of the database, for metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The counts since the process started.
#[derive(Debug, Default)]
pub struct Load {
    /// Reading jobs.
    pub reads: Arc<QueueLoad>,
    /// Writing jobs.
    pub writes: Arc<QueueLoad>,
    /// Commits of writing jobs.
    pub commits: Commits,
}

/// Counts of the waiting, running and started jobs of one kind.
#[derive(Debug, Default)]
pub struct QueueLoad {
    waiting: AtomicU64,
    under_way: AtomicU64,
    served: AtomicU64,
    waited_micros: AtomicU64,
}

impl QueueLoad {
    /// Counts a job as waiting until [`QueueSlot::start`] is called or the slot is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> QueueSlot {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        QueueSlot { queue: Arc::clone(self), since: Instant::now(), is_started: false }
    }

    /// The number of jobs that wait now.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The number of jobs that run now or wait for their commit.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.under_way.load(Ordering::Relaxed)
    }

    /// The number of jobs that have started.
    #[must_use]
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// How long the started jobs waited, in total.
    #[must_use]
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited_micros.load(Ordering::Relaxed))
    }
}

/// The place of one job in the counts. Dropping it means that the job has ended.
#[derive(Debug)]
pub(super) struct QueueSlot {
    queue: Arc<QueueLoad>,
    since: Instant,
    is_started: bool,
}

impl QueueSlot {
    /// Counts the job as running.
    pub(super) fn start(&mut self) {
        self.is_started = true;
        self.queue.waiting.fetch_sub(1, Ordering::Relaxed);
        self.queue.under_way.fetch_add(1, Ordering::Relaxed);
        self.queue.served.fetch_add(1, Ordering::Relaxed);
        self.queue.waited_micros.fetch_add(micros(self.since), Ordering::Relaxed);
    }
}

impl Drop for QueueSlot {
    fn drop(&mut self) {
        let count = if self.is_started { &self.queue.under_way } else { &self.queue.waiting };
        count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The number of commits, the number of jobs in them, and their total duration.
#[derive(Debug, Default)]
pub struct Commits {
    count: AtomicU64,
    jobs: AtomicU64,
    micros: AtomicU64,
}

impl Commits {
    /// Counts a confirmed commit of `jobs` jobs that began at `begun`.
    pub(super) fn add(&self, jobs: usize, begun: Instant) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(u64::try_from(jobs).unwrap_or(0), Ordering::Relaxed);
        self.micros.fetch_add(micros(begun), Ordering::Relaxed);
    }

    /// The number of commits.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The number of committed jobs.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }

    /// The total duration of the commits.
    #[must_use]
    pub fn took(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_counts_as_waiting_then_as_running_and_only_a_started_job_counts_as_served() {
        let queue = Arc::new(QueueLoad::default());
        let (mut first, second) = (queue.enter(), queue.enter());
        assert_eq!((queue.waiting(), queue.under_way(), queue.served()), (2, 0, 0));
        first.start();
        assert_eq!((queue.waiting(), queue.under_way(), queue.served()), (1, 1, 1));
        drop((first, second));
        assert_eq!((queue.waiting(), queue.under_way(), queue.served()), (0, 0, 1));
    }
}

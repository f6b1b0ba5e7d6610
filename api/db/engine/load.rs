//! How busy the database is, in plain numbers for whoever watches over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The numbers since the process began.
#[derive(Debug, Default)]
pub struct Load {
    /// Jobs that read.
    pub reads: Arc<Line>,
    /// Jobs that write.
    pub writes: Arc<Line>,
    /// Commits of writes.
    pub commits: Commits,
}

/// Jobs that wait for their turn, and those that have it.
#[derive(Debug, Default)]
pub struct Line {
    waiting: AtomicU64,
    under_way: AtomicU64,
    served: AtomicU64,
    waited_micros: AtomicU64,
}

impl Line {
    /// Puts a job in line until the place is dropped.
    pub(super) fn join(self: &Arc<Self>) -> Place {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Place { line: Arc::clone(self), since: Instant::now(), has_turn: false }
    }

    /// Jobs that wait now.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Jobs that run now, or whose commit is awaited.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.under_way.load(Ordering::Relaxed)
    }

    /// Jobs that had their turn.
    #[must_use]
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// How long they waited for it, all together.
    #[must_use]
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited_micros.load(Ordering::Relaxed))
    }
}

/// A job's place in line.
#[derive(Debug)]
pub(super) struct Place {
    line: Arc<Line>,
    since: Instant,
    has_turn: bool,
}

impl Place {
    /// The job's turn has come.
    pub(super) fn take_turn(&mut self) {
        self.has_turn = true;
        self.line.waiting.fetch_sub(1, Ordering::Relaxed);
        self.line.under_way.fetch_add(1, Ordering::Relaxed);
        self.line.served.fetch_add(1, Ordering::Relaxed);
        self.line.waited_micros.fetch_add(micros(self.since), Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = if self.has_turn { &self.line.under_way } else { &self.line.waiting };
        left.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Commits: how many, how long, and how many jobs they carried.
#[derive(Debug, Default)]
pub struct Commits {
    count: AtomicU64,
    jobs: AtomicU64,
    micros: AtomicU64,
}

impl Commits {
    /// Counts a commit that was confirmed, carried so many jobs and was begun at an instant.
    pub(super) fn add(&self, jobs: usize, begun: Instant) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(u64::try_from(jobs).unwrap_or(0), Ordering::Relaxed);
        self.micros.fetch_add(micros(begun), Ordering::Relaxed);
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Jobs that they carried, all together.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }

    /// How long they took, all together.
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
    fn a_job_waits_then_runs_then_is_gone_and_one_that_gives_up_leaves_no_trace() {
        let line = Arc::new(Line::default());
        let (mut first, second) = (line.join(), line.join());
        assert_eq!((line.waiting(), line.under_way(), line.served()), (2, 0, 0));
        first.take_turn();
        assert_eq!((line.waiting(), line.under_way(), line.served()), (1, 1, 1));
        drop((first, second));
        assert_eq!((line.waiting(), line.under_way(), line.served()), (0, 0, 1));
    }
}

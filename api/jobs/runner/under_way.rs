//! The jobs in progress, and how many more jobs may be started.
//!
//! Some attempts take minutes and should not be cancelled: a mail that waits for the server's last reply would be sent
//! twice. So an attempt that takes longer than usual counts as late, and another job may take its place. A lane that
//! hangs does not delay the others.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::Id;
use tokio::time::Instant;

use super::kind::Limits;

/// The jobs in progress, by the task that runs them.
pub(super) struct UnderWay<Job> {
    attempts: HashMap<Id, StartedJob<Job>>,
    limits: Limits,
    late_after: Duration,
}

/// A job in progress.
pub(super) struct StartedJob<Job> {
    pub(super) job: Job,
    pub(super) since: Instant,
    /// Whether the job's lease was extended.
    extended: bool,
}

/// Jobs that are counted together.
#[derive(Default)]
struct Count {
    in_time: usize,
    late: usize,
}

impl Count {
    fn add(&mut self, late: bool) {
        self.late += usize::from(late);
        self.in_time += usize::from(!late);
    }

    /// How many places the jobs take, if up to `free_late` late jobs take none.
    const fn taken(&self, free_late: usize) -> usize {
        self.in_time + self.late.saturating_sub(free_late)
    }
}

impl<Job> UnderWay<Job> {
    /// Makes an empty set of jobs.
    pub(super) fn new(limits: Limits, late_after: Duration) -> Self {
        Self { attempts: HashMap::new(), limits, late_after }
    }

    pub(super) fn begin(&mut self, task: Id, job: Job) {
        self.attempts.insert(task, StartedJob { job, since: Instant::now(), extended: false });
    }

    pub(super) fn end(&mut self, task: Id) -> Option<StartedJob<Job>> {
        self.attempts.remove(&task)
    }

    fn is_late(&self, started: &StartedJob<Job>) -> bool {
        started.since.elapsed() > self.late_after
    }

    /// How many more jobs may be started.
    pub(super) fn room(&self) -> usize {
        let mut count = Count::default();
        self.attempts.values().for_each(|started| count.add(self.is_late(started)));
        self.limits.at_once.saturating_sub(count.taken(self.limits.late))
    }

    /// How many places the jobs of each lane take.
    pub(super) fn by_lane(&self, lane: impl Fn(&Job) -> &str) -> HashMap<String, usize> {
        let mut counts: HashMap<&str, Count> = HashMap::new();
        for started in self.attempts.values() {
            counts.entry(lane(&started.job)).or_default().add(self.is_late(started));
        }
        let late = self.limits.late_per_lane;
        counts.into_iter().map(|(lane, count)| (lane.to_owned(), count.taken(late))).collect()
    }

    /// Late jobs whose leases were not extended yet.
    pub(super) fn newly_late(&self) -> Vec<&Job> {
        let late = |started: &&StartedJob<Job>| !started.extended && self.is_late(started);
        self.attempts.values().filter(late).map(|started| &started.job).collect()
    }

    /// All jobs whose leases were not extended yet.
    pub(super) fn not_extended(&self) -> Vec<&Job> {
        self.attempts.values().filter(|started| !started.extended).map(|started| &started.job).collect()
    }

    /// Marks jobs whose leases were extended.
    pub(super) fn mark_extended(&mut self, is_extended: impl Fn(&Job) -> bool) {
        for started in self.attempts.values_mut() {
            started.extended |= is_extended(&started.job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { at_once: 3, per_lane: 2, late: 2, late_per_lane: 1 };

    /// Starts one job for each of these lanes.
    fn start(lanes: &[&'static str], late_after: Duration) -> UnderWay<&'static str> {
        let mut under_way = UnderWay::new(LIMITS, late_after);
        for lane in lanes {
            under_way.begin(tokio::spawn(async {}).id(), *lane);
        }
        under_way
    }

    fn taken(under_way: &UnderWay<&'static str>, lane: &str) -> Option<usize> {
        under_way.by_lane(|job| job).get(lane).copied()
    }

    #[tokio::test]
    async fn jobs_in_time_take_one_place_each() {
        let under_way = start(&["a", "a", "b"], Duration::from_hours(1));
        assert_eq!((under_way.room(), taken(&under_way, "a"), taken(&under_way, "b")), (0, Some(2), Some(1)));
        assert_eq!((taken(&under_way, "c"), under_way.newly_late().len()), (None, 0));
    }

    #[tokio::test]
    async fn late_jobs_take_places_only_beyond_the_limits_of_late_jobs() {
        let mut under_way = start(&["a", "a"], Duration::ZERO);
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!((under_way.room(), taken(&under_way, "a")), (3, Some(1)));
        under_way.begin(tokio::spawn(async {}).id(), "b");
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!((under_way.room(), taken(&under_way, "b")), (2, Some(0)));
    }

    #[tokio::test]
    async fn a_late_job_is_reported_until_its_lease_is_extended() {
        let mut under_way = start(&["a", "b"], Duration::ZERO);
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!((under_way.newly_late().len(), under_way.not_extended().len()), (2, 2));
        under_way.mark_extended(|job| *job == "a");
        assert_eq!((under_way.newly_late(), under_way.not_extended()), (vec![&"b"], vec![&"b"]));
    }
}

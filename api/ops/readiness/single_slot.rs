//! Runs jobs that may hang, one at a time. A job is refused while another one is running.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use tokio::sync::oneshot;

/// A slot for one job at a time.
#[derive(Debug, Default)]
pub(super) struct SingleSlot(Mutex<Option<Occupant>>);

/// The job that took the slot last.
#[derive(Debug)]
struct Occupant {
    running: Weak<RunningJob>,
    since: Stopwatch,
}

/// Exists until the job ends, even if nobody waits for its result any more.
#[derive(Debug)]
struct RunningJob(());

impl SingleSlot {
    /// Takes the slot. Returns `None` if a job is running in it.
    fn occupy(&self) -> Option<Arc<RunningJob>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(Occupant::is_running) {
            return None;
        }
        let running = Arc::new(RunningJob(()));
        *last = Some(Occupant { running: Arc::downgrade(&running), since: Stopwatch::now() });
        Some(running)
    }

    /// Runs a job that may block. Returns `None` if the job does not end within `timeout`, or if the previous job is
    /// still running.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        timeout: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let running = self.occupy()?;
        let (sender, receiver) = oneshot::channel();
        // The job does not run on a thread of the runtime, because the runtime waits for its threads when it stops, and
        // the job may never end.
        let thread = thread::Builder::new().name("readiness".to_owned());
        let spawned = thread.spawn(move || {
            let done = job();
            drop(running);
            // An error means that the caller has stopped waiting.
            let _ = sender.send(done);
        });
        spawned.ok()?;
        tokio::time::timeout(timeout, receiver).await.ok()?.ok()
    }

    /// Whether a job has been running for at least `duration`.
    pub(super) fn is_occupied_for(&self, duration: Duration) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().is_some_and(|last| last.is_running() && last.since.elapsed() >= duration)
    }

    /// Frees the slot although its job has not ended.
    pub(super) fn release(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Occupant {
    fn is_running(&self) -> bool {
        self.running.strong_count() > 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn a_job_that_hangs_times_out_and_no_other_job_starts_until_it_ends() {
        let slot = SingleSlot::default();
        let (long, short) = (Duration::from_mins(1), Duration::from_millis(50));
        let (sender, receiver) = channel();
        assert_eq!(slot.run(short, move || receiver.recv().is_ok()).await, None);
        let started = Stopwatch::now();
        assert_eq!(slot.run(long, || panic!("a job started while another one hangs")).await, None::<()>);
        assert!(started.elapsed() < long);
        sender.send(()).unwrap();
        while slot.is_occupied_for(Duration::ZERO) {
            tokio::time::sleep(short).await;
        }
        assert_eq!(slot.run(long, || 7).await, Some(7));
    }

    #[test]
    fn the_slot_is_free_after_its_job_has_ended_or_after_a_release() {
        let slot = SingleSlot::default();
        let first = slot.occupy();
        assert!(first.is_some() && slot.occupy().is_none());
        assert!(slot.is_occupied_for(Duration::ZERO) && !slot.is_occupied_for(Duration::from_mins(1)));
        drop(first);
        assert!(!slot.is_occupied_for(Duration::ZERO));
        let lost = slot.occupy();
        slot.release();
        let second = slot.occupy();
        drop(lost);
        assert!(second.is_some() && slot.occupy().is_none(), "the end of the lost job frees nothing");
    }
}

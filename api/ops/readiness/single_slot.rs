//! Runs jobs that may hang: one at a time, and a job is refused while another one runs.

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

/// Held by a job until it ends, even if nobody waits for it any more.
#[derive(Debug)]
struct RunningJob(());

impl SingleSlot {
    /// Takes the slot, unless a job is running in it.
    fn occupy(&self) -> Option<Arc<RunningJob>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(Occupant::is_running) {
            return None;
        }
        let begun = Arc::new(RunningJob(()));
        *last = Some(Occupant { running: Arc::downgrade(&begun), since: Stopwatch::now() });
        Some(begun)
    }

    /// Runs a job that may block, and waits for it no longer than `timeout`. Returns nothing after the timeout, or if
    /// the job before is still running.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        timeout: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let running = self.occupy()?;
        let (sender, receiver) = oneshot::channel();
        // Not a thread of the runtime, because the runtime waits for its threads when it stops, and the job may
        // never end.
        let thread = thread::Builder::new().name("readiness".to_owned());
        let begun = thread.spawn(move || {
            let done = job();
            drop(running);
            // After the timeout nobody receives it.
            let _ = sender.send(done);
        });
        begun.ok()?;
        tokio::time::timeout(timeout, receiver).await.ok()?.ok()
    }

    /// Whether a job has been running for at least `long`.
    pub(super) fn is_occupied_for(&self, long: Duration) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().is_some_and(|last| last.is_running() && last.since.elapsed() >= long)
    }

    /// Frees the slot of a job that will never end.
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
    async fn a_job_that_hangs_is_waited_for_once_and_no_other_is_begun_until_it_ends() {
        let slot = SingleSlot::default();
        let (long, brief) = (Duration::from_mins(1), Duration::from_millis(50));
        let (go, wait) = channel();
        assert_eq!(slot.run(brief, move || wait.recv().is_ok()).await, None);
        let begun = Stopwatch::now();
        assert_eq!(slot.run(long, || panic!("begun behind one that hangs")).await, None::<()>);
        assert!(begun.elapsed() < long);
        go.send(()).unwrap();
        while slot.is_occupied_for(Duration::ZERO) {
            tokio::time::sleep(brief).await;
        }
        assert_eq!(slot.run(long, || 7).await, Some(7));
    }

    #[test]
    fn no_job_takes_the_slot_until_the_one_before_has_ended_or_is_given_up() {
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

//! A door for what may hang as long as it likes: one is inside at a time, and nobody queues behind it.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use tokio::sync::oneshot;

/// Lets one in at a time.
#[derive(Debug, Default)]
pub(super) struct Door(Mutex<Option<Entry>>);

#[derive(Debug)]
struct Entry {
    inside: Weak<Inside>,
    since: Stopwatch,
}

/// Held by what is inside until it ends, even if everybody who waited for it has gone.
#[derive(Debug)]
struct Inside(());

impl Door {
    /// Goes in, unless somebody is inside.
    fn enter(&self) -> Option<Arc<Inside>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_some_and(Entry::goes_on) {
            return None;
        }
        let entered = Arc::new(Inside(()));
        *last = Some(Entry { inside: Arc::downgrade(&entered), since: Stopwatch::now() });
        Some(entered)
    }

    /// Runs a job that may block, and waits for it no longer than this. Nothing comes of it either while the
    /// one before it hangs.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        patience: Duration,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let inside = self.enter()?;
        let (tell, told) = oneshot::channel();
        // A thread of its own: a runtime waits for its own when it ends, and this one may never.
        let thread = thread::Builder::new().name("readiness".to_owned());
        let begun = thread.spawn(move || {
            let done = job();
            drop(inside);
            // Nobody listens any more if it was late.
            let _ = tell.send(done);
        });
        begun.ok()?;
        tokio::time::timeout(patience, told).await.ok()?.ok()
    }

    /// Whether somebody has been inside for as long as this.
    pub(super) fn is_taken_for(&self, long: Duration) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().is_some_and(|entry| entry.goes_on() && entry.since.elapsed() >= long)
    }

    /// Opens it behind somebody who is known to be lost.
    pub(super) fn give_up(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Entry {
    fn goes_on(&self) -> bool {
        self.inside.strong_count() > 0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn a_job_that_hangs_is_waited_for_once_and_no_other_is_begun_until_it_ends() {
        let door = Door::default();
        let (long, brief) = (Duration::from_mins(1), Duration::from_millis(50));
        let (go, wait) = channel();
        assert_eq!(door.run(brief, move || wait.recv().is_ok()).await, None);
        let begun = Stopwatch::now();
        assert_eq!(door.run(long, || panic!("begun behind one that hangs")).await, None::<()>);
        assert!(begun.elapsed() < long);
        go.send(()).unwrap();
        while door.is_taken_for(Duration::ZERO) {
            tokio::time::sleep(brief).await;
        }
        assert_eq!(door.run(long, || 7).await, Some(7));
    }

    #[test]
    fn nobody_gets_in_beside_another_until_he_has_left_or_is_given_up() {
        let door = Door::default();
        let first = door.enter();
        assert!(first.is_some() && door.enter().is_none());
        assert!(door.is_taken_for(Duration::ZERO) && !door.is_taken_for(Duration::from_mins(1)));
        drop(first);
        assert!(!door.is_taken_for(Duration::ZERO));
        let lost = door.enter();
        door.give_up();
        let second = door.enter();
        drop(lost);
        assert!(second.is_some() && door.enter().is_none(), "the lost one's end lets nobody in");
    }
}

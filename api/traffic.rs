//! How many requests are under way, and whether more are let in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a request is for: the less it matters when everything is late, the sooner it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody watches over the process: never refused.
    Watch,
    /// Something is filed or changed: refused last.
    Write,
    /// Something is looked at: refused first.
    Read,
}

/// The requests under way.
pub struct Traffic {
    most: usize,
    under_way: AtomicUsize,
    leaving: AtomicBool,
}

impl Traffic {
    /// Lets in `most` requests at once, and reads only up to three quarters of it.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { most, under_way: AtomicUsize::new(0), leaving: AtomicBool::new(false) }
    }

    /// Lets a request in, or nothing if there are too many. It counts until the entry is dropped.
    #[must_use]
    pub fn enter(&self, purpose: Purpose) -> Option<Entry<'_>> {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        let entry = Entry(self);
        let mark = match purpose {
            Purpose::Watch => usize::MAX,
            Purpose::Write => self.most,
            Purpose::Read => self.most.saturating_mul(3).div_ceil(4),
        };
        (before < mark).then_some(entry)
    }

    /// How many requests are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// Says from now on that the service is about to stop.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to stop.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }
}

/// A request that was let in.
pub struct Entry<'a>(&'a Traffic);

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_refused_before_writes_and_watchers_never() {
        let traffic = Traffic::new(4);
        let reads: Vec<_> = (0..3).map(|_| traffic.enter(Purpose::Read).unwrap()).collect();
        assert!(traffic.enter(Purpose::Read).is_none());
        let write = traffic.enter(Purpose::Write).unwrap();
        assert!(traffic.enter(Purpose::Write).is_none());
        drop(traffic.enter(Purpose::Watch).unwrap());
        assert_eq!(traffic.under_way(), 4, "what is refused counts no longer");
        drop((reads, write));
        assert_eq!(traffic.under_way(), 0);
        assert!(Traffic::new(1).enter(Purpose::Read).is_some(), "the smallest service can be read");
    }
}

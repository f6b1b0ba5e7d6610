//! Requests under way, counted so that too many are turned away early, filings last, and so that a
//! service that is about to stop says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a request asks for, as far as overload is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Errand {
    /// Reads; turned away first, for it can be repeated at no cost to anybody.
    Read,
    /// Files or changes something; turned away last, for a deadline may end tonight.
    Filing,
}

/// How many requests are under way, and whether more are welcome.
#[derive(Debug)]
pub struct Traffic {
    under_way: AtomicUsize,
    most: usize,
    most_for_reads: usize,
    draining: AtomicBool,
}

impl Traffic {
    /// Lets at most `most` requests be under way. Reads are turned away from three quarters of that
    /// on, so that a crowd of readers always leaves room for filings.
    #[must_use]
    pub const fn at_most(most: usize) -> Self {
        Self {
            under_way: AtomicUsize::new(0),
            most,
            most_for_reads: most - most / 4,
            draining: AtomicBool::new(false),
        }
    }

    /// Lets a request in, or nothing if too many are under way. It is over when the turn is dropped.
    #[must_use]
    pub fn enter(self: &Arc<Self>, errand: Errand) -> Option<Turn> {
        let turn = self.enter_always();
        let most = match errand {
            Errand::Read => self.most_for_reads,
            Errand::Filing => self.most,
        };
        (turn.before < most).then_some(turn)
    }

    /// Lets a request in that is never turned away: a probe.
    #[must_use]
    pub fn enter_always(self: &Arc<Self>) -> Turn {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        Turn { traffic: Arc::clone(self), before }
    }

    /// How many requests are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// From now on callers are told to go elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// One request under way.
#[derive(Debug)]
pub struct Turn {
    traffic: Arc<Traffic>,
    before: usize,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.traffic.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_turned_away_before_filings_and_come_back_first_when_room_is_made() {
        let traffic = Arc::new(Traffic::at_most(4));
        let mut turns: Vec<Turn> = (0..3).filter_map(|_| traffic.enter(Errand::Read)).collect();
        assert_eq!(turns.len(), 3);
        assert!(traffic.enter(Errand::Read).is_none());
        turns.push(traffic.enter(Errand::Filing).unwrap());
        assert!(traffic.enter(Errand::Filing).is_none());
        let probe = traffic.enter_always();
        assert_eq!(traffic.under_way(), 5);
        drop(probe);
        turns.truncate(2);
        assert!(traffic.enter(Errand::Read).is_some());
        turns.clear();
        assert_eq!(traffic.under_way(), 0, "those that were turned away count no more");
    }

    #[test]
    fn a_service_for_one_request_still_takes_it() {
        let traffic = Arc::new(Traffic::at_most(1));
        assert!(traffic.enter(Errand::Read).is_some());
        let _filing = traffic.enter(Errand::Filing).unwrap();
        assert!(traffic.enter(Errand::Filing).is_none());
    }
}

//! What is shared out, so that nobody has all of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many at a time for everybody who asks.
#[derive(Debug)]
pub struct Shares {
    most: usize,
    /// Whoever has none is not here.
    taken: Mutex<HashMap<String, usize>>,
}

impl Shares {
    /// Gives everybody at most so many.
    #[must_use]
    pub fn of_at_most(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Takes one, or nothing if somebody has all of theirs. It is given back when it is dropped.
    #[must_use]
    pub fn take(self: &Arc<Self>, who: &str) -> Option<Share> {
        let mut taken = self.taken();
        let own = taken.get(who).copied().unwrap_or_default();
        if own >= self.most {
            return None;
        }
        taken.insert(who.to_owned(), own + 1);
        Some(Share { shares: Arc::clone(self), who: who.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of somebody's share.
#[derive(Debug)]
pub struct Share {
    shares: Arc<Shares>,
    who: String,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken();
        match taken.get_mut(&self.who) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.who)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_share_and_nothing_is_kept_of_those_who_gave_theirs_back() {
        let shares = Arc::new(Shares::of_at_most(2));
        let mut own: Vec<Share> = (0..2).filter_map(|_| shares.take("a")).collect();
        assert_eq!(own.len(), 2);
        assert!(shares.take("a").is_none());
        own.push(shares.take("b").unwrap());
        own.remove(0);
        own.push(shares.take("a").unwrap());
        assert!(shares.take("a").is_none());
        own.clear();
        assert!(shares.taken().is_empty());
    }
}

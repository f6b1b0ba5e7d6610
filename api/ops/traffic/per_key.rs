//! Limits the permits of each key, such as an account or a client, so that no key takes all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Limits how many permits each key may hold at a time.
#[derive(Debug)]
pub struct PerKeyLimit {
    max: usize,
    /// How many permits each key holds. Keys without permits are not in the map.
    taken: Mutex<HashMap<String, usize>>,
}

impl PerKeyLimit {
    /// Allows each key at most `max` permits at a time.
    #[must_use]
    pub fn at_most(max: usize) -> Self {
        Self { max, taken: Mutex::default() }
    }

    /// Takes a permit for a key. Returns `None` if the key holds `max` permits. Dropping a permit returns it.
    #[must_use]
    pub fn acquire(self: &Arc<Self>, key: &str) -> Option<KeyPermit> {
        let mut taken = self.taken();
        let held = taken.get(key).copied().unwrap_or_default();
        if held >= self.max {
            return None;
        }
        taken.insert(key.to_owned(), held + 1);
        Some(KeyPermit { limit: Arc::clone(self), key: key.to_owned() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit of a key.
#[derive(Debug)]
pub struct KeyPermit {
    limit: Arc<PerKeyLimit>,
    key: String,
}

impl Drop for KeyPermit {
    fn drop(&mut self) {
        let mut taken = self.limit.taken();
        match taken.get_mut(&self.key) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(taken.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_limit_and_keys_without_permits_are_removed() {
        let limit = Arc::new(PerKeyLimit::at_most(2));
        let mut permits: Vec<KeyPermit> = (0..2).filter_map(|_| limit.acquire("a")).collect();
        assert_eq!(permits.len(), 2);
        assert!(limit.acquire("a").is_none());
        permits.push(limit.acquire("b").unwrap());
        permits.remove(0);
        permits.push(limit.acquire("a").unwrap());
        assert!(limit.acquire("a").is_none());
        permits.clear();
        assert!(limit.taken().is_empty());
    }
}

//! Budgets that limit callers, counted in this process with GCRA, the generic cell rate algorithm.
//!
//! A request whose cost depends on its result, such as a login, is taken from the budget before its work begins and given
//! back if it costs nothing. So requests at the same time cannot exceed the budget together.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Limited};

/// A number of requests per time window. Settings write it as `COUNT/SECONDS`, with at most 86,400 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The number of requests.
    pub quota: NonZeroU32,
    /// The length of the window.
    pub window: Duration,
}

impl FromStr for Budget {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (quota, seconds) = text.split_once('/').ok_or(())?;
        let seconds: u64 =
            seconds.trim().parse().ok().filter(|seconds| (1..=86_400).contains(seconds)).ok_or(())?;
        Ok(Self { quota: quota.trim().parse().map_err(|_| ())?, window: Duration::from_secs(seconds) })
    }
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// The budget's name.
    pub policy: &'static str,
    /// The size of the whole budget.
    pub budget: Budget,
    /// How many requests are left now.
    pub left: u32,
}

/// A budget for each key, such as an account or a client.
///
/// A key's budget is one instant: when it will be full again. A request moves this instant one interval into the future,
/// and is refused if the instant would then be further away than the budget's window. So a budget refills evenly.
pub struct Limit {
    policy: &'static str,
    budget: Budget,
    now: Box<dyn Fn() -> Duration + Send + Sync>,
    /// When each key's budget is full again, as the time since 1970. Keys with a full budget need not be in the map.
    full_at: Mutex<HashMap<String, Duration>>,
}

impl Limit {
    /// Creates the limit. `policy` is its name in `RateLimit-Policy`, `now` is the time since 1970.
    pub fn new(
        policy: &'static str,
        budget: Budget,
        now: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { policy, budget, now: Box::new(now), full_at: Mutex::default() }
    }

    /// Takes one request from a key's budget.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn take(&self, key: &str) -> Result<Remaining, Error> {
        let now = (self.now)();
        let mut full_at = self.full_at();
        let after = full_at.get(key).copied().unwrap_or(now).max(now) + self.interval();
        let missing = after.saturating_sub(now);
        if let Some(retry_after) = missing.checked_sub(self.capacity()).filter(|wait| !wait.is_zero()) {
            return Err(Error::Limited(Limited {
                policy: self.policy,
                quota: self.budget.quota.get(),
                window: self.budget.window,
                retry_after,
            }));
        }
        full_at.insert(key.to_owned(), after);
        let left = self.capacity().saturating_sub(missing).as_nanos() / self.interval().as_nanos();
        Ok(Remaining {
            policy: self.policy,
            budget: self.budget,
            left: u32::try_from(left).unwrap_or(u32::MAX),
        })
    }

    /// Gives back a request that [`Self::take`] took, because it turned out to cost nothing.
    pub fn give_back(&self, key: &str) {
        if let Some(full_at) = self.full_at().get_mut(key) {
            *full_at = full_at.saturating_sub(self.interval());
        }
    }

    /// Removes keys whose budget is full again.
    pub fn remove_idle(&self) {
        let now = (self.now)();
        let mut full_at = self.full_at();
        full_at.retain(|_, full_at| *full_at > now);
        full_at.shrink_to_fit();
    }

    /// The time in which an empty budget regains one request.
    fn interval(&self) -> Duration {
        (self.budget.window / self.budget.quota.get()).max(Duration::from_nanos(1))
    }

    /// The time in which an empty budget becomes full.
    fn capacity(&self) -> Duration {
        self.interval() * self.budget.quota.get()
    }

    fn full_at(&self) -> MutexGuard<'_, HashMap<String, Duration>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    fn limit(quota: u32, window: u64) -> (Limit, Arc<AtomicU64>) {
        let seconds = Arc::new(AtomicU64::new(1_675_382_400));
        let clock = Arc::clone(&seconds);
        let budget = Budget { quota: NonZeroU32::new(quota).unwrap(), window: Duration::from_secs(window) };
        (
            Limit::new("mails-per-address", budget, move || {
                Duration::from_secs(clock.load(Ordering::Relaxed))
            }),
            seconds,
        )
    }

    #[test]
    fn a_used_up_budget_says_when_the_next_request_is_allowed() {
        let (limit, seconds) = limit(3, 60);
        for left in [2, 1, 0] {
            assert_eq!(limit.take("a").unwrap().left, left);
        }
        let Err(Error::Limited(limited)) = limit.take("a") else { panic!("the fourth request was allowed") };
        assert_eq!((limited.quota, limited.retry_after), (3, Duration::from_secs(20)));
        seconds.fetch_add(19, Ordering::Relaxed);
        assert!(limit.take("a").is_err());
        seconds.fetch_add(1, Ordering::Relaxed);
        assert!(limit.take("a").is_ok());
    }

    #[test]
    fn each_key_has_its_own_budget() {
        let (limit, _) = limit(1, 60);
        assert!(limit.take("attacker").is_ok());
        assert!(limit.take("attacker").is_err());
        assert!(limit.take("clinic").is_ok());
    }

    #[test]
    fn a_request_that_is_given_back_costs_nothing() {
        let (limit, _) = limit(1, 60);
        for _ in 0..3 {
            assert!(limit.take("clinic").is_ok());
            assert!(limit.take("clinic").is_err());
            limit.give_back("clinic");
        }
        limit.give_back("nobody");
        assert!(limit.take("nobody").is_ok());
        assert!(limit.take("nobody").is_err());
    }

    #[test]
    fn only_keys_with_a_full_budget_are_removed() {
        let (limit, seconds) = limit(2, 60);
        limit.take("early").unwrap();
        seconds.fetch_add(20, Ordering::Relaxed);
        limit.take("late").unwrap();
        seconds.fetch_add(10, Ordering::Relaxed);
        limit.remove_idle();
        assert_eq!(limit.full_at().keys().collect::<Vec<_>>(), ["late"]);
    }

    proptest! {
        /// Within one window at most twice the quota is let through: a full budget, and what it regains.
        #[test]
        fn a_budget_never_lets_more_through_than_it_holds_and_regains(
            quota in 1_u32..20,
            window in 1_u64..100,
            pauses in prop::collection::vec(0_u64..10, 1..200),
        ) {
            let (limit, seconds) = limit(quota, window);
            let (mut passed, mut elapsed) = (0, 0);
            for pause in pauses {
                seconds.fetch_add(pause, Ordering::Relaxed);
                elapsed += pause;
                match limit.take("key") {
                    Ok(remaining) => {
                        passed += 1;
                        prop_assert!(remaining.left < quota);
                    }
                    Err(Error::Limited(limited)) => {
                        prop_assert!(limited.retry_after <= Duration::from_secs(window));
                    }
                    Err(other) => return Err(TestCaseError::fail(other.to_string())),
                }
                // An interval is rounded down to nanoseconds.
                let regained = f64::from(quota) * f64::from(u32::try_from(elapsed).unwrap_or(u32::MAX))
                    / f64::from(u32::try_from(window).unwrap_or(u32::MAX));
                prop_assert!(f64::from(passed) <= f64::from(quota) + regained + 0.001);
            }
        }
    }
}

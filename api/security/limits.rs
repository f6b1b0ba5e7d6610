//! Budgets that limit callers, counted in this process with GCRA, the generic cell rate algorithm, by the `governor`
//! crate.
//!
//! Budgets per client alone would lock out whole offices that share an address. Budgets per account alone would let
//! anybody lock out a clinic. So both are used, and a client that has logged in to an account before has a separate
//! budget for it.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

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

/// The service's clock for `governor`, as the time since 1970.
#[derive(Clone)]
pub struct ServiceClock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl GovernorClock for ServiceClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, ServiceClock, StateInformationMiddleware>;

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
pub struct Limit {
    policy: &'static str,
    budget: Budget,
    limiter: Limiter,
    clock: ServiceClock,
}

impl Limit {
    /// Creates the limit. `policy` is its name in `RateLimit-Policy`, `now` is the time since 1970.
    pub fn new(
        policy: &'static str,
        budget: Budget,
        now: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        let clock = ServiceClock(Arc::new(now));
        let period = budget.window.checked_div(budget.quota.get()).filter(|period| !period.is_zero());
        let quota = period
            .and_then(Quota::with_period)
            .unwrap_or_else(|| Quota::per_second(budget.quota))
            .allow_burst(budget.quota);
        let limiter = RateLimiter::dashmap_with_clock(quota, clock.clone()).with_middleware();
        Self { policy, budget, limiter, clock }
    }

    /// Takes one request from a key's budget.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn take(&self, key: &str) -> Result<Remaining, Error> {
        match self.limiter.check_key(&key.to_owned()) {
            Ok(state) => Ok(Remaining {
                policy: self.policy,
                budget: self.budget,
                left: state.remaining_burst_capacity(),
            }),
            Err(until) => Err(Error::Limited(Limited {
                policy: self.policy,
                quota: self.budget.quota.get(),
                window: self.budget.window,
                retry_after: until.wait_time_from(self.clock.now()),
            })),
        }
    }

    /// Removes keys whose budget is full again.
    pub fn remove_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

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
}

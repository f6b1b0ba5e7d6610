//! Requests under way, counted so that too many are turned away early, filings last, and so that a
//! service that is about to stop says so.

mod pace;
mod per_key;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub use pace::time_to_send;
pub use per_key::{KeyPermit, PerKeyLimit};

/// What an overload turns away first and last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestClass {
    /// Reads; turned away first, for it can be repeated at no cost to anybody.
    Read,
    /// Files or changes something; turned away last, for a deadline may end tonight.
    Filing,
}

/// Why a request is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Too many are under way.
    Overload,
    /// Its client has its whole share under way; others are admitted.
    ClientLimit,
}

/// A method as logs and metrics name it; callers can invent methods.
#[must_use]
pub fn known_method(method: &str) -> &'static str {
    const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

/// How many requests are under way, and whether more are welcome.
#[derive(Debug)]
pub struct Traffic {
    under_way: AtomicUsize,
    most: usize,
    most_for_reads: usize,
    /// What each client has under way.
    clients: Arc<PerKeyLimit>,
    draining: AtomicBool,
}

impl Traffic {
    /// Lets at most `most` requests be under way. Reads are turned away from three quarters of that
    /// on, so that a crowd of readers always leaves room for filings; and no client has more than its
    /// share, so that one who sends slowly on many connections leaves room for all others.
    #[must_use]
    pub fn at_most(most: usize, most_per_client: usize) -> Self {
        Self {
            under_way: AtomicUsize::new(0),
            most,
            most_for_reads: most - most / 4,
            clients: Arc::new(PerKeyLimit::at_most(most_per_client)),
            draining: AtomicBool::new(false),
        }
    }

    /// Admits a request of a client. It is over when the permit is dropped.
    ///
    /// # Errors
    /// Why it is not admitted.
    pub fn admit(self: &Arc<Self>, class: RequestClass, client: &str) -> Result<AdmissionPermit, Rejection> {
        let permit = self.admit_always();
        let most = match class {
            RequestClass::Read => self.most_for_reads,
            RequestClass::Filing => self.most,
        };
        if permit.before >= most {
            return Err(Rejection::Overload);
        }
        let of_client = self.clients.acquire(client).ok_or(Rejection::ClientLimit)?;
        Ok(AdmissionPermit { _client: Some(of_client), ..permit })
    }

    /// Admits a request that is never turned away: a probe.
    #[must_use]
    pub fn admit_always(self: &Arc<Self>) -> AdmissionPermit {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        AdmissionPermit { before, _client: None, _counted: CountedRequest(Arc::clone(self)) }
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
pub struct AdmissionPermit {
    before: usize,
    _client: Option<KeyPermit>,
    _counted: CountedRequest,
}

/// Counts as long as it is there.
#[derive(Debug)]
struct CountedRequest(Arc<Traffic>);

impl Drop for CountedRequest {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_turned_away_before_filings_and_come_back_first_when_room_is_made() {
        let traffic = Arc::new(Traffic::at_most(4, 9));
        let mut permits: Vec<AdmissionPermit> =
            (0..3).map_while(|_| traffic.admit(RequestClass::Read, "192.0.2.1").ok()).collect();
        assert_eq!(permits.len(), 3);
        assert_eq!(traffic.admit(RequestClass::Read, "192.0.2.1").unwrap_err(), Rejection::Overload);
        permits.push(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap());
        assert_eq!(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap_err(), Rejection::Overload);
        let probe = traffic.admit_always();
        assert_eq!(traffic.under_way(), 5);
        drop(probe);
        permits.truncate(2);
        assert!(traffic.admit(RequestClass::Read, "192.0.2.1").is_ok());
        permits.clear();
        assert_eq!(traffic.under_way(), 0, "those that were turned away count no more");
    }

    #[test]
    fn a_service_for_one_request_still_takes_it() {
        let traffic = Arc::new(Traffic::at_most(1, 9));
        assert!(traffic.admit(RequestClass::Read, "192.0.2.1").is_ok());
        let _filing = traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap();
        assert_eq!(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap_err(), Rejection::Overload);
    }

    #[test]
    fn a_client_that_has_its_share_leaves_the_rest_to_others() {
        let traffic = Arc::new(Traffic::at_most(8, 2));
        let own: Vec<AdmissionPermit> =
            (0..2).map_while(|_| traffic.admit(RequestClass::Filing, "192.0.2.1").ok()).collect();
        assert_eq!(own.len(), 2);
        assert_eq!(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap_err(), Rejection::ClientLimit);
        assert!(traffic.admit(RequestClass::Filing, "192.0.2.2").is_ok());
        drop(own);
        assert!(traffic.admit(RequestClass::Read, "192.0.2.1").is_ok());
        assert_eq!(traffic.under_way(), 0);
    }
}

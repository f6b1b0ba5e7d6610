//! Limits the requests in progress. In an overload, reads are rejected before filings. Also stores whether the service
//! is about to stop.

mod pace;
mod per_key;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub use pace::time_to_send;
pub use per_key::{KeyPermit, PerKeyLimit};

/// The kind of a request. In an overload, reads are rejected before filings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestClass {
    /// The request only reads, so its sender can repeat it later without harm.
    Read,
    /// The request files or changes something, and its deadline may be today.
    Filing,
}

/// Why a request is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Too many requests are in progress.
    Overload,
    /// Its client has too many requests in progress; other clients are admitted.
    ClientLimit,
}

/// The method's name for logs and metrics. Unknown methods, which callers can invent, share one name.
#[must_use]
pub fn known_method(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

/// The requests in progress, and their limits.
#[derive(Debug)]
pub struct Traffic {
    under_way: AtomicUsize,
    max_requests: usize,
    max_reads: usize,
    /// The requests in progress of each client.
    clients: Arc<PerKeyLimit>,
    draining: AtomicBool,
}

impl Traffic {
    /// Admits at most `max_requests` requests at a time. Reads are rejected from three quarters of that number on, so
    /// that they leave room for filings. Each client is limited to `max_per_client`, so that a client that sends slowly
    /// on many connections leaves room for other clients.
    #[must_use]
    pub fn at_most(max_requests: usize, max_per_client: usize) -> Self {
        Self {
            under_way: AtomicUsize::new(0),
            max_requests,
            max_reads: max_requests - max_requests / 4,
            clients: Arc::new(PerKeyLimit::at_most(max_per_client)),
            draining: AtomicBool::new(false),
        }
    }

    /// Admits a request of a client. The request counts as in progress until the permit is dropped.
    ///
    /// # Errors
    /// Why the request is not admitted.
    pub fn admit(self: &Arc<Self>, class: RequestClass, client: &str) -> Result<AdmissionPermit, Rejection> {
        let permit = self.admit_always();
        let max = match class {
            RequestClass::Read => self.max_reads,
            RequestClass::Filing => self.max_requests,
        };
        if permit.before >= max {
            return Err(Rejection::Overload);
        }
        let client_permit = self.clients.acquire(client).ok_or(Rejection::ClientLimit)?;
        Ok(AdmissionPermit { _client: Some(client_permit), ..permit })
    }

    /// Admits a request that is never rejected: a probe.
    #[must_use]
    pub fn admit_always(self: &Arc<Self>) -> AdmissionPermit {
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        AdmissionPermit { before, _client: None, _counted: CountedRequest(Arc::clone(self)) }
    }

    /// How many requests are in progress.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// Announces that the service is about to stop: `/readyz` fails, and answers close their connections.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The permit of an admitted request. The request counts as in progress until the permit is dropped.
#[derive(Debug)]
pub struct AdmissionPermit {
    /// How many requests were in progress before this one.
    before: usize,
    _client: Option<KeyPermit>,
    _counted: CountedRequest,
}

/// Counts a request as in progress until this value is dropped.
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
    fn reads_are_rejected_before_filings_and_admitted_again_when_there_is_room() {
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
        assert_eq!(traffic.under_way(), 0, "rejected requests are not counted");
    }

    #[test]
    fn a_limit_of_one_request_admits_one_read_or_filing() {
        let traffic = Arc::new(Traffic::at_most(1, 9));
        assert!(traffic.admit(RequestClass::Read, "192.0.2.1").is_ok());
        let _filing = traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap();
        assert_eq!(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap_err(), Rejection::Overload);
    }

    #[test]
    fn a_client_at_its_limit_does_not_block_other_clients() {
        let traffic = Arc::new(Traffic::at_most(8, 2));
        let permits: Vec<AdmissionPermit> =
            (0..2).map_while(|_| traffic.admit(RequestClass::Filing, "192.0.2.1").ok()).collect();
        assert_eq!(permits.len(), 2);
        assert_eq!(traffic.admit(RequestClass::Filing, "192.0.2.1").unwrap_err(), Rejection::ClientLimit);
        assert!(traffic.admit(RequestClass::Filing, "192.0.2.2").is_ok());
        drop(permits);
        assert!(traffic.admit(RequestClass::Read, "192.0.2.1").is_ok());
        assert_eq!(traffic.under_way(), 0);
    }
}

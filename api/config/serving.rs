//! The settings that limit how much the service accepts: timeouts, connections, requests, disk space.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;

/// The limits of the API's port, and the port of the metrics.
#[derive(Debug, Clone)]
pub struct Serving {
    /// How many connections may be open at once; others wait in the backlog.
    pub connections: usize,
    /// How many connections may wait to be accepted; the kernel may allow fewer.
    pub backlog: u32,
    /// How many requests may be in progress at once; reads are rejected from three quarters of this number
    /// on.
    pub requests: usize,
    /// How many requests of one client may be in progress at once.
    pub requests_per_client: usize,
    /// How long the head of a connection's first request may take.
    pub head_time: Duration,
    /// How long a connection may be idle between requests. It must be longer than balancers keep idle connections.
    pub keep_alive: Duration,
    /// How long a body may take to arrive. [`crate::ops::traffic::time_to_send`] adds time for the bytes that have
    /// arrived.
    pub body_time: Duration,
    /// How long a request may take from its head to its answer. [`crate::ops::traffic::time_to_send`] adds time for a
    /// request that sends a file.
    pub request_time: Duration,
    /// How long a service that was told to stop still accepts requests, so that balancers can see that it is not ready.
    pub drain_time: Duration,
    /// Where metrics are served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Free space below which the service is not ready, in bytes.
    pub disk_floor: u64,
}

impl Serving {
    pub(super) fn read(read: &mut Reader<'_>, sandbox: bool) -> Self {
        let mut seconds = |name, default, range| Duration::from_secs(read.number(name, default, range));
        let head_time = seconds("TODOKEDE_HEAD_SECONDS", 10, 1..=300);
        let keep_alive = seconds("TODOKEDE_KEEP_ALIVE_SECONDS", 75, 1..=3_600);
        let body_time = seconds("TODOKEDE_BODY_SECONDS", 30, 1..=600);
        let request_time = seconds("TODOKEDE_REQUEST_SECONDS", 60, 1..=900);
        let body_time = body_time.min(request_time);
        let drain_time = seconds("TODOKEDE_DRAIN_SECONDS", if sandbox { 0 } else { 5 }, 0..=300);
        Self {
            connections: size(read.number("TODOKEDE_MAX_CONNECTIONS", 4_000, 10..=1_000_000)),
            backlog: u32::try_from(read.number("TODOKEDE_BACKLOG", 1_024, 1..=65_535)).unwrap_or(u32::MAX),
            requests: size(read.number("TODOKEDE_MAX_REQUESTS", 1_024, 1..=100_000)),
            requests_per_client: size(read.number("TODOKEDE_MAX_REQUESTS_PER_CLIENT", 256, 1..=100_000)),
            head_time,
            keep_alive,
            body_time,
            request_time,
            drain_time,
            metrics: read.address("TODOKEDE_METRICS_LISTEN"),
            disk_floor: read.number("TODOKEDE_DISK_FLOOR_MIB", 256, 0..=1_000_000_000) * 1024 * 1024,
        }
    }

    /// A connection is closed if the service could write no byte to it for this long. The time is longer than a request
    /// may take and longer than a connection may be idle. So it only closes connections whose client sends an
    /// incomplete head or does not read its answer. Bytes that arrive extend the time by
    /// [`crate::ops::traffic::time_to_send`].
    #[must_use]
    pub fn longest_silence(&self) -> Duration {
        self.keep_alive.max(self.request_time) + self.head_time
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

//! The limits of serving: times, connections, requests, disk.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;

/// How much is taken on, and for how long it may last.
#[derive(Debug, Clone)]
pub struct Serving {
    /// Connections that are open at once; more wait in the backlog.
    pub connections: usize,
    /// Connections that wait to be accepted; the kernel may allow fewer.
    pub backlog: u32,
    /// Requests under way at once; reads are turned away from three quarters of it on.
    pub requests: usize,
    /// Requests of one client under way at once.
    pub requests_per_client: usize,
    /// How long the head of a connection's first request may take.
    pub head_time: Duration,
    /// How long a connection may idle between requests; longer than balancers keep theirs.
    pub keep_alive: Duration,
    /// How long a body may take to arrive, and longer by [`crate::ops::traffic::time_to_send`] what has arrived.
    pub body_time: Duration,
    /// How long a request may take from its head to its answer, and longer by the same of its body.
    pub request_time: Duration,
    /// How long a service that was told to stop goes on taking requests, so that balancers notice.
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

    /// How long a connection may go without getting a single byte of an answer: longer than any request
    /// takes and than any connection idles, so that it ends only those whose client holds them up, with
    /// half a head or by not reading. Bytes that arrive lengthen it likewise.
    #[must_use]
    pub fn longest_silence(&self) -> Duration {
        self.keep_alive.max(self.request_time) + self.head_time
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

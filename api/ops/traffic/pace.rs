//! The minimum speed at which a client must send.

use std::time::Duration;

/// How many bytes per second a client must send after the fixed time that every request has: 128 kbit/s.
const MIN_BYTES_PER_SECOND: u64 = 16 * 1024;

/// How much longer a client may take after it has sent this many bytes. So a file of 10 MiB can arrive over a slow
/// line, and a client that sends single bytes gains no time.
#[must_use]
pub const fn time_to_send(bytes: u64) -> Duration {
    Duration::from_secs(bytes / MIN_BYTES_PER_SECOND)
}

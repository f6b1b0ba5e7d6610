//! How slowly a client may send.

use std::time::Duration;

/// Bytes that a client sends in a second at least, as soon as it has used up the time that everybody has: a
/// line of 128 kbit/s.
const PACE: u64 = 16 * 1024;

/// How much longer a sender may take for so many bytes, so that a scan of ten mebibytes gets through a slow
/// line, and a byte now and then holds nothing up.
#[must_use]
pub const fn time_to_send(bytes: u64) -> Duration {
    Duration::from_secs(bytes / PACE)
}

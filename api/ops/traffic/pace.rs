//! The lowest speed at which a client may send.

use std::time::Duration;

/// How many bytes per second a client must send at least, once it has used up the time that every request has. That
/// is a line of 128 kbit/s.
const MIN_BYTES_PER_SECOND: u64 = 16 * 1024;

/// How much longer a client may take because it has sent this many bytes. A scan of ten mebibytes gets through on a
/// slow line, and a client that sends single bytes gains no time.
#[must_use]
pub const fn time_to_send(bytes: u64) -> Duration {
    Duration::from_secs(bytes / MIN_BYTES_PER_SECOND)
}

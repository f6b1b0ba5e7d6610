//! The service's clock, which a sandbox and tests can move. No other code reads the machine's time of day. A request
//! reads the clock once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// The last year that a clock can be set to. A later year is probably a typing error, and RFC 3339 has no years after
/// 9999.
pub const LAST_YEAR: i32 = 2199;

/// The machine's clock plus an offset that can be changed. Clones share the offset.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that shows the machine's time, with an offset of 0.
    #[must_use]
    pub fn of_machine() -> Self {
        Self::default()
    }

    /// The present instant in UTC, cut to microseconds, the precision of both databases.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = machine_micros().saturating_add(self.offset_micros());
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// How far ahead of the machine's time the clock is, in microseconds.
    #[must_use]
    pub fn offset_micros(&self) -> i64 {
        self.offset_micros.load(Ordering::Relaxed)
    }

    /// Sets the offset from the machine's time.
    pub fn set_offset_micros(&self, offset: i64) {
        self.offset_micros.store(offset, Ordering::Relaxed);
    }

    /// The offset that makes the clock show `instant` now.
    #[must_use]
    pub fn offset_for(instant: DateTime<Utc>) -> i64 {
        instant.timestamp_micros().saturating_sub(machine_micros())
    }

    /// Sets the offset from the machine's time, unless that would turn the clock back.
    pub fn move_forward_to_offset(&self, offset: i64) {
        self.offset_micros.fetch_max(offset, Ordering::Relaxed);
    }

    /// Moves the clock forward by a duration.
    pub fn advance(&self, by: Duration) {
        self.offset_micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "the only place that reads the machine's clock")]
fn machine_micros() -> i64 {
    Utc::now().timestamp_micros()
}

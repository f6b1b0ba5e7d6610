//! One line per request: ids, status and time, no address, no token, no personal data.

use std::time::Instant as Stopwatch;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;

use super::context::Arrival;

/// Measures a request's time.
pub struct Timer(Stopwatch);

impl Timer {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        Self(Stopwatch::now())
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// Writes the line. The path is the route's pattern, so that no id and no guess stands in the log.
pub fn write(response: &ServiceResponse<BoxBody>, arrival: &Arrival, timer: &Timer) {
    let request = response.request();
    tracing::info!(
        target: "access",
        method = %request.method(),
        route = request.match_pattern().as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        micros = timer.micros(),
        request_id = %arrival.request_id,
    );
}

/// Writes the line of a request whose handler panicked; its route is lost with the request.
pub fn write_panic(arrival: &Arrival, timer: &Timer) {
    tracing::error!(
        target: "access",
        route = "-",
        status = 500,
        micros = timer.micros(),
        request_id = %arrival.request_id,
        "a handler panicked",
    );
}

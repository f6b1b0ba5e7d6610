//! The access log: one line per request, with ids, status, time and size. A line has no addresses, no tokens and
//! no personal data.

use std::time::Duration;

use actix_web::http::Method;

use super::caller::KnownAccount;
use crate::ops::traffic::known_method;

/// The fields of one line.
pub struct Entry<'a> {
    /// The request's method. An unknown method is logged as `OTHER`.
    pub method: &'a Method,
    /// The pattern of the route, if a route matched. The path itself is not logged, because it may contain ids or
    /// any text that a caller chose.
    pub route: Option<&'a str>,
    /// The answer's status.
    pub status: u16,
    /// The length of the answer's body, in bytes.
    pub bytes: u64,
    /// The time from the request's head to the answer's head.
    pub elapsed: Duration,
    /// The request's id.
    pub request_id: &'a str,
    /// The account of the request's access token, if the request had a valid one.
    pub account: Option<KnownAccount>,
}

/// Writes one line.
pub fn write(entry: &Entry<'_>) {
    tracing::info!(
        target: "access",
        method = known_method(entry.method.as_str()),
        route = entry.route.unwrap_or("-"),
        status = entry.status,
        micros = u64::try_from(entry.elapsed.as_micros()).unwrap_or(u64::MAX),
        bytes = entry.bytes,
        request_id = entry.request_id,
        account = entry.account.map(|account| tracing::field::display(account.0)),
    );
}

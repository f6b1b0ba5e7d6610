//! The access log: one line per request, with ids, status, time and size, and without addresses, tokens and
//! personal data.

use std::time::Duration;

use actix_web::http::Method;

use super::caller::KnownAccount;
use crate::ops::traffic::known_method;

/// The contents of the line of one request.
pub struct Entry<'a> {
    /// The method.
    pub method: &'a Method,
    /// The route's pattern. The path is not logged, because it may contain ids or texts that a caller
    /// invented.
    pub route: Option<&'a str>,
    /// The answer's status.
    pub status: u16,
    /// The length of the answer's body.
    pub bytes: u64,
    /// The time from the request's head to the answer's head.
    pub elapsed: Duration,
    /// The request's id.
    pub request_id: &'a str,
    /// The account of the request's access token.
    pub account: Option<KnownAccount>,
}

/// Writes the entry.
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

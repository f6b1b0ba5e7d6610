//! The access log: one line per request, with ids, status, time and size. A line has no mail addresses,
//! no tokens and no names.

use std::time::Duration;

use super::caller::KnownAccount;
use crate::error::ProblemCode;
use crate::ops::traffic::known_method;

/// The fields of one line.
pub struct Entry<'a> {
    /// The request's method. An unknown method is logged as `OTHER`.
    pub method: &'a str,
    /// The pattern of the route, if a route matched. The path itself is not logged, because it may contain ids or
    /// any text that a caller chose.
    pub route: Option<&'a str>,
    /// The answer's status.
    pub status: u16,
    /// The code of the problem, if the request was refused or failed.
    pub code: Option<ProblemCode>,
    /// The length of the answer's body, in bytes.
    pub bytes: u64,
    /// The time from the request's head to the answer's head. `None` for a head that could not be read.
    pub elapsed: Option<Duration>,
    /// The request's id.
    pub request_id: &'a str,
    /// The client's IPv4 address, or the /64 network of its IPv6 address.
    pub client: &'a str,
    /// The account of the request's access token, if the request had a valid one.
    pub account: Option<KnownAccount>,
}

/// Writes one line.
pub fn write(entry: &Entry<'_>) {
    tracing::info!(
        target: "access",
        method = known_method(entry.method),
        route = entry.route.unwrap_or("-"),
        status = entry.status,
        code = entry.code.map(ProblemCode::as_str),
        micros = entry.elapsed.map(|elapsed| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)),
        bytes = entry.bytes,
        request_id = entry.request_id,
        client = entry.client,
        account = entry.account.map(|account| tracing::field::display(account.0)),
    );
}

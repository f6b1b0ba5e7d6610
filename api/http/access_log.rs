//! One line per request: ids, status, time and size, no address, no token, no personal data.

use std::time::Duration;

use actix_web::http::Method;

use super::caller::KnownAccount;
use crate::ops::traffic::known_method;

/// What the line says.
pub struct Line<'a> {
    /// The method.
    pub method: &'a Method,
    /// The route's pattern, so that no id and no guess of a caller stands in the log.
    pub route: Option<&'a str>,
    /// The answer's status.
    pub status: u16,
    /// The length of its body as it is sent.
    pub bytes: u64,
    /// How long it took, from the head of the request to the head of the answer.
    pub elapsed: Duration,
    /// The request's id.
    pub request_id: &'a str,
    /// The account whose access token came with it.
    pub account: Option<KnownAccount>,
}

/// Writes the line.
pub fn write(line: &Line<'_>) {
    tracing::info!(
        target: "access",
        method = known_method(line.method.as_str()),
        route = line.route.unwrap_or("-"),
        status = line.status,
        micros = u64::try_from(line.elapsed.as_micros()).unwrap_or(u64::MAX),
        bytes = line.bytes,
        request_id = line.request_id,
        account = line.account.map(|account| tracing::field::display(account.0)),
    );
}

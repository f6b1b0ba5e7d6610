//! Forgets what is of no use any more.

use chrono::Duration;

use super::work::Work;
use crate::db::{idempotency_keys, known_clients, links, sessions, uploads};
use crate::error::Error;

/// How long an idempotency key is kept.
const KEY_LIFE: Duration = Duration::days(30);
/// How long expired links and sessions are kept, so that a late click gets a precise answer.
const AFTERLIFE: Duration = Duration::days(30);
/// How long a client that does not log in stays known.
const CLIENT_LIFE: Duration = Duration::days(365);

/// Deletes what is past its time and says how many rows that were.
pub fn tidy(work: &mut Work<'_>) -> Result<usize, Error> {
    let now = work.now();
    Ok(idempotency_keys::delete_before(work.conn, now - KEY_LIFE)?
        + links::delete_before(work.conn, now - AFTERLIFE)?
        + sessions::delete_before(work.conn, now - AFTERLIFE)?
        + known_clients::delete_before(work.conn, now - CLIENT_LIFE)?
        + uploads::delete_unfulfilled(work.conn, now)?)
}

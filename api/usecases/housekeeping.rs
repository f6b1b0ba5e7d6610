//! Forgets what is of no use any more.

use chrono::Duration;

use super::work::Work;
use crate::db::store::filings::uploads;
use crate::db::store::idempotency_keys;
use crate::db::store::identity::{known_clients, links, sessions};
use crate::domain::values::ids::UploadId;
use crate::error::Error;

/// How long an idempotency key is kept.
const KEY_LIFE: Duration = Duration::days(30);
/// How long expired links and sessions are kept, so that a late click gets a precise answer.
const AFTERLIFE: Duration = Duration::days(30);
/// How long a client that does not log in stays known.
const CLIENT_LIFE: Duration = Duration::days(365);

/// What was forgotten.
#[derive(Debug, Default)]
pub struct Tidied {
    /// How many rows.
    pub rows: usize,
    /// Announcements whose bytes, if a crash left any, belong to nobody.
    pub uploads: Vec<UploadId>,
}

/// Deletes what is past its time.
#[tracing::instrument(skip_all, level = "debug")]
pub fn tidy(work: &mut Work<'_>) -> Result<Tidied, Error> {
    let now = work.now();
    let rows = idempotency_keys::delete_before(work.conn, now - KEY_LIFE)?
        + links::delete_before(work.conn, now - AFTERLIFE)?
        + sessions::delete_before(work.conn, now - AFTERLIFE)?
        + known_clients::delete_before(work.conn, now - CLIENT_LIFE)?;
    let uploads = uploads::delete_unfulfilled(work.conn, now)?;
    Ok(Tidied { rows: rows + uploads.len(), uploads })
}

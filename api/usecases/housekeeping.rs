//! Deletes data that is no longer needed.

use chrono::Duration;

use super::work::Work;
use crate::db::store::filings::uploads;
use crate::db::store::idempotency_keys;
use crate::db::store::identity::{known_clients, links, sessions};
use crate::domain::values::ids::UploadId;
use crate::error::Error;

/// How long an idempotency key is kept.
const KEY_LIFE: Duration = Duration::days(30);
/// How long expired links and sessions are kept, so that the service can still answer that they have expired.
const AFTERLIFE: Duration = Duration::days(30);
/// How long a client stays known if it does not log in.
const CLIENT_LIFE: Duration = Duration::days(365);

/// What was deleted.
#[derive(Debug, Default)]
pub struct Tidied {
    /// How many rows were deleted.
    pub rows: usize,
    /// The deleted announcements of uploads. After a crash, files may be left that belong to them.
    pub uploads: Vec<UploadId>,
}

/// Deletes rows that are older than they may be.
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

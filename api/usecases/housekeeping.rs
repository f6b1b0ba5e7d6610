//! Deletes expired data: idempotency keys, mailed links, sessions, salts of refresh tokens, known clients and
//! announcements of uploads.

use chrono::Duration;

use super::work::Work;
use crate::db::store::filings::uploads;
use crate::db::store::idempotency_keys;
use crate::db::store::identity::{known_clients, links, refresh_tokens, sessions};
use crate::domain::identity::sessions::REUSE_GRACE_PERIOD;
use crate::domain::values::ids::UploadId;
use crate::error::Error;

/// How long an idempotency key is kept.
const IDEMPOTENCY_KEY_RETENTION: Duration = Duration::days(30);
/// How long expired links and sessions are kept. Until then, the service can answer that they have expired.
const EXPIRED_RETENTION: Duration = Duration::days(30);
/// How long a client is kept as known after its last login.
const KNOWN_CLIENT_RETENTION: Duration = Duration::days(365);

/// What was deleted.
#[derive(Debug, Default)]
pub struct Deleted {
    /// How many rows were deleted.
    pub rows: usize,
    /// The deleted announcements of uploads. After a crash, files of theirs may be left on disk.
    pub uploads: Vec<UploadId>,
}

/// Deletes the rows whose retention has ended.
#[tracing::instrument(skip_all, level = "debug")]
pub fn delete_expired(work: &mut Work<'_>) -> Result<Deleted, Error> {
    let now = work.now();
    let rows = idempotency_keys::delete_before(work.conn, now - IDEMPOTENCY_KEY_RETENTION)?
        + links::delete_before(work.conn, now - EXPIRED_RETENTION)?
        + sessions::delete_before(work.conn, now - EXPIRED_RETENTION)?
        + known_clients::delete_before(work.conn, now - KNOWN_CLIENT_RETENTION)?;
    refresh_tokens::erase_salts_before(work.conn, now - REUSE_GRACE_PERIOD)?;
    let uploads = uploads::delete_expired(work.conn, now)?;
    Ok(Deleted { rows: rows + uploads.len(), uploads })
}

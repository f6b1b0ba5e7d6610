//! Deletes expired data: idempotency keys, mailed links, sessions, salts of refresh tokens, known devices,
//! counts of wrong passwords and announcements of uploads.

use chrono::Duration;

use super::work::Work;
use crate::db::store::filings::uploads;
use crate::db::store::idempotency_keys;
use crate::db::store::identity::{known_devices, links, refresh_tokens, sessions, wrong_passwords};
use crate::domain::identity::sessions::REUSE_GRACE_PERIOD;
use crate::domain::identity::wrong_passwords::{COUNT_RETENTION, DEVICE_RETENTION};
use crate::domain::values::ids::UploadId;
use crate::error::Error;

/// How long an idempotency key is kept.
const IDEMPOTENCY_KEY_RETENTION: Duration = Duration::days(30);
/// How long expired links and sessions are kept. Until then, the service can answer that they have expired.
const EXPIRED_RETENTION: Duration = Duration::days(30);

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
        + known_devices::delete_before(work.conn, now - DEVICE_RETENTION)?
        + wrong_passwords::delete_before(work.conn, now - COUNT_RETENTION)?;
    refresh_tokens::erase_salts_before(work.conn, now - REUSE_GRACE_PERIOD)?;
    let uploads = uploads::delete_expired(work.conn, now)?;
    Ok(Deleted { rows: rows + uploads.len(), uploads })
}

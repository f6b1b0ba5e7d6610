//! Uploads of attachments (添付書類). A caller announces a file first and sends its content afterwards.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::filings::uploads;
use crate::domain::audit::AuditAction;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::filings::uploads::{ANNOUNCEMENT_LIFETIME, MAX_FILES, MAX_TOTAL_BYTES, MediaType, Upload};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::usecases::actor::Actor;
use crate::usecases::work::Work;

/// The properties of a file that a caller announces before sending its content.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The file's name.
    pub file_name: String,
    /// Its media type.
    pub media_type: MediaType,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its SHA-256 digest in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Announces a file.
///
/// # Errors
/// [`UploadRefusal::UploadQuota`] if the account would have too many files or too many bytes.
#[tracing::instrument(skip_all, level = "debug")]
pub fn announce(work: &mut Work<'_>, file: Announcement) -> Result<Upload, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    let (files, bytes) = uploads::find_usage(work.conn, principal.account.id)?;
    let new_bytes = i64::try_from(file.size_bytes).map_err(Error::internal)?;
    if files >= MAX_FILES || bytes + new_bytes > MAX_TOTAL_BYTES {
        return Err(UploadRefusal::UploadQuota.into());
    }
    let upload = Upload {
        id: UploadId::from_uuid(Uuid::new_v4()),
        account_id: principal.account.id,
        file_name: file.file_name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
        created_at: now,
        expires_at: now + ANNOUNCEMENT_LIFETIME,
        stored_at: None,
    };
    uploads::insert(work.conn, &upload)?;
    work.audit(AuditAction::UploadAnnounced, &upload.id, None)?;
    Ok(upload)
}

/// Finds an upload of the actor's account.
///
/// # Errors
/// [`Error::NotFound`], also for an upload of another account and for an announcement that has expired.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: UploadId, now: Instant) -> Result<Upload, Error> {
    uploads::find(conn, id, actor.principal()?.account.id)?
        .filter(|upload| upload.stored_at.is_some() || now < upload.expires_at)
        .ok_or(Error::NotFound)
}

/// Marks an upload as stored, after its content was synced to disk. A second call changes nothing.
///
/// # Errors
/// The errors of [`find`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn confirm(work: &mut Work<'_>, id: UploadId) -> Result<Upload, Error> {
    let now = work.now();
    let upload = find(work.conn, work.actor, id, now)?;
    if upload.stored_at.is_some() {
        return Ok(upload);
    }
    uploads::update_stored(work.conn, id, now)?;
    work.audit(AuditAction::UploadStored, &id, None)?;
    Ok(Upload { stored_at: Some(now), ..upload })
}

//! Attachments: announced, then stored.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::filings::uploads;
use crate::domain::audit::AuditAction;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::filings::uploads::{ANNOUNCEMENT_LIFE, MAX_FILES, MAX_TOTAL_BYTES, MediaType, Upload};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::usecases::identity::sessions::Principal;
use crate::usecases::work::Work;

/// What a caller says of a file before sending it.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The file's name.
    pub file_name: String,
    /// Its type.
    pub media_type: MediaType,
    /// Its size.
    pub size_bytes: u64,
    /// Its digest.
    pub sha256: String,
}

/// Announces a file.
///
/// # Errors
/// [`UploadRefusal::UploadQuota`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn announce(work: &mut Work<'_>, principal: &Principal, file: Announcement) -> Result<Upload, Error> {
    let now = work.now();
    let (files, bytes) = uploads::sum_of_account(work.conn, principal.account.id)?;
    let more = i64::try_from(file.size_bytes).map_err(Error::internal)?;
    if files >= MAX_FILES || bytes + more > MAX_TOTAL_BYTES {
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
        expires_at: now + ANNOUNCEMENT_LIFE,
        stored_at: None,
    };
    uploads::insert(work.conn, &upload)?;
    work.audit(Some(principal.account.id), AuditAction::UploadAnnounced, &upload.id, None)?;
    Ok(upload)
}

/// The principal's upload.
///
/// # Errors
/// [`Error::NotFound`]; also for an announcement whose time is over.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, principal: &Principal, id: UploadId, now: Instant) -> Result<Upload, Error> {
    uploads::find(conn, id, principal.account.id)?
        .filter(|upload| upload.stored_at.is_some() || now < upload.expires_at)
        .ok_or(Error::NotFound)
}

/// Records that the bytes are safely on disk. Sending the same bytes again changes nothing.
///
/// # Errors
/// [`Error::NotFound`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn confirm(work: &mut Work<'_>, principal: &Principal, id: UploadId) -> Result<Upload, Error> {
    let now = work.now();
    let upload = find(work.conn, principal, id, now)?;
    if upload.stored_at.is_some() {
        return Ok(upload);
    }
    uploads::mark_stored(work.conn, id, now)?;
    work.audit(Some(principal.account.id), AuditAction::UploadStored, &id, None)?;
    Ok(Upload { stored_at: Some(now), ..upload })
}

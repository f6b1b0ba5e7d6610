//! Uploads of attachments (添付書類). A caller announces a file first and sends its content afterwards. If there is a
//! malware scanner, a job lets it examine the content then.

use serde_json::json;
use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::filings::declarations;
use crate::db::store::filings::scans::{self, WaitingScan};
use crate::db::store::filings::uploads;
use crate::delivery::mail::message::Message;
use crate::domain::audit::AuditAction;
use crate::domain::filings::uploads::{ANNOUNCEMENT_LIFETIME, MAX_FILES, MAX_TOTAL_BYTES, MediaType};
use crate::domain::filings::uploads::{Upload, UploadRefusal, UploadStatus};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::security::scanner::ScanResult;
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
    let (files, bytes) = uploads::find_usage(work.conn, principal.account.id, now)?;
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
        received_at: None,
        stored_at: None,
        refused_at: None,
    };
    uploads::insert(work.conn, &upload)?;
    work.audit(AuditAction::UploadAnnounced, &upload.id, None)?;
    Ok(upload)
}

/// Deletes an upload that no filing has as an attachment. The caller deletes its content after the transaction.
///
/// # Errors
/// The errors of [`find`]; [`UploadRefusal::UploadInUse`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn delete(work: &mut Work<'_>, id: UploadId) -> Result<(), Error> {
    let upload = find(work.conn, work.actor, id, work.now())?;
    let principal = work.actor.principal()?;
    if let Some(facility) = principal.account.identity.code()
        && declarations::is_attached(work.conn, facility, id)?
    {
        return Err(UploadRefusal::UploadInUse.into());
    }
    scans::delete(work.conn, id)?;
    uploads::delete(work.conn, upload.id)?;
    work.audit(AuditAction::UploadDeleted, &id, None)
}

/// Finds an upload of the actor's account.
///
/// # Errors
/// [`Error::NotFound`], also for an upload of another account and for an announcement that has expired.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: UploadId, now: Instant) -> Result<Upload, Error> {
    uploads::find(conn, id, actor.principal()?.account.id)?
        .filter(|upload| upload.received_at.is_some() || now < upload.expires_at)
        .ok_or(Error::NotFound)
}

/// Notes that the content of an upload has arrived, after it was synced to disk. If there is a scanner, the content waits
/// for it; otherwise it is stored. A second call changes nothing, also if the content was refused meanwhile.
///
/// # Errors
/// The errors of [`find`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn confirm(work: &mut Work<'_>, id: UploadId) -> Result<Upload, Error> {
    let now = work.now();
    let upload = find(work.conn, work.actor, id, now)?;
    if upload.status() != UploadStatus::Announced {
        return Ok(upload);
    }
    let stored_at = (!work.policy.scans_uploads).then_some(now);
    let upload = Upload { received_at: Some(now), stored_at, ..upload };
    uploads::update_progress(work.conn, &upload)?;
    if stored_at.is_some() {
        work.audit(AuditAction::UploadStored, &id, None)?;
    } else {
        scans::insert(work.conn, id, upload.account_id, now)?;
        work.audit(AuditAction::UploadReceived, &id, None)?;
    }
    Ok(upload)
}

/// What a scan led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conclusion {
    /// The status of the upload.
    pub status: UploadStatus,
    /// Whether this result led to it, and not that of another process that scanned the same content.
    pub is_new: bool,
}

/// Stores the result of a scan: the content is released, or refused and its sender mailed. Declarations that it is
/// attached to are not touched: they were filed in time, and the upload says that it was refused.
///
/// The scan of a refused file stays, until [`finish_refusal`] is called after the content was deleted.
///
/// # Errors
/// [`Error::NotFound`] if there is no such upload.
#[tracing::instrument(skip_all, level = "debug")]
pub fn conclude_scan(
    work: &mut Work<'_>,
    scan: &WaitingScan,
    result: &ScanResult,
) -> Result<Conclusion, Error> {
    locks::acquire(work.conn, &[Lock::Account(scan.account_id)])?;
    let now = work.now();
    let upload = uploads::find(work.conn, scan.upload_id, scan.account_id)?.ok_or(Error::NotFound)?;
    if upload.status() != UploadStatus::Scanning {
        return Ok(Conclusion { status: upload.status(), is_new: false });
    }
    let upload = match result {
        ScanResult::Clean => {
            scans::delete(work.conn, scan.upload_id)?;
            work.audit(AuditAction::UploadStored, &scan.upload_id, None)?;
            Upload { stored_at: Some(now), ..upload }
        }
        ScanResult::Malware(signature) => {
            work.audit(AuditAction::UploadRefused, &upload.id, Some(json!({ "signature": signature })))?;
            mail_refusal(work, &upload)?;
            Upload { refused_at: Some(now), ..upload }
        }
    };
    uploads::update_progress(work.conn, &upload)?;
    Ok(Conclusion { status: upload.status(), is_new: true })
}

fn mail_refusal(work: &mut Work<'_>, upload: &Upload) -> Result<(), Error> {
    let account = accounts::find(work.conn, upload.account_id)?
        .ok_or_else(|| Error::internal("the account of an upload was not found"))?;
    let facility_name = account.profile.facility.name.to_string();
    let file_name = upload.file_name.clone();
    let message = Message::UploadRefused { facility_name, at: work.now(), file_name };
    work.mail(&account.email, Some(account.id), &message)
}

/// Ends the scan of a refused file, after it was deleted from disk.
#[tracing::instrument(skip_all, level = "debug")]
pub fn finish_refusal(conn: &mut Conn, id: UploadId) -> Result<(), Error> {
    scans::delete(conn, id).map(drop)
}

//! The requests and answers of uploads.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::domain::filings::uploads::{
    MAX_BYTES, MAX_DIGEST, MAX_MEDIA_TYPE, MAX_NAME, MediaType, Upload, UploadStatus, digest, file_names,
};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::http::timestamp::Timestamp;
use crate::usecases::filings::uploads::Announcement;

/// The announcement of a file.
#[derive(Deserialize, ToSchema, Validate)]
pub struct UploadRequest {
    /// The file's name, without a folder. Its extension is one of the type: `pdf`; `jpg`, `jpeg`, `jpe` or `jfif`; `png`.
    /// A name without an extension gets that of the type.
    #[schema(min_length = 1, max_length = 200, example = "契約書（写し）.pdf")]
    #[validate(length(max = MAX_NAME, code = "too_long"))]
    pub file_name: String,
    /// The media type of the file: PDF, JPEG or PNG.
    #[schema(value_type = MediaType)]
    #[validate(length(max = MAX_MEDIA_TYPE, code = "too_long"))]
    pub media_type: String,
    /// The size of the file in bytes, at most 10 MiB.
    #[schema(minimum = 1, maximum = 10_485_760, example = 48213)]
    #[validate(range(min = 1, max = i64::from(MAX_BYTES), code = "out_of_range"))]
    pub size_bytes: i64,
    /// The SHA-256 digest of the file in the form of `Content-Digest` (RFC 9530): `sha-256=:`, the digest in base64, and
    /// `:`. The content is sent with the same text in this header.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$",
        example = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"
    )]
    #[validate(length(max = MAX_DIGEST, code = "too_long"))]
    pub content_digest: String,
}

impl UploadRequest {
    /// Reads the announcement.
    pub fn parse(&self, faults: &mut Faults) -> Option<Announcement> {
        let media_type =
            faults.take("/media_type", MediaType::parse(&self.media_type).ok_or(Fault::MediaTypeNotAccepted));
        let file_name = file_names::parse(&self.file_name).and_then(|name| match media_type {
            Some(media_type) => file_names::with_extension_of(media_type, &name),
            None => Ok(name),
        });
        let file_name = faults.take("/file_name", file_name);
        let sha256 = faults.take("/content_digest", digest::parse(&self.content_digest));
        Some(Announcement {
            file_name: file_name?,
            media_type: media_type?,
            size_bytes: u64::try_from(self.size_bytes).ok()?,
            sha256: digest::to_hex(&sha256?),
        })
    }
}

/// An upload (添付書類).
#[derive(Serialize, ToSchema)]
pub struct UploadResponse {
    /// The upload's id, for `attachment_ids`.
    #[schema(max_length = 30, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The status of the upload.
    pub status: UploadStatus,
    /// The file's name.
    #[schema(max_length = 200, example = "契約書（写し）.pdf")]
    pub file_name: String,
    /// The media type of the file.
    pub media_type: MediaType,
    /// The size of the file in bytes.
    #[schema(minimum = 1, maximum = 10_485_760, example = 48213)]
    pub size_bytes: u64,
    /// The SHA-256 digest of the file, in the form of `Content-Digest`.
    #[schema(
        max_length = 200,
        pattern = "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$",
        example = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"
    )]
    pub content_digest: String,
    /// When the file was announced.
    pub created_at: Timestamp,
    /// Until when the content is accepted. Absent if it has arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Timestamp>,
    /// When the content arrived. Absent if it has not arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub received_at: Option<Timestamp>,
    /// When the content was released for download: when it arrived or, if the service has a malware scanner, when that
    /// found nothing. Absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stored_at: Option<Timestamp>,
    /// When the malware scanner refused the content. Absent if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refused_at: Option<Timestamp>,
}

impl UploadResponse {
    /// Shows an upload.
    #[must_use]
    pub fn of(upload: &Upload) -> Self {
        let is_announced = upload.status() == UploadStatus::Announced;
        Self {
            id: upload.id.to_string(),
            status: upload.status(),
            file_name: upload.file_name.clone(),
            media_type: upload.media_type,
            size_bytes: upload.size_bytes,
            content_digest: digest::from_hex(&upload.sha256),
            created_at: upload.created_at.into(),
            expires_at: is_announced.then_some(upload.expires_at.into()),
            received_at: upload.received_at.map(Into::into),
            stored_at: upload.stored_at.map(Into::into),
            refused_at: upload.refused_at.map(Into::into),
        }
    }
}

/// The header with the digest of the content.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct ContentDigestHeader {
    /// The SHA-256 digest of the file's content (RFC 9530): `sha-256=:`, the digest in base64, and `:`.
    #[param(
        rename = "Content-Digest",
        max_length = 200,
        pattern = "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$",
        example = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"
    )]
    content_digest: String,
}

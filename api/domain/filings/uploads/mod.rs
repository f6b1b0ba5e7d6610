//! Uploads of attachments (添付書類). A caller announces a file first and sends its content afterwards.

pub mod content;
pub mod digest;
pub mod file_names;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::domain::values::calendar::Instant;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::ids::{AccountId, UploadId};
use crate::domain::values::refusal::Refusal;

/// The maximum size of a file: 10 MiB.
pub const MAX_BYTES: u32 = 10 * 1024 * 1024;
/// How long the content of an announced file is accepted. The slowest accepted line needs about ten minutes for the
/// largest file, and an announcement counts as a file of the account until then.
pub const ANNOUNCEMENT_LIFETIME: Duration = Duration::hours(1);
/// The maximum number of files of one account.
pub const MAX_FILES: i64 = 100;
/// The maximum number of bytes of all files of one account.
pub const MAX_TOTAL_BYTES: i64 = 300 * 1024 * 1024;
/// The maximum number of characters of a file name.
pub const MAX_NAME: u64 = 200;
/// The maximum number of characters of a media type in a request.
pub const MAX_MEDIA_TYPE: u64 = 100;
/// The maximum number of characters of a content digest in a request.
pub const MAX_DIGEST: u64 = 200;

coded_enum! {
    /// The accepted media types of files: PDF, JPEG and PNG.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    pub enum MediaType {
        /// PDF.
        #[serde(rename = "application/pdf")]
        Pdf = "application/pdf",
        /// JPEG.
        #[serde(rename = "image/jpeg")]
        Jpeg = "image/jpeg",
        /// PNG.
        #[serde(rename = "image/png")]
        Png = "image/png",
    }
}

impl MediaType {
    /// Reads a media type as callers write it: letters of any case, and `image/jpg` for `image/jpeg`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text == "image/jpg" { Some(Self::Jpeg) } else { Self::from_code(&text) }
    }

    /// The extensions that names of files of this type have. The first one is the usual one.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
        }
    }
}

coded_enum! {
    /// The status of an upload. `ANNOUNCED`: its content has not arrived yet. `SCANNING`: its content is stored and waits
    /// for the malware scanner. It can be attached already. `STORED`: its content is stored. It can be attached and
    /// downloaded. `REFUSED`: the scanner found malware, and the content was deleted.
    #[derive(Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum UploadStatus {
        /// Its content has not arrived yet.
        Announced = "ANNOUNCED",
        /// Its content is stored and waits for the malware scanner. It can be attached already.
        Scanning = "SCANNING",
        /// Its content is stored. It can be attached and downloaded.
        Stored = "STORED",
        /// The scanner found malware, and the content was deleted.
        Refused = "REFUSED",
    }
}

/// An upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The file's name, as announced.
    pub file_name: String,
    /// Its media type.
    pub media_type: MediaType,
    /// Its announced size in bytes.
    pub size_bytes: u64,
    /// Its SHA-256 digest in lower-case hexadecimal digits.
    pub sha256: String,
    /// When it was announced.
    pub created_at: Instant,
    /// The first instant at which its content is no longer accepted.
    pub expires_at: Instant,
    /// When its content arrived and was written to disk.
    pub received_at: Option<Instant>,
    /// When its content was released: when it arrived or, if there is a scanner, when that found nothing.
    pub stored_at: Option<Instant>,
    /// When the scanner found malware in its content.
    pub refused_at: Option<Instant>,
}

impl Upload {
    /// Its status.
    #[must_use]
    pub const fn status(&self) -> UploadStatus {
        match (self.received_at, self.stored_at, self.refused_at) {
            (_, _, Some(_)) => UploadStatus::Refused,
            (_, Some(_), None) => UploadStatus::Stored,
            (Some(_), None, None) => UploadStatus::Scanning,
            (None, None, None) => UploadStatus::Announced,
        }
    }
}

coded_enum! {
    /// Why a file is refused.
    pub enum UploadRefusal {
        /// The upload's content was not received.
        UploadIncomplete = "UPLOAD_INCOMPLETE",
        /// The upload's content waits for the malware scanner.
        UploadScanning = "UPLOAD_SCANNING",
        /// The scanner found malware in the upload's content.
        UploadRefused = "UPLOAD_REFUSED",
        /// A filing has the upload as an attachment.
        UploadInUse = "UPLOAD_IN_USE",
        /// The account has too many files, or its files have too many bytes.
        UploadQuota = "UPLOAD_QUOTA",
        /// The content's size or digest differs from the announced one.
        ContentMismatch = "CONTENT_MISMATCH",
        /// The content is not a complete file of the announced type, or a file of another type as well.
        ContentNotOfType = "CONTENT_NOT_OF_TYPE",
        /// The content is a PDF with scripts, actions or files.
        ContentActive = "CONTENT_ACTIVE",
        /// The content is a PDF that cannot be checked, because it is encrypted or too complex.
        ContentNotCheckable = "CONTENT_NOT_CHECKABLE",
        /// The content is an image with too many pixels.
        ImageTooLarge = "IMAGE_TOO_LARGE",
    }
}

impl Refusal for UploadRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

//! Uploads of attachments (添付書類). A caller announces a file first and sends its content afterwards.

use std::fmt::Write as _;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::domain::values::calendar::Instant;
use crate::domain::values::characters;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::fault::Fault;
use crate::domain::values::ids::{AccountId, UploadId};
use crate::domain::values::refusal::Refusal;

/// The maximum size of a file: 10 MiB.
pub const MAX_BYTES: u32 = 10 * 1024 * 1024;
/// How long the content of an announced file is accepted.
pub const ANNOUNCEMENT_LIFETIME: Duration = Duration::hours(24);
/// The maximum number of files of one account.
pub const MAX_FILES: i64 = 100;
/// The maximum number of bytes of all files of one account.
pub const MAX_TOTAL_BYTES: i64 = 300 * 1024 * 1024;
/// The maximum number of characters of a file name.
pub const MAX_NAME: u64 = 200;
/// The maximum number of characters of a media type in a request.
pub const MAX_MEDIA_TYPE: u64 = 100;
/// The number of hexadecimal digits of a SHA-256 digest.
pub const DIGEST_DIGITS: u64 = 64;

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

    /// Whether the content begins with the signature of this type.
    #[must_use]
    pub fn fits(self, content: &[u8]) -> bool {
        let signature: &[u8] = match self {
            Self::Pdf => b"%PDF-",
            Self::Jpeg => &[0xFF, 0xD8, 0xFF],
            Self::Png => &[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A],
        };
        content.starts_with(signature)
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
    /// When its content was stored.
    pub stored_at: Option<Instant>,
}

/// Reads a SHA-256 digest of 64 hexadecimal digits, and returns it in lower case.
///
/// # Errors
/// [`Fault::DigestForm`] for any other text.
pub fn parse_sha256(text: &str) -> Result<String, Fault> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Fault::DigestForm)
    }
}

/// Writes a digest with two lower-case hexadecimal digits per byte, as [`Upload::sha256`].
#[must_use]
pub fn to_hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads a file name and removes white space around it.
///
/// # Errors
/// [`Fault::FileNameForm`] if the name is empty or too long, begins with a dot, or contains a control character, an
/// invisible character, a path separator, or another character that has a special meaning in an operating system.
pub fn parse_file_name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let forbidden = |c: char| {
        c.is_control()
            || changes_direction_or_is_invisible(c)
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    if name.is_empty()
        || characters::count(name) > MAX_NAME
        || name.starts_with('.')
        || name.chars().any(forbidden)
    {
        return Err(Fault::FileNameForm);
    }
    Ok(name.to_owned())
}

/// Whether a character changes the direction of writing or is invisible. After such a character, `fdp.exe`
/// may be shown as `exe.pdf`.
const fn changes_direction_or_is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

coded_enum! {
    /// Why a file is refused.
    pub enum UploadRefusal {
        /// The upload's content was not received.
        UploadIncomplete = "UPLOAD_INCOMPLETE",
        /// The account has too many files, or its files have too many bytes.
        UploadQuota = "UPLOAD_QUOTA",
        /// The content's size or digest differs from the announced one.
        ContentMismatch = "CONTENT_MISMATCH",
        /// The content is not a file of the announced type.
        ContentNotOfType = "CONTENT_NOT_OF_TYPE",
    }
}

impl Refusal for UploadRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_a_file_decide_its_type() {
        assert!(MediaType::Pdf.fits(b"%PDF-1.7 ..."));
        assert!(!MediaType::Pdf.fits(b"<html>%PDF-"));
        assert!(!MediaType::Png.fits(b"%PDF-1.7"));
        assert!(!MediaType::Jpeg.fits(b""));
    }

    #[test]
    fn file_names_with_folders_or_misleading_characters_are_refused() {
        for name in [
            "",
            " ",
            "../契約書.pdf",
            "a/b.pdf",
            "a\\b.pdf",
            ".hidden",
            "a\nb.pdf",
            "a\"b.pdf",
            "a\u{0}.pdf",
            "a\u{202e}fdp.exe",
        ] {
            assert_eq!(parse_file_name(name), Err(Fault::FileNameForm), "{name:?}");
        }
        assert_eq!(parse_file_name(" 契約書（写し）.pdf ").unwrap(), "契約書（写し）.pdf");
    }

    #[test]
    fn digests_are_sixty_four_hexadecimal_digits() {
        assert_eq!(parse_sha256(&"AB".repeat(32)).unwrap(), "ab".repeat(32));
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(parse_sha256(text), Err(Fault::DigestForm));
        }
    }
}

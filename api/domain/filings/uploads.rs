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
        match self {
            Self::Pdf => begins_like_pdf(content),
            Self::Jpeg => content.starts_with(&[0xFF, 0xD8, 0xFF]),
            Self::Png => content.starts_with(&[0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A]),
        }
    }
}

/// The signature of a PDF may be anywhere in its first 1,024 bytes (ISO 32000-1, annex H.3.4.1). Programs write a byte
/// order mark or line ends before it, and printer drivers the commands of a print job (PJL). Nothing else is accepted,
/// so that a file is not of another type as well.
fn begins_like_pdf(content: &[u8]) -> bool {
    const SIGNATURE: &[u8] = b"%PDF-";
    let head = content.get(..1024).unwrap_or(content);
    let Some(at) = head.windows(SIGNATURE.len()).position(|part| part == SIGNATURE) else { return false };
    let before = head.get(..at).unwrap_or_default();
    let before = before.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(before);
    before.iter().all(u8::is_ascii_whitespace) || before.starts_with(b"\x1B%-12345X@PJL")
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
        characters::is_control(c)
            || (characters::is_invisible(c) && !selects_a_variant(c))
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

/// Whether a character selects a variant of the character before it. Names are written with such variants of kanji.
const fn selects_a_variant(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
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
        for no_pdf in [&b"<html>%PDF-"[..], b"PK\x03\x04 %PDF-1.7", b"%PDF", b"%pdf-1.7", b" "] {
            assert!(!MediaType::Pdf.fits(no_pdf), "{no_pdf:?}");
        }
        assert!(!MediaType::Png.fits(b"%PDF-1.7"));
        assert!(!MediaType::Jpeg.fits(b""));
    }

    #[test]
    fn a_pdf_may_have_a_byte_order_mark_line_ends_or_a_print_job_before_its_signature() {
        for before in [
            "",
            "\u{FEFF}",
            "\r\n",
            "\u{FEFF}\n \t\r\n",
            "\u{1b}%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n",
        ] {
            assert!(MediaType::Pdf.fits(format!("{before}%PDF-1.7").as_bytes()), "{before:?}");
        }
        for (length, is_pdf) in [(1019, true), (1020, false)] {
            assert_eq!(
                MediaType::Pdf.fits(format!("{}%PDF-1.7", " ".repeat(length)).as_bytes()),
                is_pdf,
                "{length}"
            );
        }
        assert!(!MediaType::Pdf.fits("\u{FEFF}\u{FEFF}%PDF-".as_bytes()));
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
            "a\u{61c}.pdf",
            "a\u{ad}.pdf",
            "a\u{200e}.pdf",
            "a\u{3164}.pdf",
            "a\u{fff9}.pdf",
            "a\u{e0041}.pdf",
            "a\u{e0001}.pdf",
        ] {
            assert_eq!(parse_file_name(name), Err(Fault::FileNameForm), "{name:?}");
        }
        assert_eq!(parse_file_name(" 契約書（写し）.pdf ").unwrap(), "契約書（写し）.pdf");
        assert_eq!(parse_file_name("葛\u{e0100}城.pdf").unwrap(), "葛\u{e0100}城.pdf");
    }

    #[test]
    fn digests_are_sixty_four_hexadecimal_digits() {
        assert_eq!(parse_sha256(&"AB".repeat(32)).unwrap(), "ab".repeat(32));
        for text in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(parse_sha256(text), Err(Fault::DigestForm));
        }
    }
}

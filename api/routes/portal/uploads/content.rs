//! Checks the content of an upload, and makes the header of its download.

use actix_web::http::header::{self, HeaderMap};
use sha2::{Digest, Sha256};

use crate::domain::filings::uploads::content::examine;
use crate::domain::filings::uploads::{MediaType, Upload, UploadRefusal, digest};
use crate::error::Error;
use crate::http::fields;
use crate::http::problems::refusals::RequestRefusal;

/// Checks that `Content-Type` is the announced type or `application/octet-stream`.
///
/// # Errors
/// [`RequestRefusal::UnsupportedMediaType`] for another type.
pub(super) fn check_media_type(headers: &HeaderMap, announced: MediaType) -> Result<(), Error> {
    let given = fields::single(headers, header::CONTENT_TYPE).ok().flatten();
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if MediaType::parse(essence) == Some(announced)
        || essence.eq_ignore_ascii_case("application/octet-stream")
    {
        Ok(())
    } else {
        Err(RequestRefusal::UnsupportedMediaType.into())
    }
}

/// The SHA-256 digest in `Content-Digest` (RFC 9530).
///
/// # Errors
/// [`Error::InvalidParameters`] if the header is missing, malformed, or has no SHA-256 digest.
pub(super) fn sha256_of_header(headers: &HeaderMap) -> Result<[u8; 32], Error> {
    let value = fields::list(headers, "content-digest").unwrap_or_default();
    digest::parse(&value).map_err(|fault| Error::header("Content-Digest", fault))
}

/// Checks that the content is the announced file. `stated` is the digest in `Content-Digest`.
///
/// # Errors
/// [`UploadRefusal::ContentMismatch`] if the size or the digest differs; the errors of [`examine`].
pub(super) fn check_content(announced: &Upload, stated: &[u8], content: &[u8]) -> Result<(), Error> {
    let actual = Sha256::digest(content);
    let size_fits = u64::try_from(content.len()).is_ok_and(|size| size == announced.size_bytes);
    if !size_fits || digest::to_hex(&actual) != announced.sha256 || actual.as_slice() != stated {
        return Err(UploadRefusal::ContentMismatch.into());
    }
    // What is stored already was checked when it was stored. A repetition changes nothing.
    if announced.received_at.is_none() {
        examine(announced.media_type, content)?;
    }
    Ok(())
}

/// The `Content-Disposition` header with which a browser saves a file under its name. The name is percent-encoded
/// (RFC 8187).
pub(super) fn content_disposition(file_name: &str) -> String {
    let name: String = file_name.bytes().map(percent_encoded).collect();
    format!("attachment; filename*=UTF-8''{name}")
}

fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

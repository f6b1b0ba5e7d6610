//! Digests of contents, in the form of `Content-Digest` (RFC 9530): `sha-256=:`, the digest in base64, and `:`. The
//! announcement of a file and the transfer of its content have the same text, so a client computes it once.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::values::fault::Fault;

/// The number of bytes of a SHA-256 digest.
const BYTES: usize = 32;

/// Reads the SHA-256 digest of a list of digests. Digests of other algorithms are ignored.
///
/// # Errors
/// [`Fault::DigestForm`] if the list has no SHA-256 digest.
pub fn parse(text: &str) -> Result<[u8; BYTES], Fault> {
    let encoded = text.split(',').find_map(|entry| entry.trim().strip_prefix("sha-256=:")?.strip_suffix(':'));
    let digest = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
    digest.and_then(|digest| digest.try_into().ok()).ok_or(Fault::DigestForm)
}

/// Writes a digest that is stored in hexadecimal digits in the form of `Content-Digest`.
#[must_use]
pub fn from_hex(hex: &str) -> String {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    let bytes: Vec<u8> = digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    format!("sha-256=:{}:", STANDARD.encode(bytes))
}

/// Writes a digest with two lower-case hexadecimal digits per byte, as [`Upload::sha256`](super::Upload::sha256).
#[must_use]
pub fn to_hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(digest.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of `test`.
    const DIGEST: &str = "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:";

    #[test]
    fn a_digest_is_the_same_after_reading_storing_and_writing() {
        for text in [DIGEST, &format!("sha-512=:AAAA:, {DIGEST}"), &format!(" {DIGEST} ,md5=:AA==:")] {
            assert_eq!(from_hex(&to_hex(&parse(text).unwrap())), DIGEST, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        for text in ["", hex, "sha-256=:AAAA:", "sha-256=::", "sha-512=:AAAA:", DIGEST.trim_end_matches(':')]
        {
            assert_eq!(parse(text), Err(Fault::DigestForm), "{text}");
        }
    }
}

//! Names and lines of what a request sends. Header fields may be on several lines (RFC 9110, 5.3). The lines of a list are one list. Any other field must have one line,
//! because a load balancer and the service might each use another one.

use std::borrow::Cow;

use actix_web::http::header::{AsHeaderName, HeaderMap, HeaderValue};

/// A field that is not a list is on several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeated;

/// The value of a field that is a list: its lines in their order, separated by commas. `None` if the field is absent.
///
/// Bytes that are not UTF-8 are replaced. If such a line were skipped, a client could hide what a load balancer appended.
#[must_use]
pub fn list(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let lines: Vec<Cow<'_, str>> =
        headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The value of a field that is not a list.
///
/// # Errors
/// [`Repeated`].
pub fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Option<&HeaderValue>, Repeated> {
    let mut lines = headers.get_all(name);
    match (lines.next(), lines.next()) {
        (_, Some(_)) => Err(Repeated),
        (value, None) => Ok(value),
    }
}

/// How many characters of an unknown name the answer repeats. The names of known members are shorter.
const MAX_PRINTED_NAME: usize = 40;

/// The name of an unknown member or parameter, made safe for the answer, because the caller may send any text as a name.
#[must_use]
pub fn printable(name: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '~') { c } else { '?' };
    name.chars().take(MAX_PRINTED_NAME).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_LANGUAGE, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn the_lines_of_a_list_are_one_list_in_their_order() {
        for (lines, expected) in [
            (&[][..], None),
            (&[&b"en"[..]], Some("en")),
            (&[b"fr", b"en, ja"], Some("fr,en, ja")),
            (&[b"\xFF", b"en"], Some("\u{FFFD},en")),
        ] {
            assert_eq!(list(&headers(lines), ACCEPT_LANGUAGE).as_deref(), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_field_that_is_not_a_list_has_one_line() {
        assert_eq!(single(&headers(&[]), ACCEPT_LANGUAGE), Ok(None));
        let one = headers(&[b"en"]);
        assert_eq!(single(&one, ACCEPT_LANGUAGE), Ok(Some(&HeaderValue::from_static("en"))));
        assert_eq!(single(&one, AUTHORIZATION), Ok(None));
        assert_eq!(single(&headers(&[b"en", b"en"]), ACCEPT_LANGUAGE), Err(Repeated));
    }
}

//! The origin in a request's head, for requests that the HTTP library cannot read.

/// The longest line that is kept, in bytes. The longest host name has 253.
const LONGEST_LINE: usize = 300;

/// Finds the header `Origin` of a connection's present request while its bytes arrive. Without it, the page that sent a
/// request with too large a head could not read why it was refused.
#[derive(Debug, Default)]
pub(super) struct OriginLine {
    line: Vec<u8>,
    lines: usize,
    has_ended: bool,
    found: Option<String>,
    is_repeated: bool,
}

impl OriginLine {
    /// Takes the next bytes of the connection. The bytes after the head are ignored.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.has_ended {
                return;
            }
            match byte {
                b'\n' => self.end_line(),
                // One byte more, so that a longer line is not taken for its beginning.
                _ if self.line.len() <= LONGEST_LINE => self.line.push(*byte),
                _ => {}
            }
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            // Empty lines before a request are allowed.
            self.has_ended = self.lines > 0;
            return;
        }
        self.lines += 1;
        let text = std::str::from_utf8(line).ok().filter(|text| text.len() <= LONGEST_LINE);
        if let Some((name, value)) = text.and_then(|text| text.split_once(':'))
            && name.eq_ignore_ascii_case("origin")
        {
            self.is_repeated |= self.found.is_some();
            self.found = Some(value.trim().to_owned());
        }
    }

    /// The value of the header, if the head has it once.
    pub(super) fn value(&self) -> Option<&str> {
        self.found.as_deref().filter(|_| !self.is_repeated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parts: &[&str]) -> Option<String> {
        let mut line = OriginLine::default();
        for part in parts {
            line.read(part.as_bytes());
        }
        line.value().map(str::to_owned)
    }

    #[test]
    fn the_origin_is_found_however_its_bytes_arrive() {
        for parts in [
            &["GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://a.jp\r\n\r\n"][..],
            &["\r\nGET / HTTP/1.1\r\nori", "GIN:https://a", ".jp \r", "\nX: "],
            &["GET / HTTP/1.1\nOrigin: https://a.jp\nX: \0", "more"],
        ] {
            assert_eq!(found(parts).as_deref(), Some("https://a.jp"), "{parts:?}");
        }
    }

    #[test]
    fn an_origin_that_is_repeated_incomplete_too_long_or_in_the_body_is_not_found() {
        let long = format!("GET / HTTP/1.1\r\nOrigin: https://{}\r\n", "a".repeat(LONGEST_LINE));
        for head in [
            "GET / HTTP/1.1\r\nOrigin: https://a.jp\r\nOrigin: https://a.jp\r\n",
            "GET / HTTP/1.1\r\nOrigin: https://a.jp",
            "GET / HTTP/1.1\r\nX-Origin: https://a.jp\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\n\r\nOrigin: https://a.jp\r\n",
            &long,
        ] {
            assert_eq!(found(&[head]), None, "{head}");
        }
    }
}

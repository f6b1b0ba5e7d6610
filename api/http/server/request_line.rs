//! The length of a request's target, for requests that the HTTP library cannot read.

/// The longest target that the HTTP library can read, in bytes.
const LONGEST_TARGET: usize = 65_534;

/// Measures the target of a connection's present request while its bytes arrive: what is between the first two spaces of
/// the first line. The library does not say why it could not read a head.
#[derive(Debug, Default)]
pub(super) struct RequestLine {
    has_begun: bool,
    has_ended: bool,
    spaces: usize,
    target: usize,
}

impl RequestLine {
    /// Takes the next bytes of the connection. The bytes after the first line are ignored.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.has_ended {
                return;
            }
            match byte {
                // Empty lines before a request are allowed.
                b'\r' | b'\n' if !self.has_begun => {}
                b'\n' => self.has_ended = true,
                b' ' => self.spaces += 1,
                _ if self.spaces == 1 => self.target += 1,
                _ => {}
            }
            self.has_begun |= !matches!(byte, b'\r' | b'\n');
        }
    }

    pub(super) const fn has_too_long_target(&self) -> bool {
        self.target > LONGEST_TARGET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(parts: &[&str]) -> RequestLine {
        let mut line = RequestLine::default();
        for part in parts {
            line.read(part.as_bytes());
        }
        line
    }

    #[test]
    fn the_target_is_measured_however_its_bytes_arrive() {
        let long = "a".repeat(LONGEST_TARGET);
        for parts in [
            ["GET /", &long, " HTTP/1.1\r\n"],
            ["\r\n\r\nGE", "T /", &long],
            ["G", "ET ", &(long.clone() + "b")],
        ] {
            assert!(measured(&parts).has_too_long_target(), "{}", parts[0]);
        }
        assert!(!measured(&["GET ", &long, " HTTP/1.1\r\n"]).has_too_long_target());
    }

    #[test]
    fn no_other_part_of_a_request_counts() {
        let long = "a".repeat(LONGEST_TARGET + 1);
        for parts in [
            ["GET /livez HTTP/1.1\r\nX: ", &long, "\r\n\r\n"],
            ["POST / HTTP/1.1\r\n\r\n", &long, " "],
            ["", &long, " / HTTP/1.1"],
            ["GET / ", &long, "\r\n"],
        ] {
            assert!(!measured(&parts).has_too_long_target(), "{}", parts[0]);
        }
    }
}

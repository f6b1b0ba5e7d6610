//! Parses a mail as a mail program does: unfolds and decodes the headers, and finds the parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail, or a part of one.
#[derive(Debug)]
pub struct Mime {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Mime {
    pub fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("no header: {line}"));
            (name.to_owned(), value.trim().to_owned())
        };
        Self { headers: head.split("\r\n").map(header).collect(), body: body.to_owned() }
    }

    /// The value of a header that must be there once, not decoded.
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        assert!(found.next().is_none(), "there are two headers {name}");
        value
    }

    /// The value of a header that must be there once, decoded.
    pub fn decoded_header(&self, name: &str) -> String {
        decoded_words(self.header(name))
    }

    pub fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The decoded content of the first part with this media type.
    pub fn part(&self, media_type: &str) -> String {
        let content_type = self.header("Content-Type");
        let boundary = content_type.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
        let line = format!("--{boundary}");
        let parts = self.body.split(&line).skip(1).filter(|part| !part.starts_with("--"));
        let parts = parts.map(|part| Self::parse(part.strip_prefix("\r\n").unwrap()));
        let mut wanted = parts.filter(|part| part.header("Content-Type").starts_with(media_type));
        wanted.next().unwrap_or_else(|| panic!("no {media_type}")).content()
    }

    fn content(&self) -> String {
        let bytes = match self.header("Content-Transfer-Encoding") {
            "base64" => STANDARD.decode(self.body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => quoted_printable(&self.body.replace("=\r\n", "")),
            "7bit" => self.body.clone().into_bytes(),
            other => panic!("{other}"),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n").trim_end().to_owned()
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    bytes
}

/// Decodes encoded words (RFC 2047). Asserts that each has at most 75 characters and contains whole characters.
fn decoded_words(text: &str) -> String {
    let mut shown = String::new();
    let mut after_word = false;
    for part in text.split(' ') {
        let word = part.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        let joined = after_word && word.is_some();
        if !joined && !shown.is_empty() {
            shown.push(' ');
        }
        match word {
            Some(word) => {
                assert!(part.len() <= 75, "{part} has {} characters", part.len());
                shown.push_str(std::str::from_utf8(&STANDARD.decode(word).unwrap()).unwrap());
            }
            None => shown.push_str(part),
        }
        after_word = word.is_some();
    }
    shown
}

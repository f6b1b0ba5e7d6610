//! The tokens of PDF (ISO 32000-1, 7.2 and 7.3), read as leniently as viewers read them.

use std::borrow::Cow;

/// A token. Numbers, and the words `true`, `null`, `R`, `obj` and so on, are [`Token::Word`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<<`
    OpenDictionary,
    /// `>>`
    CloseDictionary,
    /// `[`
    OpenArray,
    /// `]`
    CloseArray,
    /// A name without its `/`, with its escapes decoded.
    Name(Cow<'a, [u8]>),
    /// A text in `()`, without them, as it is written.
    Text(&'a [u8]),
    /// A text in `<>`, without them, as it is written.
    HexadecimalText(&'a [u8]),
    /// Anything else.
    Word(&'a [u8]),
}

/// Reads the tokens of some bytes.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Whether a byte is white space (table 1).
pub(super) const fn is_white_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    /// Reads from a position on.
    pub(super) const fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The position of the next byte.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The bytes from here to the first one that ends a run, and moves behind them.
    fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| ends(*byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Skips white space and comments.
    pub(super) fn skip_white_space(&mut self) {
        loop {
            self.take_until(|byte| !is_white_space(byte));
            if self.peek() != Some(b'%') {
                return;
            }
            self.take_until(|byte| matches!(byte, b'\n' | b'\r'));
        }
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        self.skip_white_space();
        let first = self.peek()?;
        let run = self.take_until(|byte| is_white_space(byte) || is_delimiter(byte));
        if !run.is_empty() {
            return Some(Token::Word(run));
        }
        self.at += 1;
        let doubled = self.peek() == Some(first);
        Some(match first {
            b'/' => Token::Name(decoded(self.take_until(|byte| is_white_space(byte) || is_delimiter(byte)))),
            b'(' => self.text(),
            b'<' if doubled => self.doubled(Token::OpenDictionary),
            b'>' if doubled => self.doubled(Token::CloseDictionary),
            b'<' => {
                let digits = self.take_until(|byte| byte == b'>');
                self.doubled(Token::HexadecimalText(digits))
            }
            b'[' => Token::OpenArray,
            b']' => Token::CloseArray,
            _ => Token::Word(b""),
        })
    }

    const fn doubled(&mut self, token: Token<'a>) -> Token<'a> {
        self.at += 1;
        token
    }

    /// Reads a text in parentheses. Parentheses in it are balanced, or escaped.
    fn text(&mut self) -> Token<'a> {
        let begin = self.at;
        let mut end = self.bytes.len();
        let mut depth = 1_usize;
        while depth > 0 {
            self.take_until(|byte| matches!(byte, b'(' | b')' | b'\\'));
            match self.peek() {
                Some(b'(') => depth += 1,
                Some(b')') => {
                    depth -= 1;
                    end = self.at;
                }
                Some(_) => self.at += 1,
                None => {
                    end = self.bytes.len();
                    break;
                }
            }
            self.at += 1;
        }
        Token::Text(self.bytes.get(begin..end).unwrap_or_default())
    }

    /// Whether the word `stream` is next. If so, moves to the first byte of the stream.
    pub(super) fn enter_stream(&mut self) -> bool {
        self.skip_white_space();
        let is_stream = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"stream"));
        if is_stream {
            self.take_until(|byte| matches!(byte, b'\n' | b'\r'));
            if self.peek() == Some(b'\r') {
                self.at += 1;
            }
            if self.peek() == Some(b'\n') {
                self.at += 1;
            }
        }
        is_stream
    }
}

/// Decodes the escapes of a name: `#` and two hexadecimal digits (7.3.5).
fn decoded(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'#') {
        return Cow::Borrowed(name);
    }
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        let escaped = after.first_chunk::<2>().copied().filter(|_| *byte == b'#').and_then(hexadecimal);
        plain.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    Cow::Owned(plain)
}

fn hexadecimal(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::at(text.as_bytes(), 0);
        std::iter::from_fn(|| lexer.next()).collect()
    }

    fn name(text: &str) -> Token<'_> {
        Token::Name(Cow::Borrowed(text.as_bytes()))
    }

    #[test]
    fn escapes_in_names_are_decoded() {
        assert_eq!(tokens("/J#61vaScript"), [name("JavaScript")]);
        assert_eq!(tokens("/#4aS/#4AS"), [name("JS"), name("JS")]);
        assert_eq!(tokens("/A#/A#4/A#xy/A##41"), [name("A#"), name("A#4"), name("A#xy"), name("A#A")]);
    }

    #[test]
    fn texts_and_comments_hide_what_is_in_them_and_nothing_else() {
        assert_eq!(tokens("(/JS (a) \\) /JS) /A"), [Token::Text(b"/JS (a) \\) /JS"), name("A")]);
        let expected = [Token::HexadecimalText(b"2F4A53"), name("A"), name("B")];
        assert_eq!(tokens("<2F4A53>/A % /JS \r/B"), expected);
        assert_eq!(tokens("(never closed /JS"), [Token::Text(b"never closed /JS")]);
        assert_eq!(tokens("(never (closed) /JS"), [Token::Text(b"never (closed) /JS")]);
        assert_eq!(tokens("(\\"), [Token::Text(b"\\")]);
    }

    #[test]
    fn tokens_need_no_space_between_them() {
        let expected = [
            Token::OpenDictionary,
            name("A"),
            Token::OpenArray,
            name("B"),
            Token::Word(b"1"),
            Token::CloseArray,
            Token::CloseDictionary,
        ];
        assert_eq!(tokens("<</A[/B 1]>>"), expected);
    }
}

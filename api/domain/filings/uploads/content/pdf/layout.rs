//! What is between the objects of a PDF file.

use memchr::memmem;

use super::is_padding;
use super::lexer::is_white_space;
use super::object::ObjectReader;

/// The words between objects: those around an object and its stream, of the cross-reference table, and of the trailer.
/// Behind `%%EOF`, Word writes the first object of an update without a line end.
const WORDS: &[&[u8]] = &[b"endobj", b"endstream", b"xref", b"startxref", b"n", b"f", b"%%EOF"];
const END_OF_STREAM: &[u8] = b"endstream";
const END_OF_OBJECT: &[u8] = b"endobj";
/// The maximum length of a comment of any bytes. Programs write a few bytes above 127 behind the header. Longer comments
/// are text: the name of a program, or the command that called it.
const MAX_BINARY_COMMENT: usize = 64;
/// In how many bytes behind a stream the word is that ends it.
const MAX_SPACE: usize = 32;

/// Whether a file has only objects, cross-reference tables, trailers, white space and short comments from a position on.
/// Viewers skip anything else, so that another program may find its own file there.
///
/// What is in an object or a stream is not looked at. Every byte is read a few times at most.
pub(super) fn has_only_objects(content: &[u8], begin: usize) -> bool {
    let last_stream = memmem::rfind(content, END_OF_STREAM);
    let mut at = begin;
    while let Some(rest) = content.get(at..).filter(|rest| !rest.is_empty()) {
        match skip_part(content, last_stream, at) {
            Some(next) => at = next,
            None => return is_padding(rest),
        }
    }
    true
}

/// Skips what begins at a position, and returns the position behind it; `None` if it does not belong there.
fn skip_part(content: &[u8], last_stream: Option<usize>, at: usize) -> Option<usize> {
    let rest = content.get(at..)?;
    let first = *rest.first()?;
    if is_white_space(first) || first.is_ascii_digit() {
        return Some(at + 1);
    }
    if let Some(word) = WORDS.iter().find(|word| rest.starts_with(word)) {
        return Some(at + word.len());
    }
    if first == b'%' {
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        return rest.get(..length).is_some_and(is_comment).then_some(at + length);
    }
    let begins: [&[u8]; 2] = [b"obj", b"trailer"];
    let begin = begins.into_iter().find(|begin| rest.starts_with(begin))?;
    Some(skip_object(content, last_stream, at + begin.len()))
}

/// Whether a comment is what programs write: short or text, and without an element of HTML.
fn is_comment(comment: &[u8]) -> bool {
    let begins_element = |at| comment.get(at + 1..).is_some_and(is_element);
    let is_text = || comment.iter().all(|byte| (b' '..=b'~').contains(byte) || *byte == b'\t');
    (comment.len() <= MAX_BINARY_COMMENT || is_text())
        && !memchr::memchr_iter(b'<', comment).any(begins_element)
}

/// Whether bytes behind a `<` are the name of an element, a declaration or an instruction. A mail address is none, nor is
/// a dictionary in the command that called a program.
fn is_element(rest: &[u8]) -> bool {
    let name = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let ends = rest.get(name).is_none_or(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'));
    matches!(rest.first(), Some(b'!' | b'?')) || name > 0 && ends
}

/// Skips an object or a trailer, and its stream if it has one. `last_stream` is where the last stream ends: behind it,
/// nothing is searched again and again.
fn skip_object(content: &[u8], last_stream: Option<usize>, at: usize) -> usize {
    let object = ObjectReader::at(content, at).read();
    let Some(data) = object.stream else { return object.end };
    let rest = content.get(data..).unwrap_or_default();
    let ends_there = |length: &usize| {
        let end = rest.get(*length..).map(|end| end.get(..MAX_SPACE).unwrap_or(end));
        end.is_some_and(|end| end.trim_ascii_start().starts_with(END_OF_STREAM))
    };
    let has_end = last_stream.is_some_and(|last| last >= data);
    let length = object
        .dictionary
        .length
        .filter(ends_there)
        .or_else(|| has_end.then(|| memmem::find(rest, END_OF_STREAM)).flatten())
        .or_else(|| memmem::find(rest, END_OF_OBJECT))
        .unwrap_or(rest.len());
    data + length
}

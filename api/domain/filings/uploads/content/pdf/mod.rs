//! The structure of a PDF file (ISO 32000-1), and what a viewer would run or unpack.
//!
//! A viewer finds objects by the cross-reference table, and repairs a damaged table by searching the whole file for
//! objects. So the table is not trusted here: everything that looks like the start of an object is read, wherever it is,
//! also in the bytes of a stream. Libraries that parse PDFs follow the table, and see less than a viewer does.

mod action;
mod dictionary;
mod layout;
mod lexer;
mod links;
mod numbers;
mod object;
mod object_streams;
mod search;

use memchr::memmem;

use self::layout::has_only_objects;
use self::search::Search;
use super::UploadRefusal;

/// The signature may be anywhere in this many bytes at the start (annex H.3.4.1), and the end in as many at the end
/// (H.3.4.4).
const MARGIN: usize = 1024;
const SIGNATURE: &[u8] = b"%PDF-";
const END: &[u8] = b"%%EOF";
/// The command that a printer driver writes before and after a print job (Universal Exit Language).
const EXIT: &[u8] = b"\x1B%-12345X";

/// Checks that a file has the header, at least one object, the root of its objects and the end of a PDF file, and that a
/// viewer would run or unpack nothing in it.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`], [`UploadRefusal::ContentActive`], [`UploadRefusal::ContentNotCheckable`].
pub(super) fn examine(content: &[u8]) -> Result<(), UploadRefusal> {
    if !begins_like_pdf(content) || !ends_like_pdf(content) {
        return Err(UploadRefusal::ContentNotOfType);
    }
    Search::of(content).verdict()?;
    let begin = memmem::find(content, SIGNATURE).unwrap_or_default();
    if has_only_objects(content, begin) { Ok(()) } else { Err(UploadRefusal::ContentNotOfType) }
}

/// Whether the signature of a PDF is anywhere in the content.
pub(super) fn contains_header(content: &[u8]) -> bool {
    memmem::find_iter(content, SIGNATURE).any(|at| has_version(content, at))
}

/// Whether a version, such as 1.7, follows the signature.
fn has_version(content: &[u8], signature: usize) -> bool {
    let version = content.get(signature + SIGNATURE.len()..).and_then(<[u8]>::first_chunk::<3>);
    version
        .is_some_and(|[major, dot, minor]| major.is_ascii_digit() && *dot == b'.' && minor.is_ascii_digit())
}

/// Programs write a byte order mark or line ends before the signature, and printer drivers the commands of a print job
/// (PJL). Nothing else is accepted, so that a file is not of another type as well.
fn begins_like_pdf(content: &[u8]) -> bool {
    let head = content.get(..MARGIN).unwrap_or(content);
    let Some(at) = memmem::find(head, SIGNATURE) else { return false };
    let before = head.get(..at).unwrap_or_default();
    let before = before.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(before);
    has_version(content, at) && (before.iter().all(u8::is_ascii_whitespace) || is_print_job(before))
}

/// Whether the bytes are commands of a print job: lines of text, each of which begins with `@PJL`.
fn is_print_job(bytes: &[u8]) -> bool {
    let is_command = |line: &[u8]| {
        let line = line.strip_prefix(EXIT).unwrap_or(line).trim_ascii();
        let is_text = line.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t'));
        line.is_empty() || line.starts_with(b"@PJL") && is_text && !line.contains(&b'<')
    };
    bytes.starts_with(EXIT)
        && memmem::find(bytes, b"@PJL").is_some()
        && bytes.split(|byte| matches!(byte, b'\n' | b'\r')).all(is_command)
}

/// Whether the file ends with the offset of its cross-reference table and the marker of the end (7.5.5). Only padding or
/// the end of a print job may follow, so that a file is not of another type as well.
fn ends_like_pdf(content: &[u8]) -> bool {
    let Some(end) = memmem::rfind(content, END) else { return false };
    let (before, after) = content.split_at_checked(end).unwrap_or_default();
    let after = after.get(END.len()..).unwrap_or_default();
    let before = before.get(before.len().saturating_sub(MARGIN)..).unwrap_or_default();
    ends_with_offset(before) && is_padding(after)
}

fn ends_with_offset(before_end: &[u8]) -> bool {
    const KEYWORD: &[u8] = b"startxref";
    let offset = memmem::rfind(before_end, KEYWORD).and_then(|at| before_end.get(at + KEYWORD.len()..));
    offset.is_some_and(|offset| {
        let digits = offset.trim_ascii();
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    })
}

/// Whether the bytes are white space, zeros, the end of a file in DOS (1A), or the end of a print job.
fn is_padding(bytes: &[u8]) -> bool {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1A);
    let blank = bytes.iter().take_while(|byte| is_blank(byte)).count();
    match bytes.get(blank..) {
        None | Some([]) => true,
        Some(job) => {
            let commands = job.strip_prefix(EXIT).map(<[u8]>::trim_ascii);
            job.len() <= MARGIN && commands.is_some_and(|rest| rest.is_empty() || is_print_job(job))
        }
    }
}

//! The trailer that Samsung's telephones write behind a JPEG image: blocks of data, and their directory. Its form is not
//! published; `ExifTool` describes it (`Samsung.pm`, `ProcessSamsung`).
//!
//! Most photos of these telephones have the trailer, with notes such as the time of the photo and the country of the
//! network. The same trailer can also hold films, sounds and further pictures. Only notes are accepted.

/// The words at the beginning of the directory, and at the end of the file.
const DIRECTORY: &[u8] = b"SEFH";
const END: &[u8] = b"SEFT";
/// The size of an entry of the directory, and of its head.
const ENTRY: usize = 12;
/// The maximum size of a trailer. The notes of a photo have some hundred bytes.
const MAX_TRAILER: usize = 64 * 1024;
/// The maximum size of a note that is no text. There is no room for a file in it.
const MAX_BINARY_NOTE: usize = 32;

/// Whether the bytes are a whole trailer, in which all blocks are notes.
pub(super) fn has_only_notes(trailer: &[u8]) -> bool {
    trailer.len() <= MAX_TRAILER && read_notes(trailer) == Some(true)
}

/// Reads the blocks, which must lie one after another up to the directory. `None` if the trailer is damaged.
fn read_notes(trailer: &[u8]) -> Option<bool> {
    let (before, length) = trailer.strip_suffix(END)?.split_last_chunk::<4>()?;
    let (blocks, directory) = before.split_at_checked(before.len().checked_sub(number(*length)?)?)?;
    let (head, entries) = directory.split_first_chunk::<ENTRY>()?;
    let count = number(*head.last_chunk()?)?;
    let (entries, rest) = entries.as_chunks::<ENTRY>();
    if !head.starts_with(DIRECTORY) || !rest.is_empty() || entries.len() != count {
        return None;
    }
    let mut at = 0;
    let mut only_notes = true;
    for entry in entries {
        let [_, _, _, _, d0, d1, d2, d3, s0, s1, s2, s3] = *entry;
        let (distance, size) = (number([d0, d1, d2, d3])?, number([s0, s1, s2, s3])?);
        if blocks.len().checked_sub(distance)? != at {
            return None;
        }
        only_notes &= is_note(blocks.get(at..at.checked_add(size)?)?)?;
        at += size;
    }
    (at == blocks.len()).then_some(only_notes)
}

/// Whether a block is a note: two zeros, its type, the length of its name, its name, and a text or a few bytes.
fn is_note(block: &[u8]) -> Option<bool> {
    let ([0, 0, _, _, n0, n1, n2, n3], rest) = block.split_first_chunk::<8>()? else { return None };
    let (name, data) = rest.split_at_checked(number([*n0, *n1, *n2, *n3])?)?;
    let is_text = |text: &[u8]| text.iter().all(|byte| (b' '..=b'~').contains(byte));
    // Without `<`, a text is no page of HTML.
    Some(is_text(name) && (data.len() <= MAX_BINARY_NOTE || is_text(data)) && !block.contains(&b'<'))
}

fn number(bytes: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

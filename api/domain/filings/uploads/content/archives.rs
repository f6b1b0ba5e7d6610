//! Finds archives. A reader of archives searches for an archive anywhere in a file, so a file can be a valid image or
//! PDF and an archive as well.

use memchr::memmem;

/// The signatures of RAR, 7z and CAB archives.
const SIGNATURES: &[&[u8]] = &[b"Rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C", b"MSCF\0\0\0\0"];
/// The signatures that count in one place only: of a TAR archive, and of a disk image (ISO 9660).
const PLACED_SIGNATURES: &[(usize, &[u8])] = &[(257, b"ustar"), (32_769, b"CD001")];
/// The beginning of the method of an LZH archive. A letter or digit and `-` follow.
const LZH_METHOD: &[u8] = b"-lh";
/// The signature of an entry in the directory of a ZIP archive (APPNOTE 4.3.12).
const ZIP_ENTRY: &[u8] = b"PK\x01\x02";
/// The signature of the end of a ZIP archive's directory (APPNOTE 4.3.16).
const ZIP_END: &[u8] = b"PK\x05\x06";

/// Whether the content contains an archive (ZIP, RAR, 7z, CAB, LZH, TAR, ISO), in any place where a program finds it.
pub(super) fn contains_archive(content: &[u8]) -> bool {
    let has_placed = |(place, signature): &(usize, &[u8])| {
        content.get(*place..).is_some_and(|rest| rest.starts_with(signature))
    };
    SIGNATURES.iter().any(|signature| memmem::find(content, signature).is_some())
        || PLACED_SIGNATURES.iter().any(has_placed)
        || contains_lzh(content)
        || contains_zip(content)
}

/// The method of an LZH archive is such as `-lh5-`. The level of its header, a number from 0 to 3, is 18 bytes behind.
fn contains_lzh(content: &[u8]) -> bool {
    memmem::find_iter(content, LZH_METHOD).any(|at| {
        let header = content.get(at..).unwrap_or_default();
        header.get(3).is_some_and(u8::is_ascii_alphanumeric)
            && header.get(4) == Some(&b'-')
            && header.get(18).is_some_and(|level| *level <= 3)
    })
}

/// Four bytes alone may occur in a compressed image by chance. So the end of a directory counts only after an entry of
/// a directory, or if its own numbers agree, as those of an empty archive do.
fn contains_zip(content: &[u8]) -> bool {
    let first_entry = memmem::find(content, ZIP_ENTRY);
    memmem::find_iter(content, ZIP_END).any(|end| {
        first_entry.is_some_and(|entry| entry < end)
            || content.get(end..).is_some_and(|record| is_consistent_end(record, end))
    })
}

/// Whether a record is on the first disk, counts all entries as its own, and lies behind its directory.
fn is_consistent_end(record: &[u8], at: usize) -> bool {
    let short = |at: usize| Some(u16::from_le_bytes(record.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u64::from(u32::from_le_bytes(record.get(at..at + 4)?.try_into().ok()?)));
    let consistent = || {
        let entries = (short(8)?, short(10)?);
        let directory_end = long(12)? + long(16)?;
        Some(short(4)? == 0 && short(6)? == 0 && entries.0 == entries.1 && directory_end <= at as u64)
    };
    consistent().unwrap_or(false)
}

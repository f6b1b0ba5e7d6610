//! Finds archives. A reader of archives searches for an archive anywhere in a file, so a file can be a valid image or
//! PDF and an archive as well.

use memchr::memmem;

/// The signatures of RAR, 7z and CAB archives.
const SIGNATURES: &[&[u8]] = &[b"Rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C", b"MSCF\0\0\0\0"];
/// The signatures that count in one place only: of a TAR archive, and of a disk image (ISO 9660 and
/// UDF).
const PLACED_SIGNATURES: &[(usize, &[u8])] = &[(257, b"ustar"), (32_769, b"CD001"), (32_769, b"BEA01")];
/// The signatures in the last 512 bytes of disk images: of macOS (DMG), and of virtual machines (VHD).
const SIGNATURES_OF_TRAILERS: &[&[u8]] = &[b"koly", b"conectix"];
/// The size of the trailer of a disk image, and of the header of a file in a TAR archive.
const BLOCK: usize = 512;
/// Where the header of a file in a TAR archive has its checksum (POSIX.1, ustar interchange format).
const TAR_CHECKSUM: std::ops::Range<usize> = 148..156;
/// The beginning of the method of an LZH archive. A letter or digit and `-` follow.
const LZH_METHOD: &[u8] = b"-lh";
/// The signature of an entry in the directory of a ZIP archive (APPNOTE 4.3.12).
const ZIP_ENTRY: &[u8] = b"PK\x01\x02";
/// The signature of the end of a ZIP archive's directory (APPNOTE 4.3.16).
const ZIP_END: &[u8] = b"PK\x05\x06";

/// Whether the content contains an archive (ZIP, RAR, 7z, CAB, LZH, TAR, ISO, DMG, VHD), in any place where a program
/// finds it.
pub(super) fn contains_archive(content: &[u8]) -> bool {
    let has_placed = |(place, signature): &(usize, &[u8])| {
        content.get(*place..).is_some_and(|rest| rest.starts_with(signature))
    };
    SIGNATURES.iter().any(|signature| memmem::find(content, signature).is_some())
        || PLACED_SIGNATURES.iter().any(has_placed)
        || has_trailer_of_disk(content)
        || begins_with_tar_header(content)
        || contains_lzh(content)
        || contains_zip(content)
}

fn has_trailer_of_disk(content: &[u8]) -> bool {
    let trailer = content.len().checked_sub(BLOCK).and_then(|begin| content.get(begin..)).unwrap_or_default();
    SIGNATURES_OF_TRAILERS.iter().any(|signature| trailer.starts_with(signature))
}

/// Old TAR archives (UNIX version 7) have no signature. Programs know them by the checksum of the first header: an octal
/// number, the sum of all bytes of the header with spaces in place of the checksum. Some programs add signed bytes.
fn begins_with_tar_header(content: &[u8]) -> bool {
    let Some(header) = content.first_chunk::<BLOCK>() else { return false };
    let written = header.get(TAR_CHECKSUM).unwrap_or_default();
    let blank = |(at, byte): (usize, &u8)| if TAR_CHECKSUM.contains(&at) { b' ' } else { *byte };
    let bytes = || header.iter().enumerate().map(blank);
    let sum: i64 = bytes().map(i64::from).sum();
    let signed_sum: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    octal(written).is_some_and(|checksum| checksum == sum || checksum == signed_sum)
}

/// An octal number, with spaces before it, and with spaces or zeros, or anything else, behind it.
fn octal(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    i64::from_str_radix(std::str::from_utf8(text.get(..digits)?).ok()?, 8).ok()
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

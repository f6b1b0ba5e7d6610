//! The structure of a JPEG file (ITU-T T.81, annex B): marker segments, a frame, and scans up to `EOI`.

use super::{UploadRefusal, image_size, samsung_trailer};

/// Start of image.
const SOI: &[u8] = &[0xFF, 0xD8];
/// End of image.
const EOI: u8 = 0xD9;
/// Start of a scan, which the entropy-coded pixels follow.
const SOS: u8 = 0xDA;
/// The maximum number of scans. A progressive image has about ten, and each takes a viewer the time of a whole image.
const MAX_SCANS: usize = 100;

/// The maximum number of images in a file. Telephones store a map of the brightness and a small preview, cameras for two
/// views a second image.
const MAX_IMAGES: usize = 16;

/// Checks that a file consists of a complete image, and that no file of another type is behind it. The pixels are not
/// decoded, and the contents of its segments, such as comments, are not looked at.
///
/// Behind the end of the image, only these are accepted: padding; further complete images (CIPA DC-007, multi-picture
/// format, which most telephones write); and notes that Samsung's telephones write ([`samsung_trailer`]). Everything else
/// could be a file of another type: a program, a page, or the film of a “motion photo”, which can itself hide a file.
/// A picture that is saved again has nothing behind its end.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`], [`UploadRefusal::ImageTooLarge`].
pub(super) fn examine(content: &[u8]) -> Result<(), UploadRefusal> {
    let mut rest = read_image(content)?;
    for _ in 1..MAX_IMAGES {
        let after_padding = skip_padding(rest);
        // A trailer begins with zeros, too.
        if after_padding.is_empty() || samsung_trailer::has_only_notes(rest) {
            return Ok(());
        }
        rest = read_image(after_padding)?;
    }
    if skip_padding(rest).is_empty() { Ok(()) } else { Err(UploadRefusal::ContentNotOfType) }
}

/// Skips the bytes that cameras fill a block with.
fn skip_padding(content: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| matches!(byte, 0 | 0xFF) || byte.is_ascii_whitespace();
    let padding = content.iter().take_while(|byte| is_padding(byte)).count();
    // The byte FF is also the first one of an image.
    let begins_image = content.get(padding).is_some_and(|next| SOI.ends_with(&[*next]));
    let padding = if begins_image { padding.saturating_sub(1) } else { padding };
    content.get(padding..).unwrap_or_default()
}

/// Reads an image: marker segments, with one frame and at least one scan. Returns what is behind it.
fn read_image(content: &[u8]) -> Result<&[u8], UploadRefusal> {
    let mut rest = content.strip_prefix(SOI).ok_or(UploadRefusal::ContentNotOfType)?;
    let mut frame = None;
    let mut scans = 0;
    loop {
        let (marker, after) = split_marker(rest).ok_or(UploadRefusal::ContentNotOfType)?;
        if marker == EOI {
            return if scans > 0 { Ok(after) } else { Err(UploadRefusal::ContentNotOfType) };
        }
        let (segment, after) = split_segment(marker, after).ok_or(UploadRefusal::ContentNotOfType)?;
        rest = after;
        if is_frame(marker) {
            let (width, height, components) = read_frame(segment).ok_or(UploadRefusal::ContentNotOfType)?;
            image_size::check(width, height)?;
            if frame.replace(components).is_some() {
                return Err(UploadRefusal::ContentNotOfType);
            }
        } else if marker == SOS {
            scans += 1;
            let components = frame.filter(|_| scans <= MAX_SCANS);
            rest = components
                .filter(|components| is_scan(segment, *components))
                .and_then(|_| skip_pixels(rest))
                .ok_or(UploadRefusal::ContentNotOfType)?;
        }
    }
}

/// Splits a marker off: one or more bytes `FF`, and its code.
fn split_marker(content: &[u8]) -> Option<(u8, &[u8])> {
    let codes = content.strip_prefix(&[0xFF])?;
    let filled = codes.iter().take_while(|byte| **byte == 0xFF).count();
    let (code, rest) = codes.get(filled..)?.split_first()?;
    Some((*code, rest))
}

/// Splits the segment of a marker off: its length, which counts the two bytes of itself, and its parameters. Between
/// segments, no marker without a segment is allowed but the end of the image.
fn split_segment(marker: u8, content: &[u8]) -> Option<(&[u8], &[u8])> {
    if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD9) {
        return None;
    }
    let (length, rest) = content.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)).checked_sub(2)?)
}

/// Whether a marker starts a frame (table B.1). `C4`, `C8` and `CC` are in the same range, but have other meanings.
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// The width, the height and the number of components of a frame (B.2.2): the precision of the samples, height and
/// width, the number of components, and three bytes for each.
fn read_frame(segment: &[u8]) -> Option<(u32, u32, u8)> {
    let ([precision, h0, h1, w0, w1, components], rest) = segment.split_first_chunk::<6>()?;
    let legal = (2..=16).contains(precision)
        && (1..=4).contains(components)
        && rest.len() == usize::from(*components) * 3;
    let side = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
    legal.then_some((side(*w0, *w1), side(*h0, *h1), *components))
}

/// Whether the parameters of a scan fit its frame (B.2.3): the number of components, two bytes for each, and three
/// bytes.
fn is_scan(segment: &[u8], components_of_frame: u8) -> bool {
    segment.split_first().is_some_and(|(components, rest)| {
        (1..=components_of_frame).contains(components) && rest.len() == usize::from(*components) * 2 + 3
    })
}

/// Skips the entropy-coded pixels up to the next marker. In them, `FF` is followed by zero or by a restart marker
/// (B.1.1.5). `None` if there are no pixels or no marker.
fn skip_pixels(content: &[u8]) -> Option<&[u8]> {
    let marker = memchr::memchr_iter(0xFF, content).find(|at| {
        let next = content.get(at + 1);
        // Another `FF` fills the space before a marker, which is found at that byte.
        !matches!(next, None | Some(0x00 | 0xD0..=0xD7 | 0xFF))
    })?;
    if marker == 0 { None } else { content.get(marker..) }
}

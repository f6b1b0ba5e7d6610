//! The structure of a PNG file (W3C, Portable Network Graphics, third edition): a signature, and chunks up to `IEND`.

use super::inflation::Inflation;
use super::{UploadRefusal, image_size};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// The largest number that a chunk's length and an image's sides may have: four bytes, of which PNG uses 31 bits.
const MAX_NUMBER: u32 = (1 << 31) - 1;
/// The maximum number of colours in a palette.
const MAX_COLOURS: usize = 256;
/// The maximum number of bytes to which the compressed colour profile and texts of an image inflate together. Profiles
/// have up to 1 MiB, and a text is a few pages. More is not for a reader, but for the memory of a viewer.
const MAX_PROFILE_AND_TEXTS: u64 = 4 * 1024 * 1024;
/// The maximum number of compressed profiles and texts. Each costs the work of beginning to inflate.
const MAX_TEXTS: usize = 1000;
/// Where the pixels begin in each pass of an interlaced image, and their distance: column, row, columns, rows (PNG, 8.1).
const PASSES: &[(u32, u32, u32, u32)] =
    &[(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// Checks that a file consists of the chunks of a PNG file, each with its right checksum, and of nothing else, and that
/// its compressed pixels are complete: they inflate to exactly the bytes that the size of the image needs. The pixels are
/// only counted, not looked at.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`], [`UploadRefusal::ImageTooLarge`].
pub(super) fn examine(content: &[u8]) -> Result<(), UploadRefusal> {
    let chunks = content.strip_prefix(SIGNATURE).ok_or(UploadRefusal::ContentNotOfType)?;
    let (header, mut rest) = split_chunk(chunks).ok_or(UploadRefusal::ContentNotOfType)?;
    let header = Header::of(&header).ok_or(UploadRefusal::ContentNotOfType)?;
    image_size::check(header.width, header.height)?;
    let mut image = Image::of(&header);
    loop {
        let (chunk, after) = split_chunk(rest).ok_or(UploadRefusal::ContentNotOfType)?;
        if chunk.kind == b"IEND" {
            let complete = chunk.data.is_empty() && after.is_empty() && image.is_complete();
            return if complete { Ok(()) } else { Err(UploadRefusal::ContentNotOfType) };
        }
        image.add(&chunk).ok_or(UploadRefusal::ContentNotOfType)?;
        rest = after;
    }
}

/// A chunk whose checksum is right.
struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
}

/// Splits the first chunk off: its length, its type, its data, and the CRC of type and data.
fn split_chunk(content: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let (length, rest) = content.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length);
    if length > MAX_NUMBER {
        return None;
    }
    let (kind_and_data, rest) = rest.split_at_checked(usize::try_from(length).ok()?.checked_add(4)?)?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let (kind, data) = kind_and_data.split_at_checked(4)?;
    let intact = crc32fast::hash(kind_and_data) == u32::from_be_bytes(*crc);
    (intact && kind.iter().all(u8::is_ascii_alphabetic)).then_some((Chunk { kind, data }, rest))
}

/// The parts of `IHDR` that are needed.
struct Header {
    width: u32,
    height: u32,
    depth: u8,
    colour_type: u8,
    is_interlaced: bool,
}

impl Header {
    /// Reads `IHDR`, which must be the first chunk.
    fn of(chunk: &Chunk<'_>) -> Option<Self> {
        let data: &[u8; 13] = chunk.data.try_into().ok()?;
        let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour_type, compression, filter, interlace] = *data;
        let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        // The depths that each colour type may have (PNG, table 11.1).
        let depths: &[u8] = match colour_type {
            0 => &[1, 2, 4, 8, 16],
            2 | 4 | 6 => &[8, 16],
            3 => &[1, 2, 4, 8],
            _ => &[],
        };
        let legal = chunk.kind == b"IHDR"
            && width <= MAX_NUMBER
            && height <= MAX_NUMBER
            && depths.contains(&depth)
            && compression == 0
            && filter == 0
            && interlace <= 1;
        legal.then_some(Self { width, height, depth, colour_type, is_interlaced: interlace == 1 })
    }

    /// How many bytes the pixels have, before they are compressed (PNG, 7.2 and 9). Each row has a byte more, for its
    /// filter. An interlaced image consists of seven smaller ones.
    fn size_of_pixels(&self) -> u64 {
        let samples = match self.colour_type {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let row = |width: u32| (u64::from(width) * samples * u64::from(self.depth)).div_ceil(8) + 1;
        let size = |width: u32, height: u32| if width == 0 { 0 } else { row(width) * u64::from(height) };
        if !self.is_interlaced {
            return size(self.width, self.height);
        }
        let count = |side: u32, begin: u32, distance: u32| side.saturating_sub(begin).div_ceil(distance);
        let sizes = PASSES.iter().map(|(column, row, columns, rows)| {
            size(count(self.width, *column, *columns), count(self.height, *row, *rows))
        });
        sizes.sum()
    }
}

/// The chunks between `IHDR` and `IEND` that were read so far.
struct Image {
    colour_type: u8,
    has_palette: bool,
    size_of_pixels: u64,
    pixels: Inflation,
    /// How many bytes the profile and the texts may still have.
    rest_for_texts: u64,
    number_of_texts: usize,
    texts: Inflation,
    in_data: bool,
    after_data: bool,
}

impl Image {
    fn of(header: &Header) -> Self {
        let size_of_pixels = header.size_of_pixels();
        Self {
            colour_type: header.colour_type,
            has_palette: false,
            size_of_pixels,
            pixels: Inflation::up_to(size_of_pixels),
            rest_for_texts: MAX_PROFILE_AND_TEXTS,
            number_of_texts: 0,
            texts: Inflation::up_to(MAX_PROFILE_AND_TEXTS),
            in_data: false,
            after_data: false,
        }
    }

    /// Adds a chunk; `None` if it must not be there.
    fn add(&mut self, chunk: &Chunk<'_>) -> Option<()> {
        self.after_data |= self.in_data && chunk.kind != b"IDAT";
        let allowed = match chunk.kind {
            b"PLTE" => {
                let colours = chunk.data.chunks_exact(3);
                let whole = colours.remainder().is_empty() && (1..=MAX_COLOURS).contains(&colours.len());
                let first = !self.has_palette && !self.in_data;
                self.has_palette = true;
                whole && first && matches!(self.colour_type, 2 | 3 | 6)
            }
            b"IDAT" => {
                self.in_data = true;
                self.pixels.add(chunk.data)?;
                !self.after_data && (self.has_palette || self.colour_type != 3)
            }
            b"iCCP" | b"zTXt" | b"iTXt" => self.add_text(chunk).is_some(),
            // A chunk whose type begins with a capital is critical: a reader that does not know it must give up.
            kind => kind.first().is_some_and(u8::is_ascii_lowercase),
        };
        allowed.then_some(())
    }

    /// Adds a chunk that may have compressed data: a profile or a text. `None` if its form is not that of its type (PNG,
    /// 11.3.2.3 and 11.3.3), or the data are damaged or too large.
    fn add_text(&mut self, chunk: &Chunk<'_>) -> Option<()> {
        let Some(compressed) = compressed_data(chunk)? else { return Some(()) };
        self.number_of_texts += 1;
        if self.number_of_texts > MAX_TEXTS {
            return None;
        }
        self.texts.begin_again(self.rest_for_texts);
        self.texts.add(compressed)?;
        self.rest_for_texts -= self.texts.count()?;
        Some(())
    }

    /// Whether all pixels are there.
    fn is_complete(&self) -> bool {
        self.pixels.count() == Some(self.size_of_pixels)
    }
}

/// The compressed data of a profile or a text: behind a keyword of 1 to 79 bytes and the number of the method. A text in
/// several languages has them behind its language and its translated keyword, and may also be plain: `Some(None)`.
#[expect(clippy::option_option, reason = "a chunk may be damaged, or whole without compressed data")]
fn compressed_data<'a>(chunk: &Chunk<'a>) -> Option<Option<&'a [u8]>> {
    let (keyword, rest) = split_text(chunk.data)?;
    if keyword.is_empty() || keyword.len() > 79 {
        return None;
    }
    if chunk.kind != b"iTXt" {
        return rest.strip_prefix(&[0]).map(Some);
    }
    let (method, rest) = rest.split_first_chunk::<2>()?;
    let (_language, rest) = split_text(rest)?;
    let (_translated, text) = split_text(rest)?;
    match method {
        [0, _] => Some(None),
        [1, 0] => Some(Some(text)),
        _ => None,
    }
}

/// Splits a text off, which a zero ends.
fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

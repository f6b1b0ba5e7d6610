//! The structure of a PNG file (W3C, Portable Network Graphics, third edition): a signature, and chunks up to `IEND`.

use super::{UploadRefusal, image_size};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// The largest number that a chunk's length and an image's sides may have: four bytes, of which PNG uses 31 bits.
const MAX_NUMBER: u32 = (1 << 31) - 1;
/// The maximum number of colours in a palette.
const MAX_COLOURS: usize = 256;

/// Checks that a file consists of the chunks of a PNG file, each with its right checksum, and of nothing else. The
/// pixels are not decoded.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`], [`UploadRefusal::ImageTooLarge`].
pub(super) fn examine(content: &[u8]) -> Result<(), UploadRefusal> {
    let chunks = content.strip_prefix(SIGNATURE).ok_or(UploadRefusal::ContentNotOfType)?;
    let (header, mut rest) = split_chunk(chunks).ok_or(UploadRefusal::ContentNotOfType)?;
    let header = Header::of(&header).ok_or(UploadRefusal::ContentNotOfType)?;
    image_size::check(header.width, header.height)?;
    let mut image = Image { colour_type: header.colour_type, ..Image::default() };
    loop {
        let (chunk, after) = split_chunk(rest).ok_or(UploadRefusal::ContentNotOfType)?;
        if chunk.kind == b"IEND" {
            let complete = chunk.data.is_empty() && after.is_empty() && image.has_data();
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
    colour_type: u8,
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
        legal.then_some(Self { width, height, colour_type })
    }
}

/// The chunks between `IHDR` and `IEND` that were read so far.
#[derive(Default)]
struct Image {
    colour_type: u8,
    has_palette: bool,
    /// The first two bytes of the compressed pixels. They may be in different chunks.
    data_head: Vec<u8>,
    in_data: bool,
    after_data: bool,
}

impl Image {
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
                let missing = 2_usize.saturating_sub(self.data_head.len());
                self.data_head.extend(chunk.data.iter().take(missing));
                !self.after_data && (self.has_palette || self.colour_type != 3)
            }
            // A chunk whose type begins with a capital is critical: a reader that does not know it must give up.
            kind => kind.first().is_some_and(u8::is_ascii_lowercase),
        };
        allowed.then_some(())
    }

    /// Whether the pixels begin with the header of a zlib stream (RFC 1950, section 2.2).
    fn has_data(&self) -> bool {
        match *self.data_head {
            [method, flags] => {
                method & 0x0F == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, flags]) % 31 == 0
            }
            _ => false,
        }
    }
}

//! Object streams (ISO 32000-1, 7.5.7): streams that contain further objects, usually compressed.

use memchr::memmem;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_IGNORE_ADLER32, TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::action::Action;
use super::dictionary::{Dictionary, Encoding};
use super::lexer::{Lexer, Token, is_white_space};
use super::object::ObjectReader;

/// The maximum size of an object stream, when it is inflated. Programs put one or two hundred objects into one, which
/// take less than a tenth of this.
const MAX_INFLATED: usize = 8 * 1024 * 1024;
/// What it costs to begin to inflate, in bytes.
const COST_OF_STREAM: usize = 4096;

/// Reads object streams. The memory for the inflated bytes is used again for each.
#[derive(Default)]
pub(super) struct ObjectStreams {
    inflated: Vec<u8>,
}

/// What was found in an object stream.
pub(super) struct Found {
    /// Whether an object is active content.
    pub(super) is_active: bool,
    /// What the objects say as actions.
    pub(super) action: Action,
    /// The numbers of the objects that are not the plain address of a link.
    pub(super) others: Vec<usize>,
    /// How many bytes were inflated and read, counting every repetition.
    pub(super) work: usize,
}

impl ObjectStreams {
    /// Reads the objects in an object stream. `data` begins with the stream and may be longer; a compressed stream has
    /// its own end, and another one is read up to the next `endstream`.
    ///
    /// `None` if it cannot be read: it is encoded in an unusual way, too large, or its objects are not where it says.
    pub(super) fn read(&mut self, dictionary: &Dictionary, data: &[u8]) -> Option<Found> {
        let (content, compressed) = match dictionary.encoding {
            Encoding::Plain => (data.get(..memmem::find(data, b"endstream").unwrap_or(data.len()))?, 0),
            Encoding::Deflated => self.inflate(data)?,
            Encoding::Unusual => return None,
        };
        let (objects, others) = read_objects(content, dictionary.first?)?;
        let (is_active, action) = (objects.is_active, objects.action);
        Some(Found { is_active, action, others, work: content.len() * 2 + compressed + COST_OF_STREAM })
    }

    /// Inflates a stream, and returns it with its compressed length. If it is damaged, viewers use what comes before the
    /// damage.
    fn inflate(&mut self, data: &[u8]) -> Option<(&[u8], usize)> {
        let flags = TINFL_FLAG_PARSE_ZLIB_HEADER
            | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
            | TINFL_FLAG_IGNORE_ADLER32;
        if self.inflated.is_empty() {
            self.inflated = vec![0; MAX_INFLATED];
        }
        let mut state = Box::<DecompressorOxide>::default();
        let (status, compressed, length) = decompress(&mut state, data, &mut self.inflated, 0, flags);
        let is_readable = status != TINFLStatus::HasMoreOutput && length > 0;
        Some((self.inflated.get(..length).filter(|_| is_readable)?, compressed))
    }
}

/// Reads all objects of an object stream one after another, and returns what they have, and the numbers of those that are
/// not the plain address of a link. `None` if an object is not at the beginning of one of them: it may be in a text or a
/// comment, where only a viewer would see it.
fn read_objects(content: &[u8], first: usize) -> Option<(Dictionary, Vec<usize>)> {
    let mut others = Vec::new();
    let mut wanted = numbers_and_offsets(content, first);
    wanted.sort_unstable_by_key(|(_, offset)| *offset);
    let mut wanted = wanted.into_iter().peekable();
    let mut reader = ObjectReader::at(content, first);
    loop {
        let known = others.len();
        let behind = reader.position();
        let next = reader.skip_white_space();
        if reader.is_between_objects() {
            let gap = content.get(behind..next).unwrap_or_default();
            let white = gap.iter().rev().take_while(|byte| is_white_space(**byte)).count();
            let begins = |(_, offset): &(usize, usize)| (next - white..=next).contains(offset);
            others.extend(std::iter::from_fn(|| wanted.next_if(begins)).map(|(number, _)| number));
        }
        if !reader.step() {
            break;
        }
        if reader.was_address() {
            others.truncate(known);
        }
    }
    let object = reader.finish(None);
    (object.is_whole && wanted.peek().is_none() && object.end >= content.len())
        .then_some((object.dictionary, others))
}

/// The numbers of the objects and their positions: before the first object are pairs of an object's number and its
/// offset.
fn numbers_and_offsets(content: &[u8], first: usize) -> Vec<(usize, usize)> {
    let mut lexer = Lexer::at(content.get(..first).unwrap_or(content), 0);
    let mut next_number = || match lexer.next() {
        Some(Token::Word(digits)) => std::str::from_utf8(digits).ok()?.parse::<usize>().ok(),
        _ => None,
    };
    std::iter::from_fn(|| Some((next_number()?, next_number()?.saturating_add(first)))).collect()
}

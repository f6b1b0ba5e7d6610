//! Reads one object, and notes what its dictionary has.

use super::dictionary::Dictionary;
use super::lexer::{Lexer, Token};

/// The maximum depth of dictionaries in dictionaries. Programs write fewer than twenty levels.
const MAX_DEPTH: usize = 100;

/// Reads an object as the most lenient viewer reads it. Viewers disagree about where a damaged dictionary ends, so
/// everything up to the end of the object counts as a part of it.
pub(super) struct ObjectReader<'a> {
    lexer: Lexer<'a>,
    /// The dictionary of the object, and those in it that are open. Each has the number of open arrays in it. If the
    /// object is no dictionary, the first one stands for it.
    levels: Vec<Level>,
    /// Whether the object's own dictionary has begun.
    is_begun: bool,
    /// Whether the object's own dictionary is open.
    is_open: bool,
    is_too_deep: bool,
}

#[derive(Default)]
struct Level {
    dictionary: Dictionary,
    arrays: usize,
}

/// An object that was read.
pub(super) struct Object {
    /// Its dictionary, with the active content of all dictionaries in it.
    pub(super) dictionary: Dictionary,
    /// Where its stream begins, if it has one.
    pub(super) stream: Option<usize>,
    /// The position behind it.
    pub(super) end: usize,
    /// Whether it was read to its end. Otherwise its dictionaries are too deep.
    pub(super) is_whole: bool,
}

impl<'a> ObjectReader<'a> {
    /// Reads from a position on.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Self {
        Self {
            lexer: Lexer::at(bytes, at),
            levels: vec![Level::default()],
            is_begun: false,
            is_open: false,
            is_too_deep: false,
        }
    }

    /// Reads up to the stream of the object, its end, or the end of the bytes.
    pub(super) fn read(mut self) -> Object {
        let mut stream = None;
        loop {
            if self.is_between_objects() && self.lexer.enter_stream() {
                stream = Some(self.lexer.position());
                break;
            }
            if !self.step() {
                break;
            }
        }
        self.finish(stream)
    }

    /// Whether no dictionary and no array is open.
    pub(super) fn is_between_objects(&self) -> bool {
        !self.is_open && matches!(&*self.levels, [Level { arrays: 0, .. }])
    }

    /// The position behind the last token.
    pub(super) const fn position(&self) -> usize {
        self.lexer.position()
    }

    /// Skips white space and comments, and returns the position of the next token.
    pub(super) fn skip_white_space(&mut self) -> usize {
        self.lexer.skip_white_space();
        self.lexer.position()
    }

    /// Reads a token. Returns whether there may be more.
    pub(super) fn step(&mut self) -> bool {
        let between = self.is_between_objects();
        let is_last = self.levels.len() == 1;
        let Some(token) = self.lexer.next() else { return false };
        let Some(level) = self.levels.last_mut() else { return false };
        match token {
            Token::Word(word) if between && ends_object(word) => return false,
            Token::OpenDictionary if between && !self.is_begun => {
                level.dictionary.end_value();
                self.is_begun = true;
                self.is_open = true;
            }
            Token::OpenDictionary => {
                level.dictionary.begin_dictionary();
                self.is_too_deep = self.levels.len() >= MAX_DEPTH;
                self.levels.push(Level::default());
            }
            Token::CloseDictionary if level.arrays > 0 => {}
            Token::CloseDictionary if is_last => self.is_open = false,
            Token::CloseDictionary => self.close_dictionary(),
            Token::OpenArray => level.arrays += 1,
            Token::CloseArray if level.arrays > 0 => {
                level.arrays -= 1;
                if level.arrays == 0 {
                    level.dictionary.end_value();
                }
            }
            token if level.arrays > 0 => level.dictionary.read_in_array(&token),
            token => level.dictionary.read(&token),
        }
        !self.is_too_deep
    }

    /// Ends the innermost dictionary, and notes in the outer one what it has.
    fn close_dictionary(&mut self) {
        let Some(mut inner) = self.levels.pop() else { return };
        inner.dictionary.end();
        if let Some(outer) = self.levels.last_mut() {
            outer.dictionary.is_active |= inner.dictionary.is_active;
            outer.dictionary.is_image_too_large |= inner.dictionary.is_image_too_large;
            if outer.arrays == 0 {
                outer.dictionary.end_value();
            }
        }
    }

    /// Ends all dictionaries that are open.
    pub(super) fn finish(mut self, stream: Option<usize>) -> Object {
        while self.levels.len() > 1 {
            self.close_dictionary();
        }
        let mut dictionary = self.levels.pop().unwrap_or_default().dictionary;
        dictionary.end();
        Object { dictionary, stream, end: self.lexer.position(), is_whole: !self.is_too_deep }
    }
}

/// Whether a word ends an object or a trailer. Another word may follow without a space.
fn ends_object(word: &[u8]) -> bool {
    word.starts_with(b"endobj") || word.starts_with(b"startxref")
}

//! Reads one object, and notes what its dictionary has.

use super::dictionary::Dictionary;
use super::lexer::{Lexer, Token};
use super::links::is_plain_address;

/// The maximum depth of dictionaries in dictionaries. Programs write fewer than twenty levels.
const MAX_DEPTH: usize = 100;

/// Reads an object as the most lenient viewer reads it. Viewers disagree about where a damaged dictionary ends, so
/// everything up to the end of the object counts as a part of it.
pub(super) struct ObjectReader<'a> {
    lexer: Lexer<'a>,
    /// The dictionary of the object, and those in it that are open. Each has the number of open arrays in it. If the
    /// object is no dictionary, the first one stands for it.
    levels: Vec<Level>,
    own: OwnDictionary,
    is_too_deep: bool,
    /// Whether the object is the address of a link: whether its first token is one.
    is_address: Option<bool>,
    /// Whether the last token that was no part of a dictionary or an array was the address of a link.
    was_address: bool,
}

/// How far the object's own dictionary was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OwnDictionary {
    Ahead,
    Open,
    Closed,
}

#[derive(Default)]
struct Level {
    dictionary: Dictionary,
    arrays: usize,
    /// Whether it is an object of its own, and not a part of the outer dictionary.
    is_object: bool,
}

/// An object that was read.
pub(super) struct Object {
    /// Its dictionary, with the active content of all dictionaries in it.
    pub(super) dictionary: Dictionary,
    /// Whether it is the plain address of a link, which the link refers to.
    pub(super) is_address: bool,
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
            own: OwnDictionary::Ahead,
            is_too_deep: false,
            is_address: None,
            was_address: false,
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
        self.own != OwnDictionary::Open && matches!(&*self.levels, [Level { arrays: 0, .. }])
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

    /// Whether the token that was read is an object, which is the plain address of a link.
    pub(super) const fn was_address(&self) -> bool {
        self.was_address
    }

    /// Reads a token. Returns whether there may be more.
    pub(super) fn step(&mut self) -> bool {
        let between = self.is_between_objects();
        let is_last = self.levels.len() == 1;
        let Some(token) = self.lexer.next() else { return false };
        let Some(level) = self.levels.last_mut() else { return false };
        self.was_address = between && is_plain_address(&token);
        self.is_address.get_or_insert(self.was_address);
        match token {
            Token::Word(word) if between && ends_object(word) => return false,
            Token::OpenDictionary if between && self.own == OwnDictionary::Ahead => {
                level.dictionary.end_value();
                self.own = OwnDictionary::Open;
            }
            Token::OpenDictionary => {
                level.dictionary.begin_dictionary();
                self.is_too_deep = self.levels.len() >= MAX_DEPTH;
                self.levels.push(Level { is_object: between, ..Level::default() });
            }
            Token::Name(name) if between => {
                level.dictionary.read_object(&name);
                level.dictionary.read(&Token::Name(name));
            }
            Token::CloseDictionary if level.arrays > 0 => {}
            // A dictionary that was never opened may still begin.
            Token::CloseDictionary if is_last && self.own == OwnDictionary::Ahead => {}
            Token::CloseDictionary if is_last => self.own = OwnDictionary::Closed,
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
        let Some(outer) = self.levels.last_mut() else { return };
        if inner.is_object {
            outer.dictionary.add_object(inner.dictionary);
        } else {
            outer.dictionary.add_inner(inner.dictionary, outer.arrays == 0);
        }
        if outer.arrays == 0 {
            outer.dictionary.end_value();
        }
    }

    /// Ends all dictionaries that are open.
    pub(super) fn finish(mut self, stream: Option<usize>) -> Object {
        while self.levels.len() > 1 {
            self.close_dictionary();
        }
        let mut dictionary = self.levels.pop().unwrap_or_default().dictionary;
        dictionary.end();
        Object {
            dictionary,
            is_address: self.is_address == Some(true),
            stream,
            end: self.lexer.position(),
            is_whole: !self.is_too_deep,
        }
    }
}

/// Whether a word ends an object or a trailer. Another word may follow without a space.
fn ends_object(word: &[u8]) -> bool {
    word.starts_with(b"endobj") || word.starts_with(b"startxref")
}

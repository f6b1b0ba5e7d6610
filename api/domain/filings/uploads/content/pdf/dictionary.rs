//! What is noted about a dictionary while it is read. A dictionary is never held in memory as a whole.

use super::action::Action;
use super::lexer::Token;
use super::links::is_plain_address;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::filings::uploads::content::image_size;

/// Names that only files with scripts, actions or embedded files have. They count wherever they are: the type of an
/// action may be an object of its own.
const ACTIVE: &[&[u8]] = &[
    // Actions that run a script or a program, open or send a file, or play (ISO 32000-1, table 198).
    b"JavaScript",
    b"Launch",
    b"ImportData",
    b"SubmitForm",
    b"GoToR",
    b"GoToE",
    b"Rendition",
    b"RichMediaExecute",
    b"GoTo3DView",
    // Files in the file (7.11.4), also shown as a note on a page or as a portfolio.
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"FileAttachment",
    // Files beside the file that hold the data of a stream (7.3.8.2).
    b"FFilter",
    b"FDecodeParms",
    // Flash and other programs (adobe extension level 3), and forms with scripts of their own (12.7.8).
    b"RichMedia",
    b"XFA",
];
/// Types of actions and of annotations, whose names may be those of fonts or glyphs elsewhere.
const ACTIVE_TYPES: &[&[u8]] = &[b"Movie", b"Sound", b"3D"];
/// The type of a picture that is a program in PostScript (ISO 32000-1, 8.8.2).
const POSTSCRIPT: &[u8] = b"PS";
/// Keys that only a page, a catalog, an annotation or a field has, even if its type is missing. A list of fonts or
/// glyphs has names of any kind as keys, but not these.
const KEYS_OF_PAGES_AND_FIELDS: &[&[u8]] =
    &[b"FT", b"Subtype", b"Pages", b"Parent", b"Kids", b"Rect", b"MediaBox", b"Contents", b"Resources"];
/// Keys that only the specification of a file has, besides the types.
const KEYS_OF_FILES: &[&[u8]] = &[b"UF", b"AFRelationship", b"Desc"];

/// The keys that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// `Type`
    Type,
    /// `S`
    Kind,
    /// `Subtype`, or `Subtype2` of a form that is a program.
    Subtype,
    /// `FontMatrix`: six numbers. Viewers have run what stood in their place (CVE-2024-4367).
    FontMatrix,
    /// `A` or `PA`: what happens when the reader clicks.
    Click,
    /// `OpenAction`: what happens when the file is opened.
    Opening,
    /// `Next`: what happens after an action, or the next bookmark.
    Next,
    /// `N`: what an action of the kind `Named` does, or a number.
    Named,
    /// `URI`: where a link leads.
    Address,
    /// `Base`: where links lead that have only a part of an address.
    Base,
    /// `F`: a file.
    File,
    /// `FS`: the system that finds a file.
    FileSystem,
    /// `Length`
    Length,
    /// `EF`
    EmbeddedFile,
    /// `AF`
    AssociatedFiles,
    /// `Filter`
    Filter,
    /// `First`
    First,
    /// `Width`
    Width,
    /// `Height`
    Height,
    /// Any other.
    Other,
}

/// What is noted about a dictionary. Each member says which keys or values it has.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each key is there or not")]
pub(super) struct Dictionary {
    /// The key whose value comes next.
    key: Option<Key>,
    /// The key whose value was read last.
    last_key: Option<Key>,
    is_file: bool,
    is_page_or_field: bool,
    /// `AA` or `AF`.
    has_actions_or_files: bool,
    has_embedded_file: bool,
    has_outside_data: bool,
    has_count: bool,
    has_first: bool,
    is_named_object_stream: bool,
    is_image: bool,
    width: usize,
    height: usize,
    /// What it says as an action.
    pub(super) action: Action,
    /// `Length`: how long its stream is. `None` if it is absent or a reference to a number.
    pub(super) length: Option<usize>,
    /// `First`: where the objects of an object stream begin. `None` if it is a reference to a number.
    pub(super) first: Option<usize>,
    /// How the bytes of its stream are encoded.
    pub(super) encoding: Encoding,
    /// `Root`: only trailers have it.
    pub(super) has_root: bool,
    /// `Encrypt`: only trailers of encrypted files have it.
    pub(super) has_encryption: bool,
    /// Whether an image is too large.
    pub(super) is_image_too_large: bool,
    /// Whether a key or a value is active content.
    pub(super) is_active: bool,
}

/// How the bytes of a stream are encoded.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Not at all.
    #[default]
    Plain,
    /// By deflate, without a predictor.
    Deflated,
    /// In another way. Programs do not write object streams so.
    Unusual,
}

impl Dictionary {
    /// Reads a token that is directly in the dictionary.
    pub(super) fn read(&mut self, token: &Token<'_>) {
        match (token, self.key) {
            (Token::Name(name), None) => self.key = Some(self.add_key(name)),
            (Token::Name(name), Some(key)) => {
                self.add_name(key, name);
                self.end_value();
            }
            // The end of a reference, such as `0 R`, is where a key would be.
            (Token::Word(b"R"), None) if self.last_key == Some(Key::First) => self.first = None,
            (Token::Word(b"R"), None) if self.last_key == Some(Key::Length) => self.length = None,
            (_, None) => {}
            (token, Some(key)) => {
                self.add_other(key, token);
                self.end_value();
            }
        }
    }

    /// Reads a name in an array that is the value of the current key.
    pub(super) fn read_in_array(&mut self, token: &Token<'_>) {
        match (self.key, token) {
            (Some(Key::Filter), Token::Name(name)) => self.add_filter(name),
            (Some(Key::Filter), _) => self.encoding = Encoding::Unusual,
            // Fonts and glyphs with the first two names are references, and no arrays.
            (Some(Key::Address | Key::AssociatedFiles), _)
            | (Some(Key::FontMatrix), Token::Text(_) | Token::HexadecimalText(_)) => self.is_active = true,
            (Some(Key::Next), Token::Word(_)) => self.action.has_successor = true,
            (_, Token::Name(name)) => self.is_active |= is_active(name),
            _ => {}
        }
    }

    /// Notes that the value of the current key has ended, which was an array or a dictionary.
    pub(super) const fn end_value(&mut self) {
        self.last_key = self.key.take();
    }

    /// Notes that the value of the current key is a dictionary.
    pub(super) fn begin_dictionary(&mut self) {
        self.is_active |= matches!(self.key, Some(Key::EmbeddedFile | Key::AssociatedFiles));
    }

    /// Notes what a dictionary in this one has. `is_value` means that it is itself the value of the current key.
    pub(super) fn add_inner(&mut self, inner: Self, is_value: bool) {
        self.is_active |= inner.is_active;
        self.is_image_too_large |= inner.is_image_too_large;
        // An address may be opened by a click only. In other places, a viewer opens it by itself.
        self.is_active |= inner.action.has_address && !(is_value && self.key == Some(Key::Click));
        self.action.add_inner(inner.action);
    }

    /// Notes what a dictionary has that is an object of its own.
    pub(super) fn add_object(&mut self, object: Self) {
        self.is_active |= object.is_active;
        self.is_image_too_large |= object.is_image_too_large;
        self.action.add_object(object.action);
    }

    /// Reads a name that is an object of its own. It may be the type of an annotation or an action.
    pub(super) fn read_object(&mut self, name: &[u8]) {
        self.is_active |= ACTIVE_TYPES.contains(&name) || matches!(name, b"Thread" | b"Named");
    }

    /// Whether a stream with this dictionary has its data, or the page or the picture that it stands for, in another
    /// file (7.3.8.2; `XObject`s that refer to a page, 8.10.4; Open Prepress Interface, 14.11.7).
    pub(super) const fn has_outside_data(&self) -> bool {
        self.has_outside_data || self.action.has_file
    }

    /// Notes that the dictionary is complete.
    pub(super) fn end(&mut self) {
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let size = image_size::check(side(self.width), side(self.height));
        self.is_image_too_large |= self.is_image && size == Err(UploadRefusal::ImageTooLarge);
        self.is_active |= self.has_actions_or_files && self.is_page_or_field
            || self.has_embedded_file && self.is_file
            || self.action.is_refused();
    }

    /// Whether the dictionary is that of an object stream. Viewers look at its type, or only at its numbers.
    pub(super) const fn is_object_stream(&self) -> bool {
        self.is_named_object_stream || self.has_count && self.has_first
    }

    fn add_key(&mut self, name: &[u8]) -> Key {
        self.is_active |= name == b"JS" || is_active(name);
        self.is_page_or_field |= KEYS_OF_PAGES_AND_FIELDS.contains(&name);
        self.is_file |= KEYS_OF_FILES.contains(&name);
        match name {
            b"AA" | b"AF" => self.has_actions_or_files = true,
            b"EF" => self.has_embedded_file = true,
            b"Ref" | b"OPI" => self.has_outside_data = true,
            b"DecodeParms" | b"DP" => self.encoding = Encoding::Unusual,
            b"N" => self.has_count = true,
            b"First" => self.has_first = true,
            b"Root" => self.has_root = true,
            b"Encrypt" => self.has_encryption = true,
            _ => {}
        }
        self.action.add_key(name);
        key_of(name)
    }

    fn add_name(&mut self, key: Key, name: &[u8]) {
        self.is_active |= is_active(name);
        match key {
            Key::Type => {
                self.is_page_or_field |= matches!(name, b"Catalog" | b"Page" | b"Annot");
                self.is_file |= matches!(name, b"Filespec" | b"F");
                self.is_named_object_stream |= name == b"ObjStm";
                self.action.is_typed |= name == b"Action";
            }
            Key::Kind | Key::Subtype => {
                self.is_active |= ACTIVE_TYPES.contains(&name) || key == Key::Subtype && name == POSTSCRIPT;
                self.is_image |= name == b"Image";
                if key == Key::Kind {
                    self.action.add_kind(name);
                }
            }
            Key::Named => self.action.add_command(name),
            Key::FileSystem => self.is_active |= name == b"URL",
            Key::Address => self.is_active = true,
            Key::Filter => self.add_filter(name),
            _ => {}
        }
    }

    fn add_filter(&mut self, name: &[u8]) {
        self.encoding = match (self.encoding, name) {
            (Encoding::Plain, b"FlateDecode" | b"Fl") => Encoding::Deflated,
            _ => Encoding::Unusual,
        };
    }

    fn add_other(&mut self, key: Key, token: &Token<'_>) {
        match (key, token) {
            (Key::First, Token::Word(digits)) => self.first = number(digits),
            (Key::Length, Token::Word(digits)) => self.length = number(digits),
            (Key::Width, Token::Word(digits)) => self.width = number(digits).unwrap_or_default(),
            (Key::Height, Token::Word(digits)) => self.height = number(digits).unwrap_or_default(),
            (Key::Filter, token) if *token != Token::Word(b"null") => self.encoding = Encoding::Unusual,
            (Key::Opening, Token::Word(_)) => self.action.begins_elsewhere = true,
            (Key::Next, Token::Word(_)) => self.action.has_successor = true,
            (Key::Address, Token::Word(digits)) => {
                self.action.has_address = true;
                self.action.addresses.extend(number(digits));
            }
            (Key::Address, text) => {
                self.action.has_address = true;
                self.is_active |= !is_plain_address(text);
            }
            (Key::Base, text @ (Token::Text(_) | Token::HexadecimalText(_))) => {
                self.is_active |= !is_plain_address(text);
            }
            (Key::File, Token::Text(_) | Token::HexadecimalText(_)) => self.is_file = true,
            // Programs write the numbers there, and a reference may lead to anything.
            (Key::FontMatrix, _) => self.is_active = true,
            _ => {}
        }
    }
}

fn key_of(name: &[u8]) -> Key {
    match name {
        b"Type" => Key::Type,
        b"S" => Key::Kind,
        b"Subtype" | b"Subtype2" => Key::Subtype,
        b"FontMatrix" => Key::FontMatrix,
        b"A" | b"PA" => Key::Click,
        b"OpenAction" => Key::Opening,
        b"Next" => Key::Next,
        b"N" => Key::Named,
        b"URI" => Key::Address,
        b"Base" => Key::Base,
        b"F" => Key::File,
        b"FS" => Key::FileSystem,
        b"EF" => Key::EmbeddedFile,
        b"AF" => Key::AssociatedFiles,
        b"Filter" => Key::Filter,
        b"First" => Key::First,
        b"Length" => Key::Length,
        b"Width" => Key::Width,
        b"Height" => Key::Height,
        _ => Key::Other,
    }
}

/// A whole number; the largest one for a number that is too large for the machine.
fn number(digits: &[u8]) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number
        .then(|| std::str::from_utf8(digits).ok()?.parse().ok())
        .map(|number| number.unwrap_or(usize::MAX))
}

/// Whether a name alone shows that a file has active content.
fn is_active(name: &[u8]) -> bool {
    ACTIVE.contains(&name)
}

//! Names, addresses and explanations, stored as they were sent.
//!
//! Every Unicode normal form, even NFC, replaces characters that occur in people's names. Therefore texts are stored
//! without normalisation; only white space around them is removed. Searches use [`super::search_key`].

use std::fmt;
use std::marker::PhantomData;

use super::characters;
use super::fault::Fault;

/// The maximum number of characters of an input that is read as a code, a number, a day or a word. It leaves room for
/// separators and spaces.
pub const MAX_CODE_INPUT: u64 = 40;

/// The properties of a kind of text.
pub trait TextKind {
    /// The name of the type, for `Debug`.
    const NAME: &'static str;
    /// The maximum number of characters, counted in Unicode scalar values.
    const MAX: u64;
    /// Whether the text may have several lines.
    const MULTILINE: bool = false;
    /// Whether the text is personal data, which `Debug` must not show.
    const PERSONAL: bool = false;
}

/// A text as it was sent, without the white space around it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerbatimText<K> {
    text: String,
    kind: PhantomData<K>,
}

impl<K: TextKind> VerbatimText<K> {
    /// The maximum number of characters, counted in Unicode scalar values.
    pub const MAX: u64 = K::MAX;

    /// Reads a text. If line breaks are allowed, `\r\n` becomes `\n`.
    ///
    /// # Errors
    /// [`Fault::Blank`] if the text has no visible character, [`Fault::ControlCharacter`], and
    /// [`Fault::TooLong`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = if K::MULTILINE { text.replace("\r\n", "\n") } else { text.to_owned() };
        let text = text.trim();
        if text.chars().all(|c| c.is_whitespace() || characters::is_invisible(c)) {
            return Err(Fault::Blank);
        }
        if text.chars().any(|c| characters::is_control(c) && !(K::MULTILINE && c == '\n')) {
            return Err(Fault::ControlCharacter);
        }
        if characters::count(text) <= K::MAX {
            Ok(Self { text: text.to_owned(), kind: PhantomData })
        } else {
            Err(Fault::TooLong { max: K::MAX })
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> fmt::Display for VerbatimText<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Hides personal data, which must not reach a log.
impl<K: TextKind> fmt::Debug for VerbatimText<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if K::PERSONAL {
            write!(f, "{}(..)", K::NAME)
        } else {
            f.debug_tuple(K::NAME).field(&self.text).finish()
        }
    }
}

/// Declares kinds of text: for each its alias of [`VerbatimText`], and the constants of [`TextKind`].
macro_rules! texts {
    ($($(#[$meta:meta])+ $name:ident { $($constant:ident: $type:ty = $value:literal),+ })+) => {
        $(
            $(#[$meta])+
            pub type $name = VerbatimText<kinds::$name>;

            impl TextKind for kinds::$name {
                const NAME: &'static str = stringify!($name);
                $(const $constant: $type = $value;)+
            }
        )+

        /// The kinds of text, which are the type arguments of [`VerbatimText`].
        pub mod kinds {
            $(
                #[doc = concat!("Marks a [`", stringify!($name), "`](super::", stringify!($name), ").")]
                #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub enum $name {}
            )+
        }
    };
}

texts! {
    /// The name of a facility (医療機関等の名称), one line of at most 100 characters.
    FacilityName { MAX: u64 = 100 }
    /// A postal address (所在地), one line of at most 200 characters.
    Address { MAX: u64 = 200 }
    /// The name of a person or a corporation (氏名・法人名), one line of at most 100 characters.
    PersonName { MAX: u64 = 100, PERSONAL: bool = true }
    /// The department of a contact person (部署), one line of at most 100 characters.
    Department { MAX: u64 = 100 }
    /// Any other text, such as a vendor's name or the filer's own reference, one line of at most 100 characters.
    Line { MAX: u64 = 100 }
    /// An explanation by the filer (具体的な事情), at most 2,000 characters on any number of lines. People write about
    /// age and illness here, so the text is personal data.
    Paragraph { MAX: u64 = 2000, MULTILINE: bool = true, PERSONAL: bool = true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_keep_all_their_characters() {
        for name in [
            "髙﨑内科",
            "神\u{fa19}",
            "ｶﾞｰﾃﾞﾝ歯科",
            "葛\u{e0100}飾医院",
            "外字\u{e000}医院",
            "か\u{3099}",
            "㈱１２３",
            "a\u{200d}b",
        ] {
            assert_eq!(FacilityName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(FacilityName::parse(" \t青空　薬局　\r\n").unwrap().to_string(), "青空　薬局");
    }

    #[test]
    fn a_text_without_visible_characters_is_blank() {
        for text in ["", " ", "　\n", "\u{200b}", "\u{3164}\u{2060}", "\u{2028}"] {
            assert_eq!(PersonName::parse(text), Err(Fault::Blank), "{text:?}");
            assert_eq!(Paragraph::parse(text), Err(Fault::Blank), "{text:?}");
        }
    }

    #[test]
    fn characters_that_break_lines_or_change_the_writing_direction_are_refused() {
        let controls = "\0\u{1}\t\u{b}\r\u{1b}\u{7f}\u{85}\u{9f}";
        let hidden = "\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{fdd0}\u{fffe}\u{10ffff}";
        let formats = "\u{61c}\u{180e}\u{206a}\u{fff9}\u{fffb}\u{110bd}\u{13430}\u{1bca0}\u{1d17a}\u{e0001}\u{e0041}\u{e007f}";
        for c in controls.chars().chain(hidden.chars()).chain(formats.chars()) {
            assert_eq!(Address::parse(&format!("青空{c}町")), Err(Fault::ControlCharacter), "{c:?}");
            assert_eq!(Paragraph::parse(&format!("青空{c}町")), Err(Fault::ControlCharacter), "{c:?}");
        }
    }

    #[test]
    fn only_a_paragraph_may_have_line_breaks_and_they_become_line_feeds() {
        assert_eq!(Department::parse("総務\n課"), Err(Fault::ControlCharacter));
        assert_eq!(Line::parse("株式会社\n例示"), Err(Fault::ControlCharacter));
        assert_eq!(Paragraph::parse("一行目\r\n\r\n三行目\n").unwrap().as_str(), "一行目\n\n三行目");
    }

    #[test]
    fn limits_count_characters_and_not_bytes() {
        assert!(FacilityName::parse(&"髙".repeat(100)).is_ok());
        assert_eq!(FacilityName::parse(&"髙".repeat(101)), Err(Fault::TooLong { max: 100 }));
        assert_eq!(PersonName::parse(&"a".repeat(101)), Err(Fault::TooLong { max: 100 }));
        assert_eq!(Department::parse(&"a".repeat(101)), Err(Fault::TooLong { max: 100 }));
        assert_eq!(Line::parse(&"a".repeat(101)), Err(Fault::TooLong { max: 100 }));
        assert!(Address::parse(&"𠮷".repeat(200)).is_ok());
        assert_eq!(Address::parse(&"𠮷".repeat(201)), Err(Fault::TooLong { max: 200 }));
        assert!(Paragraph::parse(&"あ\r\n".repeat(1000)).is_ok());
        assert_eq!(Paragraph::parse(&"あ".repeat(2001)), Err(Fault::TooLong { max: 2000 }));
    }

    #[test]
    fn debug_output_shows_facilities_and_hides_persons() {
        assert_eq!(format!("{:?}", FacilityName::parse("青空薬局").unwrap()), "FacilityName(\"青空薬局\")");
        assert_eq!(format!("{:?}", PersonName::parse("山田花子").unwrap()), "PersonName(..)");
        assert_eq!(format!("{:?}", Paragraph::parse("七十五歳です").unwrap()), "Paragraph(..)");
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_kept_unchanged(text in any::<String>()) {
            if let Ok(line) = Address::parse(&text) {
                prop_assert_eq!(line.as_str(), text.trim());
                prop_assert_eq!(Address::parse(line.as_str()), Ok(line));
            }
            if let Ok(paragraph) = Paragraph::parse(&text) {
                prop_assert_eq!(Paragraph::parse(paragraph.as_str()), Ok(paragraph));
            }
        }
    }
}

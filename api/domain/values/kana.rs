//! The reading of a name in kana. Half-width kana, hiragana and full-width kana are accepted and stored in one normal
//! form, so that sorting and searching do not depend on the spelling.
//!
//! The normal form contains only full-width characters: katakana, `ー`, `・`, digits and Latin letters, and one U+3000
//! between words, as on the portal.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::characters;
use super::fault::Fault;

const SPACE: char = '\u{3000}';

/// The reading of a name (フリガナ) in full-width katakana, at most 100 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kana(String);

impl Kana {
    /// The maximum number of characters, counted in the normal form.
    pub const MAX: u64 = 100;

    /// Reads hiragana and katakana of any width. A hyphen after kana is read as `ー`.
    ///
    /// # Errors
    /// [`Fault::Blank`], [`Fault::ControlCharacter`], [`Fault::KanaForm`] if the text has other characters or
    /// no kana, [`Fault::TooLong`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::Blank);
        }
        if text.chars().any(characters::is_control) {
            return Err(Fault::ControlCharacter);
        }
        let mut kana = String::with_capacity(text.len());
        for c in text.chars().map(to_katakana).nfkc() {
            let last = kana.chars().next_back();
            match to_full_width(c, last).ok_or(Fault::KanaForm)? {
                SPACE if matches!(last, None | Some(SPACE)) => {}
                full_width => kana.push(full_width),
            }
        }
        kana.truncate(kana.trim_end().len());
        if !kana.chars().any(is_katakana) {
            return Err(Fault::KanaForm);
        }
        if characters::count(&kana) <= Self::MAX {
            Ok(Self(kana))
        } else {
            Err(Fault::TooLong { max: Self::MAX })
        }
    }
}

/// Changes hiragana to katakana, and spacing voicing marks to combining voicing marks.
fn to_katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shift(c, 0x60),
        '゛' => '\u{3099}',
        '゜' => '\u{309a}',
        _ => c,
    }
}

/// The character of the normal form for a character of NFKC. `last` is the character before it. `None` if the
/// character is not allowed.
fn to_full_width(c: char, last: Option<char>) -> Option<char> {
    match c {
        'ー' => Some(c),
        _ if is_katakana(c) => Some(c),
        _ if c.is_whitespace() => Some(SPACE),
        _ if c.is_ascii_alphanumeric() => Some(shift(c, 0xfee0)),
        _ if characters::is_middle_dot(c) => Some('・'),
        _ if characters::is_hyphen(c) && last.is_some_and(|last| last == 'ー' || is_katakana(last)) => {
            Some('ー')
        }
        _ => None,
    }
}

const fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ヽ' | 'ヾ' | 'ㇰ'..='ㇿ')
}

fn shift(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

impl fmt::Display for Kana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hides the reading: it may be a person's name and must not reach a log.
impl fmt::Debug for Kana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kana(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_kana_is_stored_as_full_width_katakana() {
        for (text, kana) in [
            ("ガーデンデンタル", "ガーデンデンタル"),
            ("がーでんでんたる", "ガーデンデンタル"),
            ("ｶﾞｰﾃﾞﾝﾃﾞﾝﾀﾙ", "ガーデンデンタル"),
            ("カ\u{3099}ーテ\u{3099}ンテ\u{3099}ンタル", "ガーデンデンタル"),
            ("か゛ーて゛んて゛んたる", "ガーデンデンタル"),
            ("ﾊﾟﾋﾟﾌﾟｳﾞ", "パピプヴ"),
            ("わ゛ゔゝゞ", "ヷヴヽヾ"),
            ("ｾﾝﾀ-", "センター"),
            ("ヤマダ･ハナコ", "ヤマダ・ハナコ"),
            ("ﾔﾏﾀﾞ   ﾊﾅｺ", "ヤマダ　ハナコ"),
            (" ヤマダ　ハナコ\n", "ヤマダ　ハナコ"),
            ("ﾀﾞｲ2ｸﾘﾆｯｸ", "ダイ２クリニック"),
            ("ABCやっきょく", "ＡＢＣヤッキョク"),
        ] {
            assert_eq!(Kana::parse(text).unwrap().to_string(), kana, "{text:?}");
        }
    }

    #[test]
    fn kanji_signs_and_voicing_marks_without_kana_are_refused() {
        for text in [
            "山田 花子",
            "ヤマダ花子",
            "ヤマダ(ハナコ)",
            "カ&カ",
            "-ヤマダ",
            "2-ヤマダ",
            "ア゛",
            "゛",
            "Müllerクリニック",
            "한글",
            "クリニック㈱",
            "カ\u{200b}カ",
        ] {
            assert_eq!(Kana::parse(text), Err(Fault::KanaForm), "{text:?}");
        }
    }

    #[test]
    fn a_reading_without_kana_is_refused() {
        for text in ["ABC", "２１", "ー", "・", "A・B"] {
            assert_eq!(Kana::parse(text), Err(Fault::KanaForm), "{text:?}");
        }
        for text in ["", " ", "　\n"] {
            assert_eq!(Kana::parse(text), Err(Fault::Blank), "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["ヤマダ\u{0}", "ヤマダ\nハナコ", "ヤマダ\tハナコ", "\u{feff}ヤマダ", "\u{202e}ヤマダ"]
        {
            assert_eq!(Kana::parse(text), Err(Fault::ControlCharacter), "{text:?}");
        }
    }

    #[test]
    fn the_length_is_counted_in_the_normal_form() {
        assert!(Kana::parse(&"ｶﾞ".repeat(100)).is_ok());
        assert_eq!(Kana::parse(&"ア".repeat(101)), Err(Fault::TooLong { max: 100 }));
    }

    #[test]
    fn debug_output_hides_the_reading() {
        assert_eq!(format!("{:?}", Kana::parse("ヤマダ")), "Ok(Kana(..))");
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read_in_normal_form(
            text in "[ぁ-ゟ゠-ヿｦ-ﾟA-z0-9 　･-]{0,30}|[カガハｶﾊﾞﾟ゛゜\u{3099} -]{0,8}|\\PC{0,30}",
        ) {
            if let Ok(kana) = Kana::parse(&text) {
                prop_assert_eq!(Kana::parse(&kana.to_string()), Ok(kana));
            }
        }
    }
}

//! How a name is read, in kana. Half-width kana, hiragana and full-width kana are all taken and
//! stored in one form, so that lists sort and search alike whatever keyboard was used.
//!
//! The normal form is full-width throughout: katakana, `ー`, `・`, digits and Latin letters, and
//! between words one U+3000, as on the portal that this service stands behind.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::characters;
use super::fault::Fault;

const SPACE: char = '\u{3000}';

/// The reading of a name (フリガナ) in full-width katakana, at most 100 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kana(String);

impl Kana {
    /// Most characters of a reading, counted in its normal form.
    pub const MAX: u64 = 100;

    /// Reads kana of any width; a hyphen behind kana is taken for `ー`.
    ///
    /// # Errors
    /// [`Fault::Blank`], [`Fault::ControlCharacter`], [`Fault::KanaForm`] for other characters or
    /// when no kana is among them, [`Fault::TooLong`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Fault::Blank);
        }
        if text.chars().any(characters::is_control) {
            return Err(Fault::ControlCharacter);
        }
        let mut kana = String::with_capacity(text.len());
        for c in text.chars().map(unify).nfkc() {
            let last = kana.chars().next_back();
            match widened(c, last).ok_or(Fault::KanaForm)? {
                SPACE if matches!(last, None | Some(SPACE)) => {}
                wide => kana.push(wide),
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

    /// The reading in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hiragana to katakana, and voicing marks that stand alone to those that join the kana before.
fn unify(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(c, 0x60),
        '゛' => '\u{3099}',
        '゜' => '\u{309a}',
        _ => c,
    }
}

/// What stands in the normal form for a character of NFKC, given the one before it.
fn widened(c: char, last: Option<char>) -> Option<char> {
    match c {
        'ー' => Some(c),
        _ if is_katakana(c) => Some(c),
        _ if c.is_whitespace() => Some(SPACE),
        _ if c.is_ascii_alphanumeric() => Some(shifted(c, 0xfee0)),
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

fn shifted(c: char, by: u32) -> char {
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
    fn every_keyboard_leads_to_full_width_katakana() {
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
            assert_eq!(Kana::parse(text).unwrap().as_str(), kana, "{text:?}");
        }
    }

    #[test]
    fn kanji_signs_and_stray_marks_are_refused() {
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
    fn the_length_counts_as_stored() {
        assert!(Kana::parse(&"ｶﾞ".repeat(100)).is_ok());
        assert_eq!(Kana::parse(&"ア".repeat(101)), Err(Fault::TooLong { max: 100 }));
    }

    #[test]
    fn a_log_line_does_not_show_the_reading() {
        assert_eq!(format!("{:?}", Kana::parse("ヤマダ")), "Ok(Kana(..))");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_is_in_normal_form(
            text in "[ぁ-ゟ゠-ヿｦ-ﾟA-z0-9 　･-]{0,30}|[カガハｶﾊﾞﾟ゛゜\u{3099} -]{0,8}|\\PC{0,30}",
        ) {
            if let Ok(kana) = Kana::parse(&text) {
                prop_assert_eq!(Kana::parse(kana.as_str()), Ok(kana));
            }
        }
    }
}

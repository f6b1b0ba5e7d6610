//! Functions on characters for the parsers of this folder.
//!
//! People paste from spreadsheets, PDFs and telephone books, so codes and numbers are accepted with full-width digits,
//! any hyphens and invisible spaces. Names and other texts are only checked, not normalised.

use unicode_normalization::UnicodeNormalization;

/// The text in normal form NFKC: full-width letters and digits become ASCII, half-width kana become full-width.
pub(in crate::domain) fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// The text in normal form NFKC without spaces and separators.
pub(super) fn compact(text: &str) -> String {
    text.nfkc().filter(|c| !is_separator(*c)).collect()
}

/// The number of characters of a text, counted in Unicode scalar values.
pub fn count(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}

/// The values of exactly `N` ASCII digits; `None` for any other text.
pub(super) fn digit_values<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

/// Hyphens, dashes, minus signs, and the characters `ー` and `─`, which people type in place of a hyphen.
pub(super) const fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2d7}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{2796}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{30fc}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{ff70}'
    )
}

/// The katakana middle dot and characters that look like it.
pub(super) const fn is_middle_dot(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}')
}

/// Characters that are not visible by themselves: zero-width spaces and joiners, fillers, soft hyphens, variation
/// selectors, and the others with the Unicode property `Default_Ignorable_Code_Point` that are not in [`is_control`]; and
/// characters that look like a space and are none, such as the empty Braille pattern.
pub(in crate::domain) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180d}'
            | '\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2065}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{13441}'
            | '\u{13442}'
            | '\u{16fe4}'
            | '\u{1d159}'
            | '\u{e0080}'..='\u{e0fff}'
    )
}

/// Characters that no stored text may contain: controls, line and paragraph separators, marks that change the writing
/// direction, other characters of the Unicode category Cf that Japanese texts do not need (tags, for example, hide a
/// text in another), the byte order mark, noncharacters.
///
/// Private-use characters are allowed, because real names contain 外字: characters that only a facility's own system
/// defines.
pub(in crate::domain) fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
        || matches!(
            c,
            '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        )
        || matches!(c, '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}')
        || matches!(c, '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

const fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || is_invisible(c)
        || is_hyphen(c)
        || is_middle_dot(c)
        || matches!(c, '.' | ',' | '\u{3001}' | '\u{3002}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_separators_are_removed() {
        for text in [
            "12-34",
            "1２ー３４",
            "１２－３４",
            "12‐34",
            "12−34",
            "12―34",
            "12ｰ34",
            "12─34",
            "12･34",
            "12、34",
            "12.34",
            "12，34",
            "1 2　3\t4\n",
            "12\u{200b}34",
        ] {
            assert_eq!(compact(text), "1234", "{text:?}");
        }
    }

    #[test]
    fn letters_and_signs_are_not_removed() {
        for text in ["12/34", "12_34", "12~34", "12+34", "12一34", "12の34", "12\u{0}34"] {
            assert_ne!(compact(text), "1234", "{text:?}");
        }
    }

    #[test]
    fn only_the_expected_number_of_ascii_digits_is_accepted() {
        for text in ["", "123", "12345", "+123", "12a4", "١٢٣٤", "一二三四", "1٣"] {
            assert_eq!(digit_values::<4>(text), None, "{text:?}");
        }
        assert_eq!(digit_values("0987"), Some([0, 9, 8, 7]));
    }

    #[test]
    fn noncharacters_are_controls_and_private_use_characters_are_not() {
        for plane in 0..=16_u32 {
            for last in [0xfffe, 0xffff] {
                assert!(is_control(char::from_u32(plane << 16 | last).unwrap()));
            }
        }
        for c in "あ髙﨑\u{e000}\u{f8ff}\u{f0000}\u{10fffd}\u{200d}\u{e0100}\u{fffd} \u{3000}".chars() {
            assert!(!is_control(c), "{c:?}");
        }
    }

    #[test]
    fn characters_that_look_like_nothing_are_invisible() {
        let blank = "\u{ad}\u{34f}\u{115f}\u{17b4}\u{180b}\u{180f}\u{200d}\u{2065}\u{2800}\u{3164}\u{fe0f}\u{ffa0}\
                     \u{fff0}\u{13441}\u{16fe4}\u{1d159}\u{e0080}\u{e0100}\u{e0fff}";
        for c in blank.chars() {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in "a髙〇゛ ゙\u{2801}\u{180a}\u{fffd}\u{e000}\u{1d158}".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_keeps_a_separator(text in "[0-9０-９ー－‐ 　・.,-]{0,12}|\\PC{0,12}") {
            prop_assert!(!compact(&text).contains(is_separator));
        }
    }
}

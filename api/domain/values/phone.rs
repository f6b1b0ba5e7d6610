//! Telephone numbers of Japan, stored and compared as digits.
//!
//! The first three digits determine the length of a number. Numbers that begin with 050, 060, 070, 080 or 090 have
//! eleven digits: IP and mobile numbers, and toll-free numbers with 0800. All other numbers have ten digits, including
//! those with 0120 and 0570.

use std::fmt;

use super::characters;
use super::fault::Fault;

/// As many digits as two numbers have, with room for a mistake.
const SEVERAL: usize = 18;
/// Signs in front of a telephone number. NFKC makes `TEL` of ℡ and `(代)` of ㈹.
const SIGNS: [char; 7] =
    ['\u{260e}', '\u{260f}', '\u{2706}', '\u{1f4de}', '\u{1f4f1}', '\u{1f4e0}', '\u{1f57f}'];

/// A Japanese telephone number (電話番号): ten or eleven digits that begin with 0.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number that may contain separators and brackets, and `+81` in place of the first 0.
    ///
    /// # Errors
    /// [`Fault::PhoneExtension`], [`Fault::PhoneSeveral`] or [`Fault::PhoneWords`] if the text has more than a number;
    /// [`Fault::PhoneForm`] unless it is a number that can be called within Japan.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::read(text).map_err(|fault| addition(text).unwrap_or(fault))
    }

    fn read(text: &str) -> Result<Self, Fault> {
        let plain = characters::compact(text).replace(['(', ')'], "");
        let digits = match plain.strip_prefix("+81") {
            // Many people write the 0 in brackets after the country code: +81 (0)3.
            Some(national) => format!("0{}", national.strip_prefix('0').unwrap_or(national)),
            None => plain,
        };
        let length = match digits.as_bytes() {
            [b'0', b'5'..=b'9', b'0', ..] => 11,
            // 010 begins international calls, and 020 is reserved for machines.
            [b'0', b'1' | b'2', b'0', ..] => return Err(Fault::PhoneForm),
            [b'0', b'1'..=b'9', ..] => 10,
            _ => return Err(Fault::PhoneForm),
        };
        let is_valid = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
        if is_valid { Ok(Self(digits)) } else { Err(Fault::PhoneForm) }
    }
}

/// What a text has besides a number, as people copy it from letterheads and web pages.
fn addition(text: &str) -> Option<Fault> {
    let plain = characters::compact(text).to_lowercase();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    let contains = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    // `x` between digits, as in `0300001234x5`.
    let has_x = plain.split_once('x').is_some_and(|(before, after)| {
        before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit())
    });
    if contains(&["内線", "内", "ext", "#"]) || has_x {
        return Some(Fault::PhoneExtension);
    }
    if contains(&["/", ";", "~", "\u{301c}", "|", "&", "\\", "または", "又は", "or"]) || digits >= SEVERAL
    {
        return Some(Fault::PhoneSeveral);
    }
    let is_word = |c: char| c.is_alphabetic() || SIGNS.contains(&c);
    plain.contains(is_word).then_some(Fault::PhoneWords)
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hides the number: it is personal data and must not reach a log.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_number_is_read_as_its_digits() {
        for (text, digits) in [
            ("03-0000-1234", "0300001234"),
            ("0776-00-1234", "0776001234"),
            ("04992-0-1234", "0499201234"),
            ("0120-000-123", "0120000123"),
            ("0570-000-123", "0570000123"),
            ("0800-000-1234", "08000001234"),
            ("050-0000-1234", "05000001234"),
            ("060-0000-1234", "06000001234"),
            ("070-0000-1234", "07000001234"),
            ("080-1000-1234", "08010001234"),
            ("090-0000-1234", "09000001234"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().to_string(), digits);
        }
    }

    #[test]
    fn all_spellings_of_one_number_are_equal() {
        for text in [
            "03-0000-1234",
            "03(0000)1234",
            "（０３）００００－１２３４",
            "03 0000 1234",
            "03.0000.1234",
            "03ー0000ー1234",
            "+81 3-0000-1234",
            "+81-(0)3-0000-1234",
            "＋８１３００００１２３４",
            "\u{200e}0300001234\u{200b}",
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().to_string(), "0300001234", "{text:?}");
        }
    }

    #[test]
    fn numbers_that_are_too_short_or_too_long_for_their_prefix_are_refused() {
        for text in [
            "03-0000-123",
            "03-0000-12345",
            "0120-000-1234",
            "0570-00-123",
            "0800-000-123",
            "090-0000-123",
            "050-0000-12345",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(Fault::PhoneForm), "{text}");
        }
    }

    #[test]
    fn texts_that_are_not_japanese_numbers_are_refused() {
        for text in [
            "",
            "-",
            "x",
            "代表",
            "0",
            "119",
            "3-0000-1234",
            "00-0000-1234",
            "010-1-212-000-0000",
            "020-0000-1234",
            "+1-212-000-0000",
            "+81",
            "+81-00-000-1234",
            "٠٣٠٠٠٠١٢٣٤",
            "0300001234\u{0}",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(Fault::PhoneForm), "{text:?}");
        }
    }

    #[test]
    fn what_stands_beside_a_number_has_a_fault_of_its_own() {
        let cases: [(Fault, &[&str]); 3] = [
            (
                Fault::PhoneWords,
                &[
                    "03-0000-1234(代)",
                    "03-0000-1234（代表）",
                    "03-0000-1234㈹",
                    "TEL 03-0000-1234",
                    "Tel:03-0000-1234",
                    "℡03-0000-1234",
                    "☎0120-000-123",
                    "電話 03-0000-1234",
                    "090-0000-1234 携帯",
                    "03-0000-1234（直通）",
                    "FAX 03-0000-1234",
                    "03-oooo-1234",
                ],
            ),
            (
                Fault::PhoneExtension,
                &[
                    "03-0000-1234 内線5",
                    "03-0000-1234(内線 123)",
                    "03-0000-1234（内）12",
                    "03-0000-1234 ext. 5",
                    "03-0000-1234#5",
                    "03-0000-1234x5",
                    "TEL 03-0000-1234（代） 内線5",
                ],
            ),
            (
                Fault::PhoneSeveral,
                &[
                    "03/0000/1234",
                    "03-0000-1234/5678",
                    "03-0000-1234／03-0000-5678",
                    "03-0000-1234、03-0000-5678",
                    "03-0000-1234 03-0000-5678",
                    "03-0000-1234〜5",
                    "03-0000-1234～5",
                    "03-0000-1234;03-0000-5678",
                    "03-0000-1234 または 090-0000-1234",
                ],
            ),
        ];
        for (fault, texts) in cases {
            for text in texts {
                assert_eq!(PhoneNumber::parse(text), Err(fault), "{text}");
            }
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        assert_eq!(format!("{:?}", PhoneNumber::parse("03-0000-1234")), "Ok(PhoneNumber(..))");
    }

    proptest! {
        #[test]
        fn the_international_form_is_the_same_number(
            rest in "[1-9]{2}[0-9]{7}|[34]0[0-9]{7}|[5-9]0[0-9]{8}",
        ) {
            let domestic = PhoneNumber::parse(&format!("0{rest}"));
            prop_assert!(domestic.is_ok());
            prop_assert_eq!(PhoneNumber::parse(&format!("+81 {rest}")), domestic);
        }

        #[test]
        fn any_text_is_refused_or_read_in_normal_form(
            text in "\\+?[0-9（）()－-]{0,14}|\\PC{0,14}",
        ) {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(&number.to_string()), Ok(number));
            }
        }
    }
}

//! Postal codes: seven digits, written with a hyphen after the third digit.

use std::fmt;

use super::characters;
use super::fault::Fault;

/// A Japanese postal code (郵便番号), displayed as `NNN-NNNN`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostalCode(String);

impl PostalCode {
    /// Reads a code in any usual spelling: `100-8916`, `1008916`, `１００－８９１６`, `〒100-8916`.
    ///
    /// # Errors
    /// [`Fault::PostalCodeForm`] unless the text has exactly seven digits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = characters::compact(text);
        let digits = plain.strip_prefix('〒').unwrap_or(&plain);
        characters::digit_values::<7>(digits).ok_or(Fault::PostalCodeForm)?;
        Ok(Self(digits.to_owned()))
    }

    /// The seven digits, as they are stored and compared.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (area, town) = self.0.split_at_checked(3).unwrap_or_default();
        write!(f, "{area}-{town}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_spellings_of_a_code_give_the_same_seven_digits() {
        for text in [
            "100-8916",
            "1008916",
            "１００－８９１６",
            "〒100-8916",
            "〒１００ー８９１６",
            " 〒 100 8916 ",
            "100‐8916",
            "100−8916",
        ] {
            let code = PostalCode::parse(text).unwrap();
            assert_eq!((code.digits(), code.to_string().as_str()), ("1008916", "100-8916"), "{text:?}");
        }
    }

    #[test]
    fn six_or_eight_digits_letters_and_stray_marks_are_refused() {
        for text in [
            "",
            "〒",
            "100-891",
            "100-89160",
            "10o-8916",
            "100-8916〒",
            "〒〒1008916",
            "T100-8916",
            "東京都",
            "100/8916",
            "١٠٠٨٩١٦",
            "100-8916\u{0}",
        ] {
            assert_eq!(PostalCode::parse(text), Err(Fault::PostalCodeForm), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_code_can_be_read_in_the_form_in_which_it_is_shown(number in 0..10_000_000_u32) {
            let code = PostalCode::parse(&format!("{number:07}")).unwrap();
            prop_assert_eq!(PostalCode::parse(&code.to_string()), Ok(code));
        }

        #[test]
        fn any_text_is_refused_or_read_as_seven_digits(
            text in "[〒0-9０-９ー-]{0,10}|\\PC{0,10}",
        ) {
            if let Ok(code) = PostalCode::parse(&text) {
                prop_assert!(code.digits().len() == 7 && code.digits().bytes().all(|b| b.is_ascii_digit()));
            }
        }
    }
}

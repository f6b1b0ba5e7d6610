//! The receipt number of a filing, `NNNN-NNNN-NNNN`, by which filer and staff refer to the filing on the telephone.
//!
//! Eleven digits are random, so that numbers cannot be guessed and do not reveal how many filings there are. The
//! twelfth digit is a Damm check digit, which detects every single wrong digit and every swap of two adjacent digits.

use std::fmt;

use super::characters;
use super::fault::Fault;

const DIGITS: u32 = 12;
const RANDOM_NUMBERS: u64 = 100_000_000_000;

/// The quasigroup of order ten of the Damm algorithm, from H. Michael Damm's thesis, row by row.
const QUASIGROUP: [u8; 100] = [
    0, 3, 1, 7, 5, 9, 8, 6, 4, 2, //
    7, 0, 9, 2, 1, 5, 4, 8, 6, 3, //
    4, 2, 0, 6, 8, 7, 1, 3, 5, 9, //
    1, 7, 5, 0, 9, 8, 3, 4, 2, 6, //
    6, 1, 2, 3, 0, 4, 5, 9, 7, 8, //
    3, 6, 7, 4, 2, 0, 9, 5, 8, 1, //
    5, 8, 6, 9, 7, 2, 0, 1, 3, 4, //
    8, 9, 4, 5, 3, 6, 2, 0, 1, 7, //
    9, 4, 3, 8, 6, 1, 7, 2, 0, 5, //
    2, 5, 8, 1, 4, 3, 6, 7, 9, 0, //
];

/// The receipt number (届出番号) of a filing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptNumber(String);

impl ReceiptNumber {
    /// The receipt number for 64 random bits.
    #[must_use]
    pub fn from_random(bits: u64) -> Self {
        let number = bits % RANDOM_NUMBERS;
        Self::format(number * 10 + u64::from(damm_digit(number)))
    }

    /// Reads a number with digits of any width, with or without hyphens and spaces.
    ///
    /// # Errors
    /// [`Fault::ReceiptNumberForm`] unless the text has twelve digits with a correct check digit.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let values: [u8; DIGITS as usize] =
            characters::digit_values(&characters::compact(text)).ok_or(Fault::ReceiptNumberForm)?;
        let number = values.into_iter().fold(0, |number, digit| number * 10 + u64::from(digit));
        if damm_digit(number) == 0 { Ok(Self::format(number)) } else { Err(Fault::ReceiptNumberForm) }
    }

    fn format(number: u64) -> Self {
        let (first, second, third) = (number / 100_000_000, number / 10_000 % 10_000, number % 10_000);
        Self(format!("{first:04}-{second:04}-{third:04}"))
    }
}

/// The Damm check digit of a number. The result is 0 if the last digit of the number is the check digit of the digits
/// before it. Leading zeros do not change the result.
fn damm_digit(number: u64) -> u8 {
    (0..DIGITS).rev().fold(0, |interim, place| {
        let digit = number / 10_u64.pow(place) % 10;
        usize::try_from(digit)
            .ok()
            .and_then(|digit| QUASIGROUP.get(usize::from(interim) * 10 + digit))
            .copied()
            .unwrap_or_default()
    })
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits_of(number: &ReceiptNumber) -> Vec<char> {
        number.to_string().chars().filter(char::is_ascii_digit).collect()
    }

    #[test]
    fn the_check_digit_of_the_published_example_is_correct() {
        assert_eq!(damm_digit(572), 4);
        assert_eq!(damm_digit(5724), 0);
        assert_eq!(ReceiptNumber::from_random(572).to_string(), "0000-0000-5724");
    }

    #[test]
    fn a_number_is_read_in_every_spelling() {
        for text in [
            "0000-0000-5724",
            "000000005724",
            " 0000 0000 5724 ",
            "００００－００００－５７２４",
            "0000ー0000ー5724",
        ] {
            assert_eq!(ReceiptNumber::parse(text).unwrap().to_string(), "0000-0000-5724", "{text:?}");
        }
    }

    #[test]
    fn numbers_of_another_form_or_with_a_wrong_check_digit_are_refused() {
        for text in [
            "",
            "5724",
            "0000-0000-572",
            "0000-0000-57240",
            "O000-0000-5724",
            "0000/0000/5724",
            "-0000-0000-5724\u{0}",
            "0000-0000-5725",
        ] {
            assert_eq!(ReceiptNumber::parse(text), Err(Fault::ReceiptNumberForm), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_number_from_any_random_bits_can_be_read(bits: u64) {
            let number = ReceiptNumber::from_random(bits);
            prop_assert_eq!(number.to_string().len(), 14);
            prop_assert_eq!(ReceiptNumber::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn one_wrong_digit_is_always_detected(
            bits: u64, place in 0..12_usize, wrong in prop::char::range('0', '9'),
        ) {
            let mut digits = digits_of(&ReceiptNumber::from_random(bits));
            prop_assume!(digits[place] != wrong);
            digits[place] = wrong;
            prop_assert_eq!(ReceiptNumber::parse(&String::from_iter(digits)), Err(Fault::ReceiptNumberForm));
        }

        #[test]
        fn two_swapped_adjacent_digits_are_always_detected(bits: u64, place in 0..11_usize) {
            let mut digits = digits_of(&ReceiptNumber::from_random(bits));
            prop_assume!(digits[place] != digits[place + 1]);
            digits.swap(place, place + 1);
            prop_assert_eq!(ReceiptNumber::parse(&String::from_iter(digits)), Err(Fault::ReceiptNumberForm));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,20}") {
            let _ = ReceiptNumber::parse(&text);
        }
    }
}

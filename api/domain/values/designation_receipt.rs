//! The receipt number of an application for designation (指定). It identifies a facility that has no facility code yet.
//!
//! The regional bureaus do not publish the format, so only the length and the characters are checked.

use std::fmt;

use super::characters;
use super::facility_code::FacilityCode;
use super::fault::Fault;

const MAX: usize = 20;

/// The receipt number (受付番号) of an application for designation: digits, capital letters and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DesignationReceipt(String);

impl DesignationReceipt {
    /// Reads a number with letters of any case, characters of any width and any hyphens.
    ///
    /// # Errors
    /// [`Fault::DesignationReceiptForm`] unless the normal form has 1 to 20 characters of `0-9`, `A-Z` and `-`;
    /// [`Fault::DesignationReceiptIsCode`] if it is a facility code, which belongs into another member.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let number = Self::parse_even_a_code(text)?;
        if FacilityCode::parse(number.as_str()).is_ok() {
            return Err(Fault::DesignationReceiptIsCode);
        }
        Ok(number)
    }

    /// Reads a number that may be a facility code, for numbers that were stored before codes were refused.
    ///
    /// # Errors
    /// [`Fault::DesignationReceiptForm`], as [`DesignationReceipt::parse`].
    pub fn parse_even_a_code(text: &str) -> Result<Self, Fault> {
        let number: String = characters::nfkc(text)
            .trim()
            .chars()
            .map(|c| if characters::is_hyphen(c) { '-' } else { c.to_ascii_uppercase() })
            .collect();
        let fits = (1..=MAX).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
        if fits { Ok(Self(number)) } else { Err(Fault::DesignationReceiptForm) }
    }

    /// The number in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DesignationReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_typed_in_any_width_and_case_is_the_same_number() {
        for text in ["R5-A-0012", "ｒ５－ａ－００１２", " r5ーaー0012 ", "R5‐A−0012\n"] {
            assert_eq!(DesignationReceipt::parse(text).unwrap().as_str(), "R5-A-0012", "{text:?}");
        }
    }

    #[test]
    fn a_number_has_at_most_twenty_characters() {
        assert_eq!(DesignationReceipt::parse(&"9".repeat(20)).unwrap().to_string(), "9".repeat(20));
        assert_eq!(DesignationReceipt::parse(&"9".repeat(21)), Err(Fault::DesignationReceiptForm));
    }

    #[test]
    fn empty_texts_inner_spaces_and_other_characters_are_refused() {
        for text in ["", " 　", "R5 12", "R5_12", "第12号", "R5/12", "ß", "É1", "12\u{0}", "١٢", "R5\n12"]
        {
            assert_eq!(DesignationReceipt::parse(text), Err(Fault::DesignationReceiptForm), "{text:?}");
        }
    }

    #[test]
    fn a_facility_code_is_no_receipt_number_but_other_ten_digits_are() {
        for code in
            ["1312345676", "0119900124", "１３１２３４５６７６", "13-1-2345676", "131-2345-676", "4719900062"]
        {
            assert_eq!(DesignationReceipt::parse(code), Err(Fault::DesignationReceiptIsCode), "{code}");
            assert!(DesignationReceipt::parse_even_a_code(code).is_ok(), "{code}");
        }
        // A wrong check digit, no prefecture, no fee table, eleven digits, a letter.
        for number in ["1312345677", "9912345676", "2023000124", "13123456760", "A131234567", "131234567"] {
            assert_eq!(DesignationReceipt::parse(number).unwrap().as_str(), number);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_is_in_normal_form(
            text in "[ -~０-９Ａ-ｚー]{0,22}|\\PC{0,22}",
        ) {
            if let Ok(number) = DesignationReceipt::parse(&text) {
                prop_assert_eq!(DesignationReceipt::parse(number.as_str()), Ok(number));
            }
        }
    }
}

//! The facility code, ten digits `PP T GG NNNN C`: prefecture, fee table, district, number, check
//! digit. It is the identity of a facility, so a wrong digit would be somebody else's filing.
//!
//! The check digit is a Luhn digit. Over which digits it runs was measured on 102,241 published
//! codes without an exception and is written down in `Coverage`.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::characters;
use super::fault::Fault;
use super::lang::Lang;
use super::prefecture::Prefecture;
use super::words::words;

words! {
    /// What a facility is, by the fee table (点数表) it claims by.
    #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum FacilityKind {
        /// Hospital or clinic.
        Medical = "MEDICAL",
        /// Dental hospital or clinic.
        Dental = "DENTAL",
        /// Pharmacy.
        Pharmacy = "PHARMACY",
        /// Visiting nursing station.
        VisitingNursing = "VISITING_NURSING",
    }
}

impl FacilityKind {
    /// What people call the kind.
    #[must_use]
    pub const fn name(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Medical, Lang::Ja) => "医科",
            (Self::Medical, Lang::En) => "Medical",
            (Self::Dental, Lang::Ja) => "歯科",
            (Self::Dental, Lang::En) => "Dental",
            (Self::Pharmacy, Lang::Ja) => "薬局",
            (Self::Pharmacy, Lang::En) => "Pharmacy",
            (Self::VisitingNursing, Lang::Ja) => "訪問看護",
            (Self::VisitingNursing, Lang::En) => "Visiting nursing",
        }
    }

    const fn of_fee_table(digit: u8) -> Option<Self> {
        match digit {
            1 => Some(Self::Medical),
            3 => Some(Self::Dental),
            4 => Some(Self::Pharmacy),
            6 => Some(Self::VisitingNursing),
            _ => None,
        }
    }
}

/// The code of a medical institution (医療機関等コード): ten digits with their leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FacilityCode {
    digits: String,
    prefecture: Prefecture,
    kind: FacilityKind,
}

impl FacilityCode {
    /// Reads a code as people write it, with full-width digits, spaces, hyphens or dots.
    ///
    /// # Errors
    /// [`Fault::FacilityCodeForm`] when it is not ten digits, [`Fault::FacilityCodePrefecture`],
    /// [`Fault::FacilityCodeKind`] and [`Fault::FacilityCodeCheckDigit`] when a part does not fit.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (code, values) = Self::read(text)?;
        if check_digit_fits(values, &code) { Ok(code) } else { Err(Fault::FacilityCodeCheckDigit) }
    }

    /// Reads a code whose check digit somebody vouches for: staff who see it in print, or a row that
    /// was checked when it was stored.
    ///
    /// # Errors
    /// Those of [`FacilityCode::parse`] except [`Fault::FacilityCodeCheckDigit`].
    pub fn parse_overridden(text: &str) -> Result<Self, Fault> {
        Self::read(text).map(|(code, _)| code)
    }

    fn read(text: &str) -> Result<(Self, [u8; 10]), Fault> {
        let digits = characters::compact(text);
        let values: [u8; 10] = characters::digit_values(&digits).ok_or(Fault::FacilityCodeForm)?;
        let [tens, ones, fee_table, ..] = values;
        let prefecture = Prefecture::from_number(tens * 10 + ones).ok_or(Fault::FacilityCodePrefecture)?;
        let kind = FacilityKind::of_fee_table(fee_table).ok_or(Fault::FacilityCodeKind)?;
        Ok((Self { digits, prefecture, kind }, values))
    }

    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// The prefecture that the first two digits tell.
    #[must_use]
    pub const fn prefecture(&self) -> Prefecture {
        self.prefecture
    }

    /// The kind of facility that the third digit tells.
    #[must_use]
    pub const fn kind(&self) -> FacilityKind {
        self.kind
    }
}

impl fmt::Display for FacilityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

/// The code that these nine digits begin, for synthetic data; nothing where no code begins so.
/// Where either rule is good, the smaller check digit is taken.
#[must_use]
pub fn with_check_digit(first_nine: &str) -> Option<FacilityCode> {
    (0..=9).find_map(|check| FacilityCode::parse(&format!("{first_nine}{check}")).ok())
}

/// The digits that the check digit answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coverage {
    /// All nine before it.
    Nine,
    /// District and number only, the six before it.
    Six,
    /// No published code shows which: either is good.
    Unknown,
}

impl Coverage {
    const fn of(code: &FacilityCode) -> Self {
        match (code.prefecture.number(), code.kind) {
            (47, _) | (_, FacilityKind::VisitingNursing) | (11..=14, FacilityKind::Dental) => Self::Unknown,
            (11..=14, _) => Self::Six,
            _ => Self::Nine,
        }
    }
}

fn check_digit_fits(values: [u8; 10], code: &FacilityCode) -> bool {
    let [nine @ .., check] = values;
    let [_, _, _, six @ ..] = nine;
    match Coverage::of(code) {
        Coverage::Nine => luhn(&nine) == check,
        Coverage::Six => luhn(&six) == check,
        Coverage::Unknown => luhn(&nine) == check || luhn(&six) == check,
    }
}

/// Weights 2, 1, 2, 1… from the right, sum of the products' digits, and what is missing to the ten.
fn luhn(payload: &[u8]) -> u8 {
    payload.iter().rev().zip([2, 1].into_iter().cycle()).fold(0, |missing, (digit, weight)| {
        let product = digit * weight;
        (missing + 20 - product / 10 - product % 10) % 10
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Nine digits of a code that may exist: prefecture, fee table, district and number.
    fn first_nine() -> impl Strategy<Value = String> {
        (1..=47_u8, prop::sample::select(vec![1, 3, 4, 6]), 0..1_000_000_u32)
            .prop_map(|(prefecture, fee_table, rest)| format!("{prefecture:02}{fee_table}{rest:06}"))
    }

    #[test]
    fn codes_of_every_kind_are_read_with_the_check_digit_of_their_prefecture() {
        use FacilityKind::{Dental, Medical, Pharmacy, VisitingNursing};
        for (text, prefecture, kind) in [
            ("0119900124", "01", Medical),
            ("1849900426", "18", Pharmacy),
            ("2739900187", "27", Dental),
            ("4019999996", "40", Medical),
            ("1319900127", "13", Medical),
            ("1449900770", "14", Pharmacy),
            // Nobody knows which digits count here: nine first, six second.
            ("1339900340", "13", Dental),
            ("1339900341", "13", Dental),
            ("4719900062", "47", Medical),
            ("4719900069", "47", Medical),
            ("2769900511", "27", VisitingNursing),
            ("2769900515", "27", VisitingNursing),
        ] {
            let code = FacilityCode::parse(text).unwrap();
            assert_eq!((code.as_str(), code.kind()), (text, kind));
            assert_eq!(code.prefecture().to_string(), prefecture);
        }
    }

    #[test]
    fn a_check_digit_of_the_other_rule_is_refused_where_the_rule_is_known() {
        // The first is right for the six digits, which count in 11 to 14; the second for the nine.
        for text in ["0119900127", "1319900120", "1219950050", "1449900776", "1849900424", "2739900184"] {
            assert_eq!(FacilityCode::parse(text), Err(Fault::FacilityCodeCheckDigit), "{text}");
        }
        for text in ["4719900060", "1339900345", "2769900510"] {
            assert_eq!(FacilityCode::parse(text), Err(Fault::FacilityCodeCheckDigit), "neither rule: {text}");
        }
    }

    #[test]
    fn staff_may_override_the_check_digit_and_nothing_else() {
        assert_eq!(FacilityCode::parse_overridden("0119900120").unwrap().as_str(), "0119900120");
        assert_eq!(FacilityCode::parse_overridden("4819900124"), Err(Fault::FacilityCodePrefecture));
        assert_eq!(FacilityCode::parse_overridden("0129900124"), Err(Fault::FacilityCodeKind));
        assert_eq!(FacilityCode::parse_overridden("011990012"), Err(Fault::FacilityCodeForm));
    }

    #[test]
    fn codes_are_read_as_they_are_printed_and_typed() {
        for text in [
            "01-1-9900124",
            "０１１９９００１２４",
            "01･1･99,0012,4",
            " 01 1 99　0012ー4\n",
            "01‐1−9900124",
            "011990012\u{200b}4",
        ] {
            assert_eq!(FacilityCode::parse(text).unwrap().to_string(), "0119900124", "{text:?}");
        }
    }

    #[test]
    fn anything_but_ten_digits_is_refused() {
        for text in [
            "",
            "  ",
            "119900124",
            "01199001244",
            "0119900l24",
            "０１１９９００１２",
            "+119900124",
            "01/1/9900124",
            "٠١١٩٩٠٠١٢٤",
            "0119900124\u{0}",
        ] {
            assert_eq!(FacilityCode::parse(text), Err(Fault::FacilityCodeForm), "{text:?}");
        }
    }

    #[test]
    fn prefectures_end_with_okinawa_and_fee_tables_are_four() {
        for prefecture in ["00", "48", "50", "99"] {
            assert_eq!(
                FacilityCode::parse(&format!("{prefecture}19900124")),
                Err(Fault::FacilityCodePrefecture)
            );
        }
        for fee_table in [0, 2, 5, 7, 8, 9] {
            assert_eq!(FacilityCode::parse(&format!("01{fee_table}9900124")), Err(Fault::FacilityCodeKind));
        }
    }

    #[test]
    fn no_code_begins_with_digits_that_are_not_nine_or_not_a_facilitys() {
        for first_nine in ["", "01199001", "0119900124", "48199001２", "012990012", "abcdefghi"] {
            assert_eq!(with_check_digit(first_nine), None, "{first_nine:?}");
        }
    }

    proptest! {
        #[test]
        fn nine_digits_and_their_check_digit_always_make_a_code(first_nine in first_nine()) {
            let code = with_check_digit(&first_nine).unwrap();
            prop_assert!(code.as_str().starts_with(&first_nine));
            prop_assert_eq!(FacilityCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn one_mistyped_digit_is_noticed_wherever_one_rule_is_known(
            first_nine in first_nine(), place in 0..10_usize, slip in 1..10_u8,
        ) {
            let code = with_check_digit(&first_nine).unwrap();
            let mut digits = code.to_string().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + slip) % 10;
            let typed = String::from_utf8(digits).unwrap();
            let rule = Coverage::of(&code);
            let checked = rule == Coverage::Nine || rule == Coverage::Six && place > 2;
            // A slip in the first three digits can lead to a prefecture or kind of another rule.
            let same_rule = FacilityCode::parse_overridden(&typed).map_or(true, |slip| Coverage::of(&slip) == rule);
            if checked && same_rule {
                prop_assert!(FacilityCode::parse(&typed).is_err(), "{} for {}", typed, code);
            }
        }

        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_is_in_normal_form(text in any::<String>()) {
            if let Ok(code) = FacilityCode::parse_overridden(&text) {
                prop_assert_eq!(FacilityCode::parse_overridden(code.as_str()), Ok(code));
            }
        }

        #[test]
        fn decoration_never_changes_a_code(
            first_nine in first_nine(), separator in "[- 　・.,，ー－‐]{0,3}",
        ) {
            let code = with_check_digit(&first_nine).unwrap();
            let typed = code.as_str().split("").collect::<Vec<_>>().join(&separator);
            prop_assert_eq!(FacilityCode::parse(&typed), Ok(code));
        }
    }
}

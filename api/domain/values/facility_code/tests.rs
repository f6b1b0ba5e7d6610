//! Codes of every prefecture and kind with correct and wrong check digits, in several spellings.

use super::*;
use proptest::prelude::*;

/// Nine digits of a code that may exist: prefecture, fee table, district and number.
fn first_nine() -> impl Strategy<Value = String> {
    (1..=47_u8, prop::sample::select(vec![1, 3, 4, 6]), 0..1_000_000_u32)
        .prop_map(|(prefecture, fee_table, rest)| format!("{prefecture:02}{fee_table}{rest:06}"))
}

/// The code that begins with these nine digits; `None` if there is no such code. If two check digits are valid, the
/// code has the smaller one.
fn with_check_digit(first_nine: &str) -> Option<FacilityCode> {
    (0..=9).find_map(|check| FacilityCode::parse(&format!("{first_nine}{check}")).ok())
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
        ("1339900341", "13", Dental),
        ("4719900062", "47", Medical),
        // The rule is unknown for visiting nursing stations. The first code follows the rule of nine digits, the second
        // the rule of six digits.
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
    // These check digits are correct by the rule that does not apply. Prefectures 11 to 14 have the rule of six digits,
    // the others the rule of nine digits.
    for text in [
        "0119900127",
        "1319900120",
        "1219950050",
        "1339900340",
        "1449900776",
        "1849900424",
        "2739900184",
        "4719900069",
    ] {
        assert_eq!(FacilityCode::parse(text), Err(Fault::FacilityCodeCheckDigit), "{text}");
    }
    for text in ["4769900060", "1369900345", "2769900510"] {
        assert_eq!(FacilityCode::parse(text), Err(Fault::FacilityCodeCheckDigit), "neither rule: {text}");
    }
}

#[test]
fn parse_without_check_digit_ignores_only_the_check_digit() {
    assert_eq!(FacilityCode::parse_without_check_digit("0119900120").unwrap().as_str(), "0119900120");
    assert_eq!(FacilityCode::parse_without_check_digit("4819900124"), Err(Fault::FacilityCodePrefecture));
    assert_eq!(FacilityCode::parse_without_check_digit("0129900124"), Err(Fault::FacilityCodeKind));
    assert_eq!(FacilityCode::parse_without_check_digit("011990012"), Err(Fault::FacilityCodeForm));
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
fn codes_of_unknown_prefectures_and_fee_tables_are_refused() {
    for prefecture in ["00", "48", "50", "99"] {
        assert_eq!(FacilityCode::parse(&format!("{prefecture}19900124")), Err(Fault::FacilityCodePrefecture));
    }
    for fee_table in [0, 2, 5, 7, 8, 9] {
        assert_eq!(FacilityCode::parse(&format!("01{fee_table}9900124")), Err(Fault::FacilityCodeKind));
    }
}

#[test]
fn there_is_no_code_for_texts_that_are_not_nine_valid_digits() {
    for first_nine in ["", "01199001", "0119900124", "48199001２", "012990012", "abcdefghi"] {
        assert_eq!(with_check_digit(first_nine), None, "{first_nine:?}");
    }
}

proptest! {
    #[test]
    fn nine_digits_with_their_check_digit_are_a_code(first_nine in first_nine()) {
        let code = with_check_digit(&first_nine).unwrap();
        prop_assert!(code.as_str().starts_with(&first_nine));
        prop_assert_eq!(FacilityCode::parse(code.as_str()), Ok(code));
    }

    #[test]
    fn one_wrong_digit_is_noticed_if_the_rule_is_known(
        first_nine in first_nine(), place in 0..10_usize, difference in 1..10_u8,
    ) {
        let code = with_check_digit(&first_nine).unwrap();
        let mut digits = code.to_string().into_bytes();
        digits[place] = b'0' + (digits[place] - b'0' + difference) % 10;
        let typed = String::from_utf8(digits).unwrap();
        let rule = CheckDigitRule::of(&code);
        let is_covered = rule == CheckDigitRule::Nine || rule == CheckDigitRule::Six && place > 2;
        // A wrong digit among the first three can give a prefecture or a kind with another rule.
        let has_same_rule = FacilityCode::parse_without_check_digit(&typed)
            .map_or(true, |typed| CheckDigitRule::of(&typed) == rule);
        if is_covered && has_same_rule {
            prop_assert!(FacilityCode::parse(&typed).is_err(), "{} for {}", typed, code);
        }
    }

    #[test]
    fn any_text_is_refused_or_read_in_normal_form(text in any::<String>()) {
        if let Ok(code) = FacilityCode::parse_without_check_digit(&text) {
            prop_assert_eq!(FacilityCode::parse_without_check_digit(code.as_str()), Ok(code));
        }
    }

    #[test]
    fn separators_do_not_change_a_code(
        first_nine in first_nine(), separator in "[- 　・.,，ー－‐]{0,3}",
    ) {
        let code = with_check_digit(&first_nine).unwrap();
        let typed = code.as_str().split("").collect::<Vec<_>>().join(&separator);
        prop_assert_eq!(FacilityCode::parse(&typed), Ok(code));
    }
}

/// The check digits of the invented codes `PP T 99 0012`, by prefecture and by kind in the order of the fee tables 1,
/// 3, 4 and 6. There are two digits for fee table 6, whose rule is unknown, unless both rules give the same digit.
///
/// The digits were computed by hand:
/// - Rule of six digits: the sum over 990012, from the right, is 4 (2·2) + 1 + 0 + 0 + 9 (2·9 = 18, 1 + 8) + 9 = 23, so
///   the check digit is 7 for every prefecture and fee table.
/// - Rule of nine digits: the fee table adds 2 (T = 1), 6 (T = 3), 8 (T = 4) or 3 (T = 6: 2·6 = 12, 1 + 2). The
///   prefecture adds its second digit and twice its first digit. For 01 and T = 1 the sum is 23 + 2 + 1 + 0 = 26 and
///   the digit 4; for 27 and T = 3 the sum is 23 + 6 + 7 + 4 = 40 and the digit 0.
/// - If the additions for fee table and prefecture end in 0, such as 2 + 8 + 0 for 08 and T = 1, both rules give the
///   same digit.
const CHECK_DIGITS: [(&str, [&[u8]; 4]); 47] = [
    ("01", [&[4], &[0], &[8], &[3, 7]]),
    ("02", [&[3], &[9], &[7], &[2, 7]]),
    ("03", [&[2], &[8], &[6], &[1, 7]]),
    ("04", [&[1], &[7], &[5], &[0, 7]]),
    ("05", [&[0], &[6], &[4], &[7, 9]]),
    ("06", [&[9], &[5], &[3], &[7, 8]]),
    ("07", [&[8], &[4], &[2], &[7]]),
    ("08", [&[7], &[3], &[1], &[6, 7]]),
    ("09", [&[6], &[2], &[0], &[5, 7]]),
    ("10", [&[3], &[9], &[7], &[2, 7]]),
    ("11", [&[7], &[7], &[7], &[1, 7]]),
    ("12", [&[7], &[7], &[7], &[0, 7]]),
    ("13", [&[7], &[7], &[7], &[7, 9]]),
    ("14", [&[7], &[7], &[7], &[7, 8]]),
    ("15", [&[8], &[4], &[2], &[7]]),
    ("16", [&[7], &[3], &[1], &[6, 7]]),
    ("17", [&[6], &[2], &[0], &[5, 7]]),
    ("18", [&[5], &[1], &[9], &[4, 7]]),
    ("19", [&[4], &[0], &[8], &[3, 7]]),
    ("20", [&[1], &[7], &[5], &[0, 7]]),
    ("21", [&[0], &[6], &[4], &[7, 9]]),
    ("22", [&[9], &[5], &[3], &[7, 8]]),
    ("23", [&[8], &[4], &[2], &[7]]),
    ("24", [&[7], &[3], &[1], &[6, 7]]),
    ("25", [&[6], &[2], &[0], &[5, 7]]),
    ("26", [&[5], &[1], &[9], &[4, 7]]),
    ("27", [&[4], &[0], &[8], &[3, 7]]),
    ("28", [&[3], &[9], &[7], &[2, 7]]),
    ("29", [&[2], &[8], &[6], &[1, 7]]),
    ("30", [&[9], &[5], &[3], &[7, 8]]),
    ("31", [&[8], &[4], &[2], &[7]]),
    ("32", [&[7], &[3], &[1], &[6, 7]]),
    ("33", [&[6], &[2], &[0], &[5, 7]]),
    ("34", [&[5], &[1], &[9], &[4, 7]]),
    ("35", [&[4], &[0], &[8], &[3, 7]]),
    ("36", [&[3], &[9], &[7], &[2, 7]]),
    ("37", [&[2], &[8], &[6], &[1, 7]]),
    ("38", [&[1], &[7], &[5], &[0, 7]]),
    ("39", [&[0], &[6], &[4], &[7, 9]]),
    ("40", [&[7], &[3], &[1], &[6, 7]]),
    ("41", [&[6], &[2], &[0], &[5, 7]]),
    ("42", [&[5], &[1], &[9], &[4, 7]]),
    ("43", [&[4], &[0], &[8], &[3, 7]]),
    ("44", [&[3], &[9], &[7], &[2, 7]]),
    ("45", [&[2], &[8], &[6], &[1, 7]]),
    ("46", [&[1], &[7], &[5], &[0, 7]]),
    ("47", [&[0], &[6], &[4], &[7, 9]]),
];

#[test]
fn every_prefecture_and_kind_accepts_only_the_digits_of_its_rule() {
    for (prefecture, by_kind) in CHECK_DIGITS {
        for (fee_table, digits) in [1, 3, 4, 6].into_iter().zip(by_kind) {
            for check in 0..=9 {
                let text = format!("{prefecture}{fee_table}990012{check}");
                assert_eq!(FacilityCode::parse(&text).is_ok(), digits.contains(&check), "{text}");
            }
        }
    }
}

#[test]
fn the_table_has_every_prefecture_once() {
    let expected: Vec<_> = (1..=47).map(|number| format!("{number:02}")).collect();
    assert_eq!(CHECK_DIGITS.map(|(prefecture, _)| prefecture).to_vec(), expected);
}

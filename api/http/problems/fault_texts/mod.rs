//! The texts about refused values: `detail` in the entries of `errors`. Each text is a few polite sentences in both
//! languages. It states the limits, and never repeats a part of the value.
//!
//! Each file in this folder has the table of one kind of fault.

use super::catalogue::StaticText;
use crate::domain::values::fault::Fault;
use crate::domain::values::lang::Lang;

mod document;
mod facility;
mod form;
mod parameters;
mod parties;
mod rules;

/// The tables of all files.
const TABLES: [fn(Fault) -> Option<StaticText>; 6] =
    [document::text, parameters::text, facility::text, form::text, rules::text, parties::text];

/// The text of a fault that is in no table. A test checks that there is no such fault.
const REFUSED: StaticText =
    StaticText { ja: "この値は受け付けられません。", en: "This value is not accepted." };

/// The text of a fault, with its limits filled in. It is the `detail` of an entry of `errors`.
#[must_use]
pub fn detail(fault: Fault, lang: Lang) -> String {
    let text = TABLES.iter().find_map(|table| table(fault)).unwrap_or(REFUSED);
    fault
        .limits(lang)
        .iter()
        .fold(text.get(lang).to_owned(), |text, (name, limit)| text.replace(&format!("{{{name}}}"), limit))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::values::calendar::{YearMonth, parse_date};

    #[test]
    fn every_fault_has_a_text_in_one_table() {
        for fault in Fault::one_of_each() {
            assert_eq!(TABLES.iter().filter_map(|table| table(fault)).count(), 1, "{fault:?}");
        }
    }

    #[test]
    fn every_fault_has_its_own_whole_sentence_in_both_languages() {
        for (lang, stop) in [(Lang::Ja, '。'), (Lang::En, '.')] {
            let mut seen = HashSet::new();
            for fault in Fault::one_of_each() {
                let text = detail(fault, lang);
                assert!(text.ends_with(stop) && text.chars().count() > 10, "{fault:?}: {text}");
                assert!(!text.contains(['{', '}']), "{fault:?}: {text}");
                assert!(seen.insert(text), "{fault:?} repeats another fault's text");
            }
        }
    }

    #[test]
    fn limits_are_filled_in() {
        let day = parse_date("2023-02-28").unwrap();
        let month = YearMonth::parse("2023-09").unwrap();
        let japanese_day = "令和5年2月28日";
        for (fault, japanese, english) in [
            (Fault::WrongType { expected: "boolean" }, vec!["trueまたはfalse"], vec!["boolean"]),
            (Fault::WrongType { expected: "string" }, vec!["文字列で指定してください。"], vec!["string"]),
            (Fault::TooLong { max: 100 }, vec!["100"], vec!["100"]),
            (Fault::TooShort { min: 12 }, vec!["12"], vec!["12"]),
            (Fault::TooMany { max: 10 }, vec!["10"], vec!["10"]),
            (Fault::OutOfRange { min: -5, max: 99 }, vec!["-5", "99"], vec!["-5", "99"]),
            (Fault::DateTooLate { limit: day }, vec![japanese_day], vec!["2023-02-28"]),
            (Fault::MonthTooLate { limit: month }, vec!["令和5年9月以前"], vec!["2023-09"]),
            (Fault::EndsBeforeDuty { duty_begins: day }, vec![japanese_day], vec!["2023-02-28"]),
            (Fault::OutOfOrder { after: day }, vec![japanese_day], vec!["2023-02-28"]),
        ] {
            for (lang, limits) in [(Lang::Ja, japanese), (Lang::En, english)] {
                let text = detail(fault, lang);
                assert!(limits.iter().all(|limit| text.contains(limit)), "{fault:?}: {text}");
            }
        }
    }

    #[test]
    fn a_wrong_check_digit_is_explained_with_the_printed_code_and_the_call_centre() {
        let text = detail(Fault::FacilityCodeCheckDigit, Lang::En);
        assert!(["Luhn", "printed", "0800-080-4583"].iter().all(|part| text.contains(part)), "{text}");
    }
}

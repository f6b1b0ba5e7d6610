//! The texts about refused values: one or two polite sentences in both languages, with the limits filled in
//! and without any part of the value.
//!
//! The files below have the texts, one file for each kind of fault.

use super::catalogue::Words;
use crate::domain::values::fault::Fault;
use crate::domain::values::lang::Lang;

mod document;
mod form;
mod parties;
mod rules;

/// The files' tables.
const TABLES: [fn(Fault) -> Option<Words>; 4] = [document::words, form::words, rules::words, parties::words];

/// The text of a fault that no table has. A test checks that every fault is in a table.
const REFUSED: Words =
    Words { ja: "この値は受け付けられません。", en: "This value is not accepted." };

/// The text of `errors[].detail`: what is expected, with an example where it helps.
#[must_use]
pub fn detail(fault: Fault, lang: Lang) -> String {
    let words = TABLES.iter().find_map(|words| words(fault)).unwrap_or(REFUSED);
    fault
        .limits()
        .iter()
        .fold(words.get(lang).to_owned(), |text, (name, limit)| text.replace(&format!("{{{name}}}"), limit))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::values::calendar::{YearMonth, parse_date};

    #[test]
    fn every_fault_has_a_text_in_one_table() {
        for fault in Fault::one_of_each() {
            assert_eq!(TABLES.iter().filter_map(|words| words(fault)).count(), 1, "{fault:?}");
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
        for (fault, limits) in [
            (Fault::WrongType { expected: "boolean" }, vec!["boolean"]),
            (Fault::TooLong { max: 100 }, vec!["100"]),
            (Fault::TooShort { min: 12 }, vec!["12"]),
            (Fault::TooMany { max: 10 }, vec!["10"]),
            (Fault::OutOfRange { min: -5, max: 99 }, vec!["-5", "99"]),
            (Fault::DateTooLate { limit: day }, vec!["2023-02-28"]),
            (Fault::MonthTooLate { limit: month }, vec!["2023-09"]),
            (Fault::EndsBeforeDuty { duty_begins: day }, vec!["2023-02-28"]),
            (Fault::OutOfOrder { after: day }, vec!["2023-02-28"]),
        ] {
            for text in [detail(fault, Lang::Ja), detail(fault, Lang::En)] {
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

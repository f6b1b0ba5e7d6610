//! What the service says about each refused value: one polite sentence or two, in both languages,
//! with the limits filled in and never any part of the value itself.
//!
//! The texts stand in the files below; a fault without a text does not compile.

use std::fmt::Display;

use super::catalogue::Words;
use crate::domain::values::fault::Fault;
use crate::domain::values::lang::Lang;

mod document;
mod form;
mod parties;
mod rules;

/// What a caller reads in `errors[].detail`: what is expected, and where it helps an example.
#[must_use]
pub fn detail(fault: Fault, lang: Lang) -> String {
    let fixed = match fault {
        Fault::WrongType { expected } => {
            return filled(document::WRONG_TYPE, lang, &[("expected", &expected)]);
        }
        Fault::TooLong { max } => return filled(document::TOO_LONG, lang, &[("max", &max)]),
        Fault::TooShort { min } => return filled(document::TOO_SHORT, lang, &[("min", &min)]),
        Fault::TooMany { max } => return filled(document::TOO_MANY, lang, &[("max", &max)]),
        Fault::OutOfRange { min, max } => {
            return filled(document::OUT_OF_RANGE, lang, &[("min", &min), ("max", &max)]);
        }
        Fault::DateTooLate { limit } => return filled(rules::DATE_TOO_LATE, lang, &[("limit", &limit)]),
        Fault::MonthTooLate { limit } => return filled(rules::MONTH_TOO_LATE, lang, &[("limit", &limit)]),
        Fault::EndsBeforeDuty { duty_begins } => {
            return filled(rules::ENDS_BEFORE_DUTY, lang, &[("duty_begins", &duty_begins)]);
        }
        Fault::OutOfOrder { after } => return filled(parties::OUT_OF_ORDER, lang, &[("after", &after)]),
        Fault::Required => document::REQUIRED,
        Fault::UnknownMember => document::UNKNOWN_MEMBER,
        Fault::RepeatedEntry => document::REPEATED_ENTRY,
        Fault::UnknownValue => document::UNKNOWN_VALUE,
        Fault::ControlCharacter => document::CONTROL_CHARACTER,
        Fault::Blank => document::BLANK,
        Fault::FacilityCodeForm => form::FACILITY_CODE_FORM,
        Fault::FacilityCodePrefecture => form::FACILITY_CODE_PREFECTURE,
        Fault::FacilityCodeKind => form::FACILITY_CODE_KIND,
        Fault::FacilityCodeCheckDigit => form::FACILITY_CODE_CHECK_DIGIT,
        Fault::DesignationReceiptForm => form::DESIGNATION_RECEIPT_FORM,
        Fault::PostalCodeForm => form::POSTAL_CODE_FORM,
        Fault::PhoneForm => form::PHONE_FORM,
        Fault::KanaForm => form::KANA_FORM,
        Fault::EmailForm => form::EMAIL_FORM,
        Fault::EmailCarrierDots => form::EMAIL_CARRIER_DOTS,
        Fault::DateForm => form::DATE_FORM,
        Fault::MonthForm => form::MONTH_FORM,
        Fault::InstantForm => form::INSTANT_FORM,
        Fault::ReceiptNumberForm => form::RECEIPT_NUMBER_FORM,
        Fault::IdForm => form::ID_FORM,
        Fault::DigestForm => form::DIGEST_FORM,
        Fault::FileNameForm => form::FILE_NAME_FORM,
        Fault::InstantInPast => rules::INSTANT_IN_PAST,
        Fault::NotApplicable => rules::NOT_APPLICABLE,
        Fault::CategoryNotOffered => rules::CATEGORY_NOT_OFFERED,
        Fault::CategoryNotForKind => rules::CATEGORY_NOT_FOR_KIND,
        Fault::RoundUnknown => rules::ROUND_UNKNOWN,
        Fault::AttachmentRequired => rules::ATTACHMENT_REQUIRED,
        Fault::AttachmentNotExpected => rules::ATTACHMENT_NOT_EXPECTED,
        Fault::AttachmentUnknown => rules::ATTACHMENT_UNKNOWN,
        Fault::MustBeTrue => rules::MUST_BE_TRUE,
        Fault::OwnFacilityCode => parties::OWN_FACILITY_CODE,
        Fault::FacilityNotListed => parties::FACILITY_NOT_LISTED,
        Fault::FacilityDelisted => parties::FACILITY_DELISTED,
        Fault::PostalCodeMismatch => parties::POSTAL_CODE_MISMATCH,
        Fault::CorporationNameExpected => parties::CORPORATION_NAME_EXPECTED,
        Fault::ReasonDetailRequired => parties::REASON_DETAIL_REQUIRED,
        Fault::KindMismatch => parties::KIND_MISMATCH,
        Fault::PasswordCommon => parties::PASSWORD_COMMON,
        Fault::PasswordHoldsIdentity => parties::PASSWORD_HOLDS_IDENTITY,
        Fault::PasswordWrong => parties::PASSWORD_WRONG,
        Fault::EmailUnchanged => parties::EMAIL_UNCHANGED,
        Fault::MediaTypeNotAccepted => parties::MEDIA_TYPE_NOT_ACCEPTED,
    };
    fixed.get(lang).to_owned()
}

/// The text with each `{name}` replaced by the limit of that name.
fn filled(words: Words, lang: Lang, limits: &[(&str, &dyn Display)]) -> String {
    limits.iter().fold(words.get(lang).to_owned(), |text, (name, limit)| {
        text.replace(&format!("{{{name}}}"), &limit.to_string())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::values::calendar::{YearMonth, parse_date};

    fn every_fault() -> Vec<Fault> {
        let day = parse_date("2023-02-28").unwrap();
        let month = YearMonth::parse("2023-09").unwrap();
        vec![
            Fault::Required,
            Fault::WrongType { expected: "string" },
            Fault::UnknownMember,
            Fault::TooLong { max: 100 },
            Fault::TooShort { min: 12 },
            Fault::TooMany { max: 10 },
            Fault::OutOfRange { min: 1, max: 99 },
            Fault::RepeatedEntry,
            Fault::UnknownValue,
            Fault::ControlCharacter,
            Fault::Blank,
            Fault::FacilityCodeForm,
            Fault::FacilityCodePrefecture,
            Fault::FacilityCodeKind,
            Fault::FacilityCodeCheckDigit,
            Fault::DesignationReceiptForm,
            Fault::PostalCodeForm,
            Fault::PhoneForm,
            Fault::KanaForm,
            Fault::EmailForm,
            Fault::EmailCarrierDots,
            Fault::DateForm,
            Fault::MonthForm,
            Fault::InstantForm,
            Fault::ReceiptNumberForm,
            Fault::IdForm,
            Fault::DigestForm,
            Fault::FileNameForm,
            Fault::DateTooLate { limit: day },
            Fault::MonthTooLate { limit: month },
            Fault::InstantInPast,
            Fault::EndsBeforeDuty { duty_begins: day },
            Fault::NotApplicable,
            Fault::CategoryNotOffered,
            Fault::CategoryNotForKind,
            Fault::RoundUnknown,
            Fault::AttachmentRequired,
            Fault::AttachmentNotExpected,
            Fault::AttachmentUnknown,
            Fault::MustBeTrue,
            Fault::OwnFacilityCode,
            Fault::FacilityNotListed,
            Fault::FacilityDelisted,
            Fault::PostalCodeMismatch,
            Fault::CorporationNameExpected,
            Fault::ReasonDetailRequired,
            Fault::KindMismatch,
            Fault::OutOfOrder { after: day },
            Fault::PasswordCommon,
            Fault::PasswordHoldsIdentity,
            Fault::PasswordWrong,
            Fault::EmailUnchanged,
            Fault::MediaTypeNotAccepted,
        ]
    }

    #[test]
    fn the_list_of_these_tests_misses_no_fault() {
        let codes: HashSet<_> = every_fault().into_iter().map(Fault::code).collect();
        let defined = include_str!("../../../domain/values/fault.rs")
            .lines()
            .filter(|line| line.contains("=> \""))
            .count();
        assert_eq!(codes.len(), defined);
    }

    #[test]
    fn every_fault_has_its_own_whole_sentence_in_both_languages() {
        for (lang, stop) in [(Lang::Ja, '。'), (Lang::En, '.')] {
            let mut seen = HashSet::new();
            for fault in every_fault() {
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
    fn a_check_digit_that_does_not_fit_points_to_the_printed_code_and_the_call_centre() {
        let text = detail(Fault::FacilityCodeCheckDigit, Lang::En);
        assert!(["Luhn", "printed", "0800-080-4583"].iter().all(|part| text.contains(part)), "{text}");
    }
}

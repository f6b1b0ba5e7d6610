//! Warnings: what looks like a mistake in a form that may be right. A form with warnings is accepted; the confirmation
//! screen shows them, so that the person can correct the form before it is stored.

use super::coded_enum::coded_enum;
use super::lang::Lang;

coded_enum! {
    /// What looks like a mistake.
    pub enum Warning {
        /// The founder is a corporation, but its name looks like that of a person or has a representative's title.
        CorporationNameExpected = "CORPORATION_NAME_EXPECTED",
        /// The founder is a person, but its name looks like that of a corporation.
        PersonNameExpected = "PERSON_NAME_EXPECTED",
    }
}

impl Warning {
    /// The warning as polite sentences for the person who fills in the form.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::CorporationNameExpected, Lang::Ja) => {
                "開設者が「法人」ですが、個人の氏名または役職名が入力されているようです。代表者の氏名や役職名ではなく、\
                 「医療法人社団○○会」のように法人の名称を入力したかご確認ください。個人の場合は「個人」を選んでください。"
            }
            (Self::CorporationNameExpected, Lang::En) => {
                "The founder is a corporation, but the name looks like that of a person or has a title. Please check that \
                 it is the name of the corporation, not of its representative. For a person, choose INDIVIDUAL."
            }
            (Self::PersonNameExpected, Lang::Ja) => {
                "開設者が「個人」ですが、法人の名称が入力されているようです。法人の場合は「法人」を選んでください。\
                 個人の場合は、開設者の氏名を入力したかご確認ください。"
            }
            (Self::PersonNameExpected, Lang::En) => {
                "The founder is a person, but the name looks like that of a corporation. For a corporation, choose \
                 CORPORATION. For a person, please check that it is the person's name."
            }
        }
    }
}

/// A warning about one value of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldWarning {
    /// The place of the value in the body as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What looks like a mistake.
    pub warning: Warning,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::coded_enum::tests::codes_round_trip_and_other_texts_are_refused;

    #[test]
    fn every_warning_has_whole_sentences_in_both_languages() {
        codes_round_trip_and_other_texts_are_refused::<Warning>();
        for &warning in Warning::ALL {
            assert!(warning.text(Lang::Ja).ends_with('。') && !warning.text(Lang::Ja).is_ascii());
            assert!(warning.text(Lang::En).ends_with('.') && warning.text(Lang::En).is_ascii());
        }
    }
}

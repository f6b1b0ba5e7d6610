//! The members that a reason can have, and their forms.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Circumstance, Given, LineStatus, Plan, Value, Works};
use crate::domain::values::calendar::{YearMonth, parse_date};
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::fault::Fault;
use crate::domain::values::text::{Line, Paragraph};

/// Declares the members. Each has a code, a form, and a doc comment, which is also its description in the OpenAPI
/// document.
macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $form:expr;)+) => {
        coded_enum! {
            /// The name of a member of the reason (届出事項). `ReasonForm` describes the members.
            #[derive(PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
            #[serde(rename_all = "snake_case")]
            pub enum StatementField {
                $($(#[doc = $doc])+ $variant = $code,)+
            }
        }

        impl StatementField {
            /// The names of the category and of every member, as a reason has them in JSON.
            pub const NAMES: &'static [&'static str] = &["category", $($code,)+];

            /// The form of the member's value.
            #[must_use]
            pub const fn form(self) -> FieldForm {
                match self {
                    $(Self::$variant => $form,)+
                }
            }

            /// The JSON pointer of the member in a declaration.
            #[must_use]
            pub const fn pointer(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("/reason/", $code),)+
                }
            }

            /// The category that requires the member, and the meaning of the member.
            #[must_use]
            pub fn description(self) -> String {
                let lines: &[&str] = match self {
                    $(Self::$variant => &[$($doc),+],)+
                };
                lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
            }
        }
    };
}

fields! {
    /// For `SYSTEM_IN_PROGRESS`: the day of the contract with the system vendor.
    ContractDate = "contract_date", FieldForm::Date;
    /// For `SYSTEM_IN_PROGRESS`: the month in which the installation is expected to be complete.
    ExpectedCompletionMonth = "expected_completion_month", FieldForm::Month;
    /// For `SYSTEM_IN_PROGRESS`: the name of the system vendor.
    VendorName = "vendor_name", FieldForm::Line;
    /// For `NO_NETWORK`: whether an optical line is available.
    LineStatus = "line_status", FieldForm::Word { list: "LineStatus", codes: LineStatus::CODES };
    /// For `NO_NETWORK` with the line status `AVAILABLE`: the day from which the line can be used.
    LineReadyDate = "line_ready_date", FieldForm::Date;
    /// For `HOME_VISITS_ONLY`: confirmation that the facility makes home visits only. Must be `true`.
    HomeVisitsOnlyConfirmed = "home_visits_only_confirmed", FieldForm::Confirmation;
    /// For `REBUILDING_OR_TEMPORARY`: which of the two.
    Works = "works", FieldForm::Word { list: "Works", codes: Works::CODES };
    /// For `REBUILDING_OR_TEMPORARY`: the day on which the works or the use of the temporary site is expected to end.
    ExpectedEndDate = "expected_end_date", FieldForm::Date;
    /// For `CLOSING_OR_SUSPENDING`: which of the two.
    Plan = "plan", FieldForm::Word { list: "Plan", codes: Plan::CODES };
    /// For `CLOSING_OR_SUSPENDING`: the planned day of the closing, or the planned first day of the suspension.
    PlannedDate = "planned_date", FieldForm::Date;
    /// For `SPECIAL_HARDSHIP`: the kind of hardship.
    Circumstance = "circumstance", FieldForm::Word { list: "Circumstance", codes: Circumstance::CODES };
    /// For `SPECIAL_HARDSHIP` with `DISASTER` or `OTHER`: a description of the hardship.
    Description = "description", FieldForm::Paragraph;
    /// For `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS`: the age of the youngest full-time doctor, dentist or pharmacist
    /// on 2023-04-01, in whole years.
    YoungestFulltimeAge = "youngest_fulltime_age", FieldForm::Integer { min: YOUNGEST_AGE, max: OLDEST_AGE };
    /// For `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS` and an age below 70: why the installation is difficult.
    Difficulty = "difficulty", FieldForm::Paragraph;
}

/// The lowest accepted age of a doctor, in years.
const YOUNGEST_AGE: i64 = 18;
/// The highest accepted age of a doctor, in years.
const OLDEST_AGE: i64 = 120;

/// The form of a member's value. No official source has the limits of lengths and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldForm {
    /// A day `YYYY-MM-DD`.
    Date,
    /// A month `YYYY-MM`.
    Month,
    /// One line of text, a [`Line`].
    Line,
    /// Text that may have line breaks, a [`Paragraph`].
    Paragraph,
    /// A confirmation. A category that asks for it accepts only `true`.
    Confirmation,
    /// One word of a closed list.
    Word {
        /// The name of the list.
        list: &'static str,
        /// The codes of its words.
        codes: &'static [&'static str],
    },
    /// A whole number.
    Integer {
        /// The smallest allowed number.
        min: i64,
        /// The largest allowed number.
        max: i64,
    },
}

impl FieldForm {
    /// Reads a value as it was sent or stored.
    ///
    /// # Errors
    /// The fault of the value. [`Edition::examine`](super::Edition::examine) checks whether it fits the round.
    pub fn read(self, given: &Given) -> Result<Value, Fault> {
        match (self, given) {
            (Self::Date, Given::Text(text)) => parse_date(text).map(Value::Date),
            (Self::Month, Given::Text(text)) => YearMonth::parse(text).map(Value::Month),
            (Self::Line, Given::Text(text)) => Line::parse(text).map(|line| Value::Text(line.to_string())),
            (Self::Paragraph, Given::Text(text)) => {
                Paragraph::parse(text).map(|paragraph| Value::Text(paragraph.to_string()))
            }
            (Self::Word { codes, .. }, Given::Text(text)) => {
                let known = codes.iter().copied().find(|code| code == text);
                known.map(Value::Word).ok_or(Fault::UnknownValue)
            }
            (Self::Confirmation, Given::Confirmation(confirmed)) => Ok(Value::Confirmation(*confirmed)),
            (Self::Integer { min, max }, Given::Integer(number)) => {
                let fits = (min..=max).contains(number);
                fits.then_some(Value::Integer(*number)).ok_or(Fault::OutOfRange { min, max })
            }
            _ => Err(Fault::UnknownValue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Given {
        Given::Text(text.to_owned())
    }

    #[test]
    fn texts_are_trimmed_and_their_lengths_are_counted_in_characters() {
        for field in [StatementField::VendorName, StatementField::Description, StatementField::Difficulty] {
            let form = field.form();
            let max = if field == StatementField::VendorName { 100 } else { 2000 };
            let of_length = |length: u64| text(&"髙".repeat(usize::try_from(length).unwrap()));
            assert_eq!(form.read(&text(" \u{3000}")), Err(Fault::Blank), "{field}");
            assert_eq!(form.read(&text(" 例 ")), Ok(Value::Text("例".to_owned())), "{field}");
            assert!(form.read(&of_length(max)).is_ok(), "{field}");
            assert_eq!(form.read(&of_length(max + 1)), Err(Fault::TooLong { max }), "{field}");
            let lines = form.read(&text("一行\n二行"));
            assert_eq!(lines.is_ok(), matches!(form, FieldForm::Paragraph), "{field}");
        }
    }

    #[test]
    fn a_value_of_another_form_is_never_read() {
        for field in StatementField::ALL {
            for given in [text("例"), Given::Confirmation(true), Given::Integer(75)] {
                let fits = matches!(
                    (&given, field.form()),
                    (Given::Text(_), FieldForm::Line | FieldForm::Paragraph)
                        | (Given::Confirmation(_), FieldForm::Confirmation)
                        | (Given::Integer(_), FieldForm::Integer { .. })
                );
                assert_eq!(field.form().read(&given).is_ok(), fits, "{field}");
            }
        }
    }

    #[test]
    fn every_word_of_a_list_is_read_exactly() {
        let lists = StatementField::ALL.iter().filter_map(|field| match field.form() {
            FieldForm::Word { codes, .. } => Some((field.form(), codes)),
            _ => None,
        });
        for (form, codes) in lists {
            for code in codes {
                assert_eq!(form.read(&text(code)), Ok(Value::Word(code)));
                for wrong in [code.to_lowercase(), format!("{code} "), format!("{code}S")] {
                    assert_eq!(form.read(&text(&wrong)), Err(Fault::UnknownValue), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn an_age_is_read_between_its_limits() {
        let form = StatementField::YoungestFulltimeAge.form();
        for (age, fits) in [(-1, false), (17, false), (18, true), (120, true), (121, false)] {
            let read = form.read(&Given::Integer(age));
            let refused = Err(Fault::OutOfRange { min: 18, max: 120 });
            assert_eq!(read, if fits { Ok(Value::Integer(age)) } else { refused });
        }
    }
}

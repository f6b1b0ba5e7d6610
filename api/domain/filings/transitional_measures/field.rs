//! The members that a reason can have, their form, and when an edition requires them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Circumstance, LineStatus, Plan, Works};
use crate::domain::values::calendar::{YearMonth, parse_date};
use crate::domain::values::text::{Line, Paragraph};
use crate::domain::values::words::words;

words! {
    /// The name of a member of the reason (届出事項). `ReasonForm` describes the members.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum StatementField {
        /// Day of the contract with the system vendor.
        ContractDate = "contract_date",
        /// Month in which the installation is expected to be complete.
        ExpectedCompletionMonth = "expected_completion_month",
        /// Name of the system vendor.
        VendorName = "vendor_name",
        /// Whether an optical line can be used.
        LineStatus = "line_status",
        /// Day from which the line can be used.
        LineReadyDate = "line_ready_date",
        /// Confirmation that the facility makes home visits only.
        HomeVisitsOnlyConfirmed = "home_visits_only_confirmed",
        /// Rebuilding, or a temporary site.
        Works = "works",
        /// Day on which the works or the use of the temporary site is expected to end.
        ExpectedEndDate = "expected_end_date",
        /// To close, or to suspend.
        Plan = "plan",
        /// Day of closing or of the suspension's start.
        PlannedDate = "planned_date",
        /// Which special hardship.
        Circumstance = "circumstance",
        /// The hardship in the facility's words.
        Description = "description",
        /// Age of the youngest full-time doctor, dentist or pharmacist, in whole years as of 2023-04-01.
        YoungestFulltimeAge = "youngest_fulltime_age",
        /// Why the installation is difficult in spite of a younger doctor.
        Difficulty = "difficulty",
    }
}

/// The lowest age that is accepted for a doctor.
pub const YOUNGEST_AGE: i64 = 18;
/// The highest age that is accepted for a doctor.
pub const OLDEST_AGE: i64 = 120;

/// The form of a member's value. This service chose the limits itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldForm {
    /// A day `YYYY-MM-DD`.
    Date,
    /// A month `YYYY-MM`.
    Month,
    /// One line of text.
    Line {
        /// Most characters.
        max: u64,
    },
    /// Text that may have line breaks.
    Paragraph {
        /// Most characters.
        max: u64,
    },
    /// A confirmation: only `true` is valid.
    Confirmation,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Integer {
        /// Smallest number allowed.
        min: i64,
        /// Largest number allowed.
        max: i64,
    },
}

impl StatementField {
    /// The form of the member's value.
    #[must_use]
    pub const fn form(self) -> FieldForm {
        match self {
            Self::ContractDate | Self::LineReadyDate | Self::ExpectedEndDate | Self::PlannedDate => {
                FieldForm::Date
            }
            Self::ExpectedCompletionMonth => FieldForm::Month,
            Self::VendorName => FieldForm::Line { max: Line::MAX },
            Self::Description | Self::Difficulty => FieldForm::Paragraph { max: Paragraph::MAX },
            Self::HomeVisitsOnlyConfirmed => FieldForm::Confirmation,
            Self::LineStatus => FieldForm::Word(LineStatus::CODES),
            Self::Works => FieldForm::Word(Works::CODES),
            Self::Plan => FieldForm::Word(Plan::CODES),
            Self::Circumstance => FieldForm::Word(Circumstance::CODES),
            Self::YoungestFulltimeAge => FieldForm::Integer { min: YOUNGEST_AGE, max: OLDEST_AGE },
        }
    }

    /// The JSON pointer of the member in a declaration.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::ContractDate => "/reason/contract_date",
            Self::ExpectedCompletionMonth => "/reason/expected_completion_month",
            Self::VendorName => "/reason/vendor_name",
            Self::LineStatus => "/reason/line_status",
            Self::LineReadyDate => "/reason/line_ready_date",
            Self::HomeVisitsOnlyConfirmed => "/reason/home_visits_only_confirmed",
            Self::Works => "/reason/works",
            Self::ExpectedEndDate => "/reason/expected_end_date",
            Self::Plan => "/reason/plan",
            Self::PlannedDate => "/reason/planned_date",
            Self::Circumstance => "/reason/circumstance",
            Self::Description => "/reason/description",
            Self::YoungestFulltimeAge => "/reason/youngest_fulltime_age",
            Self::Difficulty => "/reason/difficulty",
        }
    }
}

/// A value of a member that is an enumeration.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 40, example = "OTHER")]
#[expect(dead_code, reason = "describes a word in the document")]
struct RuleWord(String);

/// Whether a member of the reason is required (記載の要否).
///
/// A condition refers to another member, which is earlier in the list of members. If the condition is met, the member
/// is required. If not, the member must be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Requirement {
    /// The member is required.
    Always,
    /// The member may be absent.
    Optional,
    /// The member is required if another member has one of these values.
    WhenOneOf {
        /// The other member, which is an enumeration.
        field: StatementField,
        /// The values, at least one.
        #[schema(max_items = 20, value_type = Vec<RuleWord>)]
        words: Vec<String>,
    },
    /// The member is required if another member is below a limit.
    WhenBelow {
        /// The other member, which is a whole number.
        field: StatementField,
        /// The limit. The condition is met for numbers below it.
        #[schema(minimum = 0, maximum = 1000)]
        limit: i64,
    },
}

/// The last day or the last month (期限) that a member may name, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NotAfter {
    /// For members that are days.
    Day(NaiveDate),
    /// For members that are months.
    Month(YearMonth),
}

impl TryFrom<String> for NotAfter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_date(&text)
            .map(Self::Day)
            .or_else(|_| YearMonth::parse(&text).map(Self::Month))
            .map_err(|_| "a last day YYYY-MM-DD or a last month YYYY-MM is expected")
    }
}

impl From<NotAfter> for String {
    fn from(limit: NotAfter) -> Self {
        match limit {
            NotAfter::Day(day) => day.to_string(),
            NotAfter::Month(month) => month.to_string(),
        }
    }
}

/// The rule of a category for one member of the reason (記載事項).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The member.
    pub field: StatementField,
    /// Whether the member is required.
    pub requirement: Requirement,
    /// The last day or the last month that the member may have, inclusive. Only for members that are days or months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        value_type = Option<String>,
        nullable = false,
        max_length = 10,
        pattern = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$",
        example = "2023-02-28",
    )]
    pub not_after: Option<NotAfter>,
    /// Whether the day must not be after the day of filing, in Japan. Only for members that are days.
    #[serde(default)]
    pub not_in_future: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_an_existing_day_or_month() {
        for text in ["2023-02-28", "2023-09"] {
            let limit: NotAfter = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(String::from(limit), text);
        }
        for text in ["", "2023", "2023-02-29", "2023-13", "2023-9", "令和5年9月"] {
            assert!(NotAfter::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn every_pointer_is_made_of_the_reason_and_the_code() {
        for field in StatementField::ALL {
            assert_eq!(field.pointer(), format!("/reason/{field}"));
        }
    }

    #[test]
    fn malformed_requirements_are_refused() {
        for json in [
            r#""SOMETIMES""#,
            r#"{"WHEN_BELOW":{"field":"youngest_fulltime_age"}}"#,
            r#"{"WHEN_BELOW":{"field":"youngest_fulltime_age","limit":70,"or":1}}"#,
            r#"{"WHEN_ONE_OF":{"field":"age","words":["OTHER"]}}"#,
        ] {
            assert!(serde_json::from_str::<Requirement>(json).is_err(), "{json}");
        }
    }
}

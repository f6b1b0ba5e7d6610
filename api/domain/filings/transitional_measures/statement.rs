//! The reason that a facility states, in types of its own, to be checked and stored.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Category, StatementField, month};
use crate::domain::values::calendar::YearMonth;
use crate::domain::values::words::words;

words! {
    /// Whether an optical line (光回線) is available at the facility. `NOT_AVAILABLE`: no line is available yet.
    /// `AVAILABLE`: a line can be used, or will be from a known day on.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum LineStatus {
        /// No line yet: the excuse stays open.
        NotAvailable = "NOT_AVAILABLE",
        /// A line is ready, or has a day from which it is: the months after it count.
        Available = "AVAILABLE",
    }
}

words! {
    /// Why the facility is not in its usual building (改築工事・臨時施設の別). `REBUILDING`: the building is being rebuilt
    /// (改築工事). `TEMPORARY_SITE`: the facility is on a temporary site (臨時施設).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Works {
        /// 改築工事: the building is being rebuilt.
        Rebuilding = "REBUILDING",
        /// 臨時施設: the facility works on a temporary site.
        TemporarySite = "TEMPORARY_SITE",
    }
}

words! {
    /// What the facility has decided (廃止・休止の別). `CLOSING`: to close (廃止). `SUSPENDING`: to suspend its services
    /// (休止).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Plan {
        /// 廃止: to close.
        Closing = "CLOSING",
        /// 休止: to suspend.
        Suspending = "SUSPENDING",
    }
}

words! {
    /// The kind of special hardship (特に困難な事情の別). `DISASTER`: a natural disaster or a similar event.
    /// `ELDERLY_DOCTORS`: elderly doctors and few claims. `OTHER`: another hardship, which is judged case by case.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Circumstance {
        /// ア: a natural disaster or the like.
        Disaster = "DISASTER",
        /// イ: elderly doctors and few claims; the bureau checks the claims.
        ElderlyDoctors = "ELDERLY_DOCTORS",
        /// ウ: another hardship, judged case by case.
        Other = "OTHER",
    }
}

/// The reason of a declaration (届出事由): a category and the members stated for it.
///
/// Texts are trimmed and free of control characters when they come here. Whether the members fit
/// the category is for [`Edition::examine`](super::Edition::examine) to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The category.
    pub category: Category,
    /// Day of the contract with the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_date: Option<NaiveDate>,
    /// Month in which the installation is expected to be complete, `YYYY-MM`.
    #[serde(default, with = "month", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2023-09")]
    pub expected_completion_month: Option<YearMonth>,
    /// Name of the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub vendor_name: Option<String>,
    /// Whether an optical line can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_status: Option<LineStatus>,
    /// Day from which the line can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_ready_date: Option<NaiveDate>,
    /// Confirmation that the facility makes home visits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_visits_only_confirmed: Option<bool>,
    /// Rebuilding, or a temporary site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub works: Option<Works>,
    /// Day on which the works or the use of the temporary site is expected to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_end_date: Option<NaiveDate>,
    /// To close, or to suspend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Day of closing or of the suspension's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_date: Option<NaiveDate>,
    /// Which special hardship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circumstance: Option<Circumstance>,
    /// The hardship in the facility's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    /// Age of the youngest full-time doctor, dentist or pharmacist, in whole years as of 2023-04-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 18, maximum = 120)]
    pub youngest_fulltime_age: Option<i64>,
    /// Why the installation is difficult in spite of a younger doctor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000)]
    pub difficulty: Option<String>,
}

/// The value of one member of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A day.
    Date(NaiveDate),
    /// A month.
    Month(YearMonth),
    /// A line or a paragraph.
    Text(&'a str),
    /// The code of a word.
    Word(&'static str),
    /// A confirmation, given or not.
    Confirmation(bool),
    /// A whole number.
    Integer(i64),
}

impl Statement {
    /// A statement of this category with no member stated yet.
    #[must_use]
    pub const fn new(category: Category) -> Self {
        Self {
            category,
            contract_date: None,
            expected_completion_month: None,
            vendor_name: None,
            line_status: None,
            line_ready_date: None,
            home_visits_only_confirmed: None,
            works: None,
            expected_end_date: None,
            plan: None,
            planned_date: None,
            circumstance: None,
            description: None,
            youngest_fulltime_age: None,
            difficulty: None,
        }
    }

    /// The value that is stated for a member, whether or not the category requires it.
    #[must_use]
    pub fn value(&self, field: StatementField) -> Option<Value<'_>> {
        use StatementField as F;
        match field {
            F::ContractDate => self.contract_date.map(Value::Date),
            F::ExpectedCompletionMonth => self.expected_completion_month.map(Value::Month),
            F::VendorName => self.vendor_name.as_deref().map(Value::Text),
            F::LineStatus => self.line_status.map(|word| Value::Word(word.code())),
            F::LineReadyDate => self.line_ready_date.map(Value::Date),
            F::HomeVisitsOnlyConfirmed => self.home_visits_only_confirmed.map(Value::Confirmation),
            F::Works => self.works.map(|word| Value::Word(word.code())),
            F::ExpectedEndDate => self.expected_end_date.map(Value::Date),
            F::Plan => self.plan.map(|word| Value::Word(word.code())),
            F::PlannedDate => self.planned_date.map(Value::Date),
            F::Circumstance => self.circumstance.map(|word| Value::Word(word.code())),
            F::Description => self.description.as_deref().map(Value::Text),
            F::YoungestFulltimeAge => self.youngest_fulltime_age.map(Value::Integer),
            F::Difficulty => self.difficulty.as_deref().map(Value::Text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filings::transitional_measures::testing::{complete_statements, sample};

    #[test]
    fn a_statement_is_unchanged_after_it_was_written_and_read() {
        for statement in complete_statements() {
            let json = serde_json::to_string(&statement).unwrap();
            assert_eq!(serde_json::from_str::<Statement>(&json).unwrap(), statement, "{json}");
        }
    }

    #[test]
    fn members_that_were_not_stated_are_not_stored() {
        for category in Category::ALL {
            let json = serde_json::to_string(&Statement::new(*category)).unwrap();
            assert_eq!(json, format!(r#"{{"category":"{category}"}}"#));
        }
    }

    #[test]
    fn every_member_is_stored_and_read_by_its_code() {
        for field in StatementField::ALL {
            let mut statement = Statement::new(Category::NoNetwork);
            sample(&mut statement, *field);
            let stored = serde_json::to_value(&statement).unwrap();
            assert_eq!(stored.as_object().unwrap().len(), 2);
            assert!(stored.get(field.code()).is_some(), "{field}");
            for other in StatementField::ALL {
                assert_eq!(statement.value(*other).is_some(), other == field, "{field} {other}");
            }
        }
    }

    #[test]
    fn stored_texts_that_are_not_statements_are_refused() {
        for json in [
            "{}",
            r#"{"category":"SYSTEM_READY"}"#,
            r#"{"category":"NO_NETWORK","line":"AVAILABLE"}"#,
            r#"{"category":"NO_NETWORK","line_status":"available"}"#,
            r#"{"category":"NO_NETWORK","line_ready_date":"2023-02-29"}"#,
            r#"{"category":"SYSTEM_IN_PROGRESS","expected_completion_month":"2023-9"}"#,
            r#"{"category":"SYSTEM_IN_PROGRESS","expected_completion_month":"2023-09-30"}"#,
        ] {
            assert!(serde_json::from_str::<Statement>(json).is_err(), "{json}");
        }
    }
}

//! The reason of a declaration, in requests and in answers. One form has the members of all categories.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::filings::transitional_measures::{
    Category, Circumstance, LineStatus, OLDEST_AGE, Plan, Statement, StatementField, Works, YOUNGEST_AGE,
};
use crate::domain::values::calendar::{YearMonth, parse_date};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::text::{Line, MAX_CODE_INPUT, Paragraph};

/// The reason: a category and its members. The rules of the round say which members a category requires: see
/// `GET /v1/transitional-measures/{round}`. Members of other categories are refused.
#[derive(Default, Deserialize, Serialize, ToSchema, Validate)]
pub struct ReasonForm {
    /// The category (猶予類型).
    #[schema(value_type = Category, example = "SYSTEM_IN_PROGRESS")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub category: String,
    /// For `SYSTEM_IN_PROGRESS`: the day of the contract with the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10, example = "2023-02-15")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub contract_date: Option<String>,
    /// For `SYSTEM_IN_PROGRESS`: the month in which the installation is expected to be complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        pattern = "^[0-9]{4}-[0-9]{2}$",
        min_length = 7,
        max_length = 7,
        example = "2023-08"
    )]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub expected_completion_month: Option<String>,
    /// For `SYSTEM_IN_PROGRESS`: the name of the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "架空システム株式会社")]
    #[validate(length(max = Line::MAX, code = "too_long"))]
    pub vendor_name: Option<String>,
    /// For `NO_NETWORK`: whether an optical line is available.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<LineStatus>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub line_status: Option<String>,
    /// For `NO_NETWORK` with the line status `AVAILABLE`: the day from which the line can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub line_ready_date: Option<String>,
    /// For `HOME_VISITS_ONLY`: confirmation that the facility makes home visits only. Must be `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub home_visits_only_confirmed: Option<bool>,
    /// For `REBUILDING_OR_TEMPORARY`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Works>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub works: Option<String>,
    /// For `REBUILDING_OR_TEMPORARY`: the day on which the works or the use of the temporary site is expected to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub expected_end_date: Option<String>,
    /// For `CLOSING_OR_SUSPENDING`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Plan>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub plan: Option<String>,
    /// For `CLOSING_OR_SUSPENDING`: the planned day of the closing, or the planned first day of the suspension.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub planned_date: Option<String>,
    /// For `SPECIAL_HARDSHIP`: the kind of hardship.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Circumstance>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub circumstance: Option<String>,
    /// For `SPECIAL_HARDSHIP` with `DISASTER` or `OTHER`: a description of the hardship.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = Paragraph::MAX, code = "too_long"))]
    pub description: Option<String>,
    /// For `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS`: the age of the youngest full-time doctor, dentist or pharmacist
    /// on 2023-04-01, in whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 18, maximum = 120)]
    #[validate(range(min = YOUNGEST_AGE, max = OLDEST_AGE, code = "out_of_range"))]
    pub youngest_fulltime_age: Option<i64>,
    /// For `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS` and an age below 70: why the installation is difficult.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = Paragraph::MAX, code = "too_long"))]
    pub difficulty: Option<String>,
}

impl ReasonForm {
    /// Reads the members that can be read, and notes the faults of the others. Returns `None` if the category cannot be
    /// read.
    pub fn parse(&self, faults: &mut Faults) -> Option<Statement> {
        use StatementField as F;
        let category = Category::from_code(&self.category).ok_or(Fault::UnknownValue);
        let category = faults.take("/reason/category", category);
        let mut read = MemberReader { faults };
        let contract_date = read.date(F::ContractDate, self.contract_date.as_deref());
        let expected_completion_month = read.member(
            F::ExpectedCompletionMonth,
            self.expected_completion_month.as_deref(),
            YearMonth::parse,
        );
        let vendor_name = read.line(F::VendorName, self.vendor_name.as_deref());
        let line_status = read.word(F::LineStatus, self.line_status.as_deref(), LineStatus::from_code);
        let line_ready_date = read.date(F::LineReadyDate, self.line_ready_date.as_deref());
        let works = read.word(F::Works, self.works.as_deref(), Works::from_code);
        let expected_end_date = read.date(F::ExpectedEndDate, self.expected_end_date.as_deref());
        let plan = read.word(F::Plan, self.plan.as_deref(), Plan::from_code);
        let planned_date = read.date(F::PlannedDate, self.planned_date.as_deref());
        let circumstance = read.word(F::Circumstance, self.circumstance.as_deref(), Circumstance::from_code);
        let description = read.paragraph(F::Description, self.description.as_deref());
        let difficulty = read.paragraph(F::Difficulty, self.difficulty.as_deref());
        // The age is left out if it is out of range. `validator` has noted its fault, and members that depend on the
        // age must not get faults as well.
        let youngest_fulltime_age =
            self.youngest_fulltime_age.filter(|age| (YOUNGEST_AGE..=OLDEST_AGE).contains(age));
        Some(Statement {
            category: category?,
            contract_date,
            expected_completion_month,
            vendor_name,
            line_status,
            line_ready_date,
            home_visits_only_confirmed: self.home_visits_only_confirmed,
            works,
            expected_end_date,
            plan,
            planned_date,
            circumstance,
            description,
            youngest_fulltime_age,
            difficulty,
        })
    }

    /// Shows a statement.
    #[must_use]
    pub fn of(statement: &Statement) -> Self {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        Self {
            category: statement.category.code().to_owned(),
            contract_date: day(statement.contract_date),
            expected_completion_month: statement.expected_completion_month.map(|month| month.to_string()),
            vendor_name: statement.vendor_name.clone(),
            line_status: statement.line_status.map(|word| word.code().to_owned()),
            line_ready_date: day(statement.line_ready_date),
            home_visits_only_confirmed: statement.home_visits_only_confirmed,
            works: statement.works.map(|word| word.code().to_owned()),
            expected_end_date: day(statement.expected_end_date),
            plan: statement.plan.map(|word| word.code().to_owned()),
            planned_date: day(statement.planned_date),
            circumstance: statement.circumstance.map(|word| word.code().to_owned()),
            description: statement.description.clone(),
            youngest_fulltime_age: statement.youngest_fulltime_age,
            difficulty: statement.difficulty.clone(),
        }
    }
}

/// Reads the optional members of a reason. The fault of a member is noted at the JSON Pointer of the member.
struct MemberReader<'a> {
    faults: &'a mut Faults,
}

impl MemberReader<'_> {
    fn member<T>(
        &mut self,
        field: StatementField,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.faults.take_optional(field.pointer(), text.map(parse)).flatten()
    }

    fn date(&mut self, field: StatementField, text: Option<&str>) -> Option<NaiveDate> {
        self.member(field, text, parse_date)
    }

    fn line(&mut self, field: StatementField, text: Option<&str>) -> Option<String> {
        self.member(field, text, |text| Line::parse(text).map(|line| line.to_string()))
    }

    fn paragraph(&mut self, field: StatementField, text: Option<&str>) -> Option<String> {
        self.member(field, text, |text| Paragraph::parse(text).map(|paragraph| paragraph.to_string()))
    }

    fn word<T>(
        &mut self,
        field: StatementField,
        text: Option<&str>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.member(field, text, |text| read(text).ok_or(Fault::UnknownValue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_category_there_is_no_statement_but_every_fault_is_noted() {
        let form = ReasonForm {
            category: "SYSTEM_READY".to_owned(),
            contract_date: Some("2023-02-29".to_owned()),
            vendor_name: Some("株式会社\n例示".to_owned()),
            works: Some("rebuilding".to_owned()),
            ..ReasonForm::default()
        };
        let mut faults = Faults::default();
        assert_eq!(form.parse(&mut faults), None);
        let Err(refused) = faults.finish(Some(())) else { panic!("accepted") };
        let found: Vec<_> = refused.0.iter().map(|noted| (noted.pointer.as_str(), noted.fault)).collect();
        assert_eq!(
            found,
            [
                ("/reason/category", Fault::UnknownValue),
                ("/reason/contract_date", Fault::DateForm),
                ("/reason/vendor_name", Fault::ControlCharacter),
                ("/reason/works", Fault::UnknownValue),
            ]
        );
    }

    #[test]
    fn an_age_out_of_range_is_left_out() {
        for (age, read) in [(17, None), (18, Some(18)), (120, Some(120)), (121, None)] {
            let category = "SPECIAL_HARDSHIP".to_owned();
            let form = ReasonForm { category, youngest_fulltime_age: Some(age), ..ReasonForm::default() };
            let statement = form.parse(&mut Faults::default()).unwrap();
            assert_eq!(statement.youngest_fulltime_age, read, "{age}");
        }
    }

    #[test]
    fn a_statement_is_unchanged_after_it_was_shown_and_read() {
        let form = ReasonForm {
            category: "NO_NETWORK".to_owned(),
            line_status: Some("AVAILABLE".to_owned()),
            line_ready_date: Some("2023-03-01".to_owned()),
            ..ReasonForm::default()
        };
        let statement = form.parse(&mut Faults::default()).unwrap();
        assert_eq!(ReasonForm::of(&statement).parse(&mut Faults::default()), Some(statement));
    }
}

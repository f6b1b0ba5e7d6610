//! The reason of a declaration: one form for all categories, read as far as it can be.

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

/// The reason: a category with its own members. Which members a category wants is data of the round:
/// see `GET /v1/transitional-measures/{round}`. Members of other categories are refused.
#[derive(Default, Deserialize, Serialize, ToSchema, Validate)]
pub struct ReasonForm {
    /// The category (猶予類型).
    #[schema(value_type = Category, example = "SYSTEM_IN_PROGRESS")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub category: String,
    /// `SYSTEM_IN_PROGRESS`: the day of the contract with the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10, example = "2023-02-15")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub contract_date: Option<String>,
    /// `SYSTEM_IN_PROGRESS`: the month in which the installation is expected to be complete.
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
    /// `SYSTEM_IN_PROGRESS`: the vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "架空システム株式会社")]
    #[validate(length(max = Line::MAX, code = "too_long"))]
    pub vendor_name: Option<String>,
    /// `NO_NETWORK`: whether an optical line can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<LineStatus>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub line_status: Option<String>,
    /// `NO_NETWORK`, once a line can be had: the day it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub line_ready_date: Option<String>,
    /// `HOME_VISITS_ONLY`: confirms that only home visits are made; must be `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub home_visits_only_confirmed: Option<bool>,
    /// `REBUILDING_OR_TEMPORARY`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Works>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub works: Option<String>,
    /// `REBUILDING_OR_TEMPORARY`: the expected end of the works or of the temporary site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub expected_end_date: Option<String>,
    /// `CLOSING_OR_SUSPENDING`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Plan>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub plan: Option<String>,
    /// `CLOSING_OR_SUSPENDING`: the planned day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub planned_date: Option<String>,
    /// `SPECIAL_HARDSHIP`: which circumstance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Circumstance>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub circumstance: Option<String>,
    /// `SPECIAL_HARDSHIP` with `DISASTER` or `OTHER`: the circumstance in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = Paragraph::MAX, code = "too_long"))]
    pub description: Option<String>,
    /// `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS`: the age in years of the youngest full-time doctor
    /// on 2023-04-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 18, maximum = 120)]
    #[validate(range(min = YOUNGEST_AGE, max = OLDEST_AGE, code = "out_of_range"))]
    pub youngest_fulltime_age: Option<i64>,
    /// `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS` below 70: why the introduction is difficult.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = Paragraph::MAX, code = "too_long"))]
    pub difficulty: Option<String>,
}

impl ReasonForm {
    /// Reads as much as can be read. A member that cannot be read has its fault noted and is left out; without a
    /// category there is no statement.
    pub fn parse(&self, faults: &mut Faults) -> Option<Statement> {
        use StatementField as F;
        let category = Category::from_code(&self.category).ok_or(Fault::UnknownValue);
        let category = faults.take("/reason/category", category);
        let mut read = Fields { faults };
        let contract_date = read.date(F::ContractDate, self.contract_date.as_deref());
        let expected_completion_month = read.with(
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
        // An age that was refused decides nothing: members that depend on it would get faults as well.
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

/// Reads the optional members of a reason, and notes the fault of each at its own place.
struct Fields<'a> {
    faults: &'a mut Faults,
}

impl Fields<'_> {
    fn with<T>(
        &mut self,
        field: StatementField,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        self.faults.take_optional(field.pointer(), text.map(parse)).flatten()
    }

    fn date(&mut self, field: StatementField, text: Option<&str>) -> Option<NaiveDate> {
        self.with(field, text, parse_date)
    }

    fn line(&mut self, field: StatementField, text: Option<&str>) -> Option<String> {
        self.with(field, text, |text| Line::parse(text).map(|line| line.to_string()))
    }

    fn paragraph(&mut self, field: StatementField, text: Option<&str>) -> Option<String> {
        self.with(field, text, |text| Paragraph::parse(text).map(|paragraph| paragraph.to_string()))
    }

    fn word<T>(
        &mut self,
        field: StatementField,
        text: Option<&str>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.with(field, text, |text| read(text).ok_or(Fault::UnknownValue))
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
    fn a_refused_age_is_left_out_so_that_it_decides_nothing() {
        for (age, read) in [(17, None), (18, Some(18)), (120, Some(120)), (121, None)] {
            let category = "SPECIAL_HARDSHIP".to_owned();
            let form = ReasonForm { category, youngest_fulltime_age: Some(age), ..ReasonForm::default() };
            let statement = form.parse(&mut Faults::default()).unwrap();
            assert_eq!(statement.youngest_fulltime_age, read, "{age}");
        }
    }

    #[test]
    fn what_is_shown_is_read_back_as_it_was() {
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

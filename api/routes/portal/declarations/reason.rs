//! The reason of a declaration: one form for all categories, read as far as it can be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::filings::transitional_measures::{
    Category, Circumstance, LineStatus, Plan, Statement, StatementField, Works,
};
use crate::domain::values::calendar::{YearMonth, parse_date};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::text::{Department, Paragraph};

/// The ages that are taken for those of doctors.
const AGES: std::ops::RangeInclusive<i64> = 18..=120;

/// The reason: a category with its own members. Which members a category wants is data of the round:
/// see `GET /v1/transitional-measures/{round}`. Members of other categories are refused.
#[derive(Default, Deserialize, Serialize, ToSchema, Validate)]
pub struct ReasonForm {
    /// The category (猶予類型).
    #[schema(value_type = Category, example = "SYSTEM_IN_PROGRESS")]
    #[validate(length(max = 40, code = "too_long"))]
    pub category: String,
    /// `SYSTEM_IN_PROGRESS`: the day of the contract with the system vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10, example = "2023-02-15")]
    #[validate(length(max = 40, code = "too_long"))]
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
    #[validate(length(max = 40, code = "too_long"))]
    pub expected_completion_month: Option<String>,
    /// `SYSTEM_IN_PROGRESS`: the vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "架空システム株式会社")]
    #[validate(length(max = 100, code = "too_long"))]
    pub vendor_name: Option<String>,
    /// `NO_NETWORK`: whether an optical line can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<LineStatus>)]
    #[validate(length(max = 40, code = "too_long"))]
    pub line_status: Option<String>,
    /// `NO_NETWORK`, once a line can be had: the day it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = 40, code = "too_long"))]
    pub line_ready_date: Option<String>,
    /// `HOME_VISITS_ONLY`: confirms that only home visits are made; must be `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub home_visits_only_confirmed: Option<bool>,
    /// `REBUILDING_OR_TEMPORARY`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Works>)]
    #[validate(length(max = 40, code = "too_long"))]
    pub works: Option<String>,
    /// `REBUILDING_OR_TEMPORARY`: the expected end of the works or of the temporary site.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = 40, code = "too_long"))]
    pub expected_end_date: Option<String>,
    /// `CLOSING_OR_SUSPENDING`: which of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Plan>)]
    #[validate(length(max = 40, code = "too_long"))]
    pub plan: Option<String>,
    /// `CLOSING_OR_SUSPENDING`: the planned day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, min_length = 10, max_length = 10)]
    #[validate(length(max = 40, code = "too_long"))]
    pub planned_date: Option<String>,
    /// `SPECIAL_HARDSHIP`: which circumstance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Circumstance>)]
    #[validate(length(max = 40, code = "too_long"))]
    pub circumstance: Option<String>,
    /// `SPECIAL_HARDSHIP` with `DISASTER` or `OTHER`: the circumstance in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = 2000, code = "too_long"))]
    pub description: Option<String>,
    /// `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS`: the age in years of the youngest full-time doctor
    /// on 2023-04-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 18, maximum = 120)]
    #[validate(range(min = 18, max = 120, code = "out_of_range"))]
    pub youngest_fulltime_age: Option<i64>,
    /// `SPECIAL_HARDSHIP` with `ELDERLY_DOCTORS` below 70: why the introduction is difficult.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = 2000, code = "too_long"))]
    pub difficulty: Option<String>,
}

impl ReasonForm {
    /// Reads as much as can be read; `None` only where the category cannot.
    pub fn parse(&self, faults: &mut Faults) -> Option<Statement> {
        let category = Category::from_code(&self.category).ok_or(Fault::UnknownValue);
        let category = faults.take("/reason/category", category);
        let mut read = Fields { faults };
        let mut statement = Statement::new(category.unwrap_or(Category::SpecialHardship));
        statement.contract_date = read.date(StatementField::ContractDate, self.contract_date.as_deref());
        statement.expected_completion_month = read.with(
            StatementField::ExpectedCompletionMonth,
            self.expected_completion_month.as_deref(),
            YearMonth::parse,
        );
        statement.vendor_name = read.with(StatementField::VendorName, self.vendor_name.as_deref(), line);
        statement.line_status =
            read.word(StatementField::LineStatus, self.line_status.as_deref(), LineStatus::from_code);
        statement.line_ready_date = read.date(StatementField::LineReadyDate, self.line_ready_date.as_deref());
        statement.home_visits_only_confirmed = self.home_visits_only_confirmed;
        statement.works = read.word(StatementField::Works, self.works.as_deref(), Works::from_code);
        statement.expected_end_date =
            read.date(StatementField::ExpectedEndDate, self.expected_end_date.as_deref());
        statement.plan = read.word(StatementField::Plan, self.plan.as_deref(), Plan::from_code);
        statement.planned_date = read.date(StatementField::PlannedDate, self.planned_date.as_deref());
        statement.circumstance =
            read.word(StatementField::Circumstance, self.circumstance.as_deref(), Circumstance::from_code);
        statement.description =
            read.with(StatementField::Description, self.description.as_deref(), paragraph);
        // An age that is refused decides nothing, or its consequences would be blamed as well.
        statement.youngest_fulltime_age = self.youngest_fulltime_age.filter(|age| AGES.contains(age));
        statement.difficulty = read.with(StatementField::Difficulty, self.difficulty.as_deref(), paragraph);
        category.map(|_| statement)
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

/// Reads the optional members of a reason, blaming each at its own place.
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

    fn word<T>(
        &mut self,
        field: StatementField,
        text: Option<&str>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.with(field, text, |text| read(text).ok_or(Fault::UnknownValue))
    }
}

/// One line of text.
pub(super) fn line(text: &str) -> Result<String, Fault> {
    Department::parse(text).map(|line| line.to_string())
}

fn paragraph(text: &str) -> Result<String, Fault> {
    Paragraph::parse(text).map(|paragraph| paragraph.to_string())
}

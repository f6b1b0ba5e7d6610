//! The forms of a declaration: what a facility sends, what it gets back.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::body::Faults;
use super::previews::{MailPreview, mails};
use super::timestamp::Timestamp;
use crate::domain::calendar::{YearMonth, parse_date};
use crate::domain::declaration::{Declaration, DeclarationContent, DeclarationRevision, DeclarationStatus};
use crate::domain::facility_code::FacilityCode;
use crate::domain::fault::Fault;
use crate::domain::ids::UploadId;
use crate::domain::lang::Text;
use crate::domain::review::Review;
use crate::domain::round::{
    Basis, Category, Circumstance, LineStatus, Plan, Statement, StatementField, Works,
};
use crate::domain::text::{Department, Paragraph};
use crate::usecases::declarations::Examined;
use crate::usecases::work::Queued;

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
    fn parse(&self, faults: &mut Faults) -> Option<Statement> {
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
        statement.youngest_fulltime_age = self.youngest_fulltime_age;
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

fn line(text: &str) -> Result<String, Fault> {
    Department::parse(text).map(|line| line.to_string())
}

fn paragraph(text: &str) -> Result<String, Fault> {
    Paragraph::parse(text).map(|paragraph| paragraph.to_string())
}

/// A declaration of the transitional measure (猶予届出).
#[derive(Deserialize, ToSchema, Validate)]
pub struct DeclarationRequest {
    /// The round, as it names itself.
    #[schema(min_length = 1, max_length = 40, example = "2023")]
    #[validate(length(max = 40, code = "too_long"))]
    pub round: String,
    /// The reason (やむを得ない事情).
    #[validate(nested)]
    pub reason: ReasonForm,
    /// Other facility codes of the same premises that the circumstances also concern, for the
    /// reviewer. Each of them files its own declaration.
    #[schema(nullable = false, max_items = 20, example = json!([]))]
    #[validate(length(max = 20, code = "too_many"))]
    pub other_facility_codes: Option<Vec<String>>,
    /// Stored uploads that go with the declaration.
    #[schema(nullable = false, max_items = 10, example = json!([]))]
    #[validate(length(max = 10, code = "too_many"))]
    pub attachment_ids: Option<Vec<String>>,
    /// Your own reference, given back as it came.
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "clinic-2023-0001")]
    #[validate(length(max = 100, code = "too_long"))]
    pub client_reference: Option<String>,
}

impl DeclarationRequest {
    /// Reads as much as can be read; `None` only where the category cannot.
    pub fn parse(&self, faults: &mut Faults) -> Option<DeclarationContent> {
        let statement = self.reason.parse(faults);
        let mut other_facility_codes = Vec::new();
        for (place, code) in self.other_facility_codes.iter().flatten().enumerate() {
            let code = FacilityCode::parse(code);
            other_facility_codes.extend(faults.take(&format!("/other_facility_codes/{place}"), code));
        }
        let mut attachment_ids = Vec::new();
        for (place, id) in self.attachment_ids.iter().flatten().enumerate() {
            attachment_ids.extend(faults.take(&format!("/attachment_ids/{place}"), UploadId::parse(id)));
        }
        let reference = self.client_reference.as_deref().map(line);
        let client_reference = faults.take_optional("/client_reference", reference).flatten();
        Some(DeclarationContent {
            statement: statement?,
            other_facility_codes,
            attachment_ids,
            client_reference,
        })
    }
}

/// Why a facility is excused until then.
#[derive(Serialize, ToSchema)]
pub struct ExcuseResponse {
    /// What decides the day.
    pub basis: Basis,
    /// Whether the category's latest day took the place of a later one.
    pub capped: bool,
    /// The same in words.
    pub text: Text,
}

/// The latest word of a review.
#[derive(Serialize, ToSchema)]
pub struct ReviewResponse {
    /// When it was said.
    pub at: Timestamp,
    /// What to correct, or why the filing was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub message: Option<String>,
    /// The members to correct, as JSON Pointers.
    #[schema(max_items = 50)]
    pub fields: Vec<String>,
    /// Until when a correction is taken (Japan day, inclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    pub due_date: Option<NaiveDate>,
}

impl ReviewResponse {
    /// Shows a review.
    #[must_use]
    pub fn of(review: &Review) -> Self {
        Self {
            at: review.at.into(),
            message: review.message.clone(),
            fields: review.fields.clone(),
            due_date: review.due,
        }
    }
}

/// What is declared and what follows from it.
#[derive(Serialize, ToSchema)]
pub struct DeclarationBody {
    /// The facility that declares; after a succession its new code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345670")]
    pub facility_code: String,
    /// The round.
    #[schema(max_length = 40, example = "2023")]
    pub round: String,
    /// Where the declaration stands.
    pub status: DeclarationStatus,
    /// The number of the revision shown, from 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub revision: i64,
    /// Whether it was filed after the deadline.
    pub late: bool,
    /// The reason.
    pub reason: ReasonForm,
    /// Other facility codes concerned.
    #[schema(max_items = 20)]
    pub other_facility_codes: Vec<String>,
    /// The attachments.
    #[schema(max_items = 10)]
    pub attachment_ids: Vec<String>,
    /// Your own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 100)]
    pub client_reference: Option<String>,
    /// Until when the facility is excused once the declaration is accepted (Japan day, inclusive).
    /// Absent while the end is open, and for a declaration that is withdrawn or rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, example = "2023-08-31")]
    pub excused_until: Option<NaiveDate>,
    /// Why until then, or why the end is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub excuse: Option<ExcuseResponse>,
}

impl DeclarationBody {
    fn of(examined: &Examined) -> Self {
        let Declaration { content, .. } = &examined.declaration;
        let excused = examined.excused.as_ref();
        Self {
            facility_code: examined.declaration.facility_code.to_string(),
            round: examined.declaration.round.clone(),
            status: examined.declaration.status,
            revision: examined.declaration.revision,
            late: examined.declaration.late,
            reason: ReasonForm::of(&content.statement),
            other_facility_codes: content.other_facility_codes.iter().map(ToString::to_string).collect(),
            attachment_ids: content.attachment_ids.iter().map(ToString::to_string).collect(),
            client_reference: content.client_reference.clone(),
            excused_until: excused.and_then(|excused| excused.date),
            excuse: excused.map(|excused| ExcuseResponse {
                basis: excused.basis,
                capped: excused.capped,
                text: excused.reason.clone(),
            }),
        }
    }
}

/// A declaration (猶予届出).
#[derive(Serialize, ToSchema)]
pub struct DeclarationResponse {
    /// Its id.
    #[schema(max_length = 30, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The number to speak of on the telephone.
    #[schema(max_length = 14, pattern = "^[0-9]{4}-[0-9]{4}-[0-9]{4}$", example = "4821-0937-5523")]
    pub receipt_number: String,
    /// What is declared and what follows from it.
    #[serde(flatten)]
    pub body: DeclarationBody,
    /// What the review said, once it said something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewResponse>,
    /// When it was first filed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl DeclarationResponse {
    /// Shows a declaration.
    #[must_use]
    pub fn of(examined: &Examined) -> Self {
        let declaration = &examined.declaration;
        Self {
            id: declaration.id.to_string(),
            receipt_number: declaration.receipt_number.to_string(),
            body: DeclarationBody::of(examined),
            review: declaration.review.as_ref().map(ReviewResponse::of),
            created_at: declaration.created_at.into(),
            updated_at: declaration.updated_at.into(),
        }
    }
}

/// The confirmation screen of a declaration: what would be stored.
#[derive(Serialize, ToSchema)]
pub struct DeclarationPreview {
    /// What would be declared and what would follow from it.
    #[serde(flatten)]
    pub body: DeclarationBody,
    /// The mails that would go.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl DeclarationPreview {
    /// Shows a declaration that is not stored.
    #[must_use]
    pub fn of(examined: &Examined, queued: &[Queued]) -> Self {
        Self { body: DeclarationBody::of(examined), mails: mails(queued) }
    }
}

/// A page of declarations.
#[derive(Serialize, ToSchema)]
pub struct DeclarationPage {
    /// The declarations, newest first.
    #[schema(max_items = 100)]
    pub items: Vec<DeclarationResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}

/// One revision of a declaration: history.
#[derive(Serialize, ToSchema)]
pub struct RevisionResponse {
    /// The number, from 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub revision: i64,
    /// The code under which it was filed.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$")]
    pub facility_code: String,
    /// The reason.
    pub reason: ReasonForm,
    /// Other facility codes concerned.
    #[schema(max_items = 20)]
    pub other_facility_codes: Vec<String>,
    /// The attachments.
    #[schema(max_items = 10)]
    pub attachment_ids: Vec<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
}

impl RevisionResponse {
    /// Shows a revision.
    #[must_use]
    pub fn of(revision: &DeclarationRevision) -> Self {
        let content = &revision.content;
        Self {
            revision: revision.revision,
            facility_code: revision.facility_code.to_string(),
            reason: ReasonForm::of(&content.statement),
            other_facility_codes: content.other_facility_codes.iter().map(ToString::to_string).collect(),
            attachment_ids: content.attachment_ids.iter().map(ToString::to_string).collect(),
            filed_at: revision.filed_at.into(),
        }
    }
}

/// A page of revisions.
#[derive(Serialize, ToSchema)]
pub struct RevisionPage {
    /// The revisions, newest first.
    #[schema(max_items = 100)]
    pub items: Vec<RevisionResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}

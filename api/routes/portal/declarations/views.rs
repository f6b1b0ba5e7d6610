//! A declaration as answers show it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::reason::ReasonForm;
use crate::domain::filings::declarations::{Declaration, DeclarationRevision, DeclarationStatus};
use crate::domain::filings::transitional_measures::Basis;
use crate::domain::values::lang::Text;
use crate::http::paging::page;
use crate::http::rehearsal::{MailPreview, WriteQuery, mail_previews};
use crate::http::timestamp::Timestamp;
use crate::routes::forms::listed::{AttachmentId, ShownFacilityCode};
use crate::routes::forms::reviews::ReviewResponse;
use crate::usecases::filings::declarations::Examined;
use crate::usecases::work::Queued;

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

/// What is declared and what follows from it.
#[derive(Serialize, ToSchema)]
pub struct DeclarationBody {
    /// The facility that declares; after a succession its new code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
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
    #[schema(max_items = 20, value_type = Vec<ShownFacilityCode>)]
    pub other_facility_codes: Vec<String>,
    /// The attachments.
    #[schema(max_items = 10, value_type = Vec<AttachmentId>)]
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
    /// With `validate_only`: the mails that would go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 10)]
    pub mails: Vec<MailPreview>,
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
            mails: Vec::new(),
        }
    }

    /// The same with the mails that would go, if it answers a rehearsal.
    #[must_use]
    pub fn rehearsed(self, query: WriteQuery, queued: &[Queued]) -> Self {
        if query.validate_only { Self { mails: mail_previews(queued), ..self } } else { self }
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
        Self { body: DeclarationBody::of(examined), mails: mail_previews(queued) }
    }
}

page! {
    /// A page of declarations.
    DeclarationPage {
        /// The declarations, newest first.
        DeclarationResponse
    }
}

/// One revision of a declaration: history.
#[derive(Serialize, ToSchema)]
pub struct RevisionResponse {
    /// The number, from 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub revision: i64,
    /// The code under which it was filed.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The reason.
    pub reason: ReasonForm,
    /// Other facility codes concerned.
    #[schema(max_items = 20, value_type = Vec<ShownFacilityCode>)]
    pub other_facility_codes: Vec<String>,
    /// The attachments.
    #[schema(max_items = 10, value_type = Vec<AttachmentId>)]
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

page! {
    /// A page of revisions.
    RevisionPage {
        /// The revisions, newest first.
        RevisionResponse
    }
}

//! The answers with a declaration.

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::reason::ReasonForm;
use crate::domain::filings::declarations::{Declaration, DeclarationRevision, DeclarationStatus};
use crate::domain::filings::transitional_measures::{Basis, Statement};
use crate::domain::values::lang::Text;
use crate::http::paging::page;
use crate::http::preview::MailPreview;
use crate::http::timestamp::Timestamp;
use crate::routes::forms::entry_schemas::{AttachmentId, ShownFacilityCode};
use crate::routes::forms::reviews::ReviewResponse;
use crate::usecases::filings::declarations::Examined;

/// The entity tag: the version of the declaration, and a digest of the excuse. New rules of the round can change the
/// excuse although the declaration stays the same.
pub fn entity_tag(examined: &Examined) -> String {
    let mut digest = Sha256::new();
    if let Some(excused) = &examined.excused {
        for part in [excused.basis.code(), &excused.reason.ja, &excused.reason.en] {
            digest.update(part);
            digest.update([0]);
        }
    }
    let digest = digest.finalize().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    format!("\"{}-{digest:016x}\"", examined.declaration.version)
}

/// Why the facility is excused until `excused_until`, or why no last day is known yet.
#[derive(Serialize, ToSchema)]
pub struct ExcuseResponse {
    /// How the last day is determined.
    pub basis: Basis,
    /// Whether the last day is the latest day that the category allows, because the basis gives a later day or no day.
    pub capped: bool,
    /// The explanation as a text.
    pub text: Text,
}

/// The content of a declaration, its status, and the excuse that follows from it.
#[derive(Serialize, ToSchema)]
pub struct DeclarationBody {
    /// The facility code of the facility. After a succession, the new code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The name of the round.
    #[schema(max_length = 40, example = "2023")]
    pub round: String,
    /// The status of the declaration.
    pub status: DeclarationStatus,
    /// The number of the current revision. The first revision has the number 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub revision: i64,
    /// Whether the declaration was filed after the round's last day.
    pub late: bool,
    /// The reason.
    #[schema(value_type = ReasonForm)]
    pub reason: Statement,
    /// Other facility codes on the same premises to which the reason also applies.
    #[schema(max_items = 20, value_type = Vec<ShownFacilityCode>)]
    pub other_facility_codes: Vec<String>,
    /// The ids of the attached uploads.
    #[schema(max_items = 10, value_type = Vec<AttachmentId>)]
    pub attachment_ids: Vec<String>,
    /// The reference from the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 100)]
    pub client_reference: Option<String>,
    /// The last day on which the facility is excused if the declaration is accepted, inclusive, in Japan. Absent while
    /// the last day is not known, and for a withdrawn or rejected declaration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date, example = "2023-08-31")]
    pub excused_until: Option<NaiveDate>,
    /// The explanation of `excused_until`. Absent for a withdrawn or rejected declaration.
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
            reason: content.statement.clone(),
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
    /// The declaration's id.
    #[schema(max_length = 30, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The receipt number (届出番号), to name when you call the call centre.
    #[schema(max_length = 14, pattern = "^[0-9]{4}-[0-9]{4}-[0-9]{4}$", example = "4821-0937-5523")]
    pub receipt_number: String,
    /// The content, the status and the excuse.
    #[serde(flatten)]
    pub body: DeclarationBody,
    /// The latest result of the review, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewResponse>,
    /// When the declaration was first filed.
    pub created_at: Timestamp,
    /// When the declaration was last changed.
    pub updated_at: Timestamp,
    /// The entity tag, for `If-Match`. It is the same as in the header `ETag` of a read.
    #[schema(max_length = 60, example = "\"1-0000000000000000\"")]
    pub etag: String,
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
            etag: entity_tag(examined),
        }
    }
}

/// A declaration as it would be filed or corrected, for the confirmation screen.
#[derive(Serialize, ToSchema)]
pub struct DeclarationPreview {
    /// The content, the status and the excuse.
    #[serde(flatten)]
    pub body: DeclarationBody,
    /// The mails that would be sent.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl DeclarationPreview {
    /// Shows a declaration that is not stored.
    #[must_use]
    pub fn of(examined: &Examined, mails: Vec<MailPreview>) -> Self {
        Self { body: DeclarationBody::of(examined), mails }
    }
}

page! {
    /// A page of declarations.
    DeclarationPage {
        /// The declarations, newest first.
        DeclarationResponse
    }
}

/// One revision of a declaration.
#[derive(Serialize, ToSchema)]
pub struct RevisionResponse {
    /// The number of the revision. The first revision has the number 1.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub revision: i64,
    /// The facility code under which the revision was filed.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The reason.
    #[schema(value_type = ReasonForm)]
    pub reason: Statement,
    /// Other facility codes on the same premises to which the reason also applies.
    #[schema(max_items = 20, value_type = Vec<ShownFacilityCode>)]
    pub other_facility_codes: Vec<String>,
    /// The ids of the attached uploads.
    #[schema(max_items = 10, value_type = Vec<AttachmentId>)]
    pub attachment_ids: Vec<String>,
    /// When the revision was filed.
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
            reason: content.statement.clone(),
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

//! The answers with a succession.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::forms::{GuidanceAddressForm, SuccessorForm};
use crate::domain::filings::successions::{Succession, SuccessionReason, SuccessionStatus};
use crate::http::conditional::etag;
use crate::http::paging::page;
use crate::http::preview::MailPreview;
use crate::http::timestamp::Timestamp;
use crate::routes::forms::parties::{ContactForm, FounderForm};
use crate::routes::forms::reviews::ReviewResponse;
use crate::routes::forms::warnings::WarningResponse;

/// The content of a succession, its status, and its effects.
#[derive(Serialize, ToSchema)]
pub struct SuccessionBody {
    /// The old facility code (承継元).
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub predecessor_code: String,
    /// The status of the succession.
    pub status: SuccessionStatus,
    /// The facility under its new code.
    pub successor: SuccessorForm,
    /// The founder under the new code.
    pub successor_founder: FounderForm,
    /// Why the code changes.
    pub reason: SuccessionReason,
    /// The explanation of the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub reason_detail: Option<String>,
    /// The day of the change.
    #[schema(format = Date, example = "2023-02-01")]
    pub change_date: NaiveDate,
    /// The postal address for the letter about the further procedure.
    pub guidance_address: GuidanceAddressForm,
    /// The person to contact.
    pub contact: ContactForm,
    /// When the succession was accepted, and the rights and duties passed to the new code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_at: Option<Timestamp>,
    /// The last day on which the certificates of the old code can be used, inclusive, in Japan. Absent until the
    /// succession is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    pub certificates_until: Option<NaiveDate>,
}

impl SuccessionBody {
    fn of(succession: &Succession) -> Self {
        let form = &succession.form;
        Self {
            predecessor_code: succession.predecessor_code.to_string(),
            status: succession.status,
            successor: SuccessorForm::of(&form.successor),
            successor_founder: FounderForm::of(&form.successor_founder),
            reason: form.reason,
            reason_detail: form.reason_detail.as_ref().map(ToString::to_string),
            change_date: form.change_date,
            guidance_address: GuidanceAddressForm::of(&form.guidance_address),
            contact: ContactForm::of(&form.contact),
            accepted_at: succession.accepted_at.map(Into::into),
            certificates_until: succession.certificates_until(),
        }
    }
}

/// A succession (承継届出).
#[derive(Serialize, ToSchema)]
pub struct SuccessionResponse {
    /// The succession's id.
    #[schema(max_length = 30, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The receipt number (届出番号), to name when you call the call centre.
    #[schema(max_length = 14, pattern = "^[0-9]{4}-[0-9]{4}-[0-9]{4}$", example = "4821-0937-5523")]
    pub receipt_number: String,
    /// The content, the status and the effects.
    #[serde(flatten)]
    pub body: SuccessionBody,
    /// The latest result of the review, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewResponse>,
    /// When the succession was filed.
    pub created_at: Timestamp,
    /// When the succession was last changed.
    pub updated_at: Timestamp,
    /// The entity tag, for `If-Match`. It is the same as in the header `ETag` of a read.
    #[schema(max_length = 60, example = "\"1\"")]
    pub etag: String,
}

impl SuccessionResponse {
    /// Shows a succession.
    #[must_use]
    pub fn of(succession: &Succession) -> Self {
        Self {
            id: succession.id.to_string(),
            receipt_number: succession.receipt_number.to_string(),
            body: SuccessionBody::of(succession),
            review: succession.review.as_ref().map(ReviewResponse::of),
            created_at: succession.created_at.into(),
            updated_at: succession.updated_at.into(),
            etag: etag(succession.version),
        }
    }
}

/// A succession as it would be filed or corrected, for the confirmation screen.
#[derive(Serialize, ToSchema)]
pub struct SuccessionPreview {
    /// The content, the status and the effects.
    #[serde(flatten)]
    pub body: SuccessionBody,
    /// The mails that would be sent.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
    /// What looks like a mistake. The form is accepted all the same.
    #[schema(max_items = 10)]
    pub warnings: Vec<WarningResponse>,
}

impl SuccessionPreview {
    /// Shows a succession that is not stored.
    #[must_use]
    pub fn of(succession: &Succession, mails: Vec<MailPreview>) -> Self {
        let warnings =
            WarningResponse::list(&succession.form.successor_founder.warnings("/successor_founder"));
        Self { body: SuccessionBody::of(succession), mails, warnings }
    }
}

page! {
    /// A page of successions.
    SuccessionPage {
        /// The successions, newest first.
        SuccessionResponse
    }
}

//! The result of the review of a filing, as answers show it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::entry_schemas::FormPointer;
use crate::domain::filings::reviews::Review;
use crate::domain::values::lang::Lang;
use crate::http::timestamp::Timestamp;

/// The latest result of the review of a filing.
#[derive(Serialize, ToSchema)]
pub struct ReviewResponse {
    /// When the result was stored.
    pub at: Timestamp,
    /// What to correct, or why the filing was rejected, in Japanese. Absent if there is nothing to explain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub message: Option<String>,
    /// The members of the filing that must be corrected, as JSON Pointers.
    #[schema(max_items = 50, value_type = Vec<FormPointer>)]
    pub fields: Vec<String>,
    /// The last day on which a correction is accepted, inclusive, in Japan. Absent if no correction is requested.
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
            message: review.text(Lang::Ja).map(str::to_owned),
            fields: review.fields.clone(),
            due_date: review.due,
        }
    }
}

//! What a review says of a filing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::values::calendar::Instant;
use crate::domain::values::words::words;

words! {
    /// Who decides on filings: a setting of the service.
    pub enum ReviewMode {
        /// A complete filing is accepted at once.
        Automatic = "automatic",
        /// Staff decide.
        Staff = "staff",
    }
}

/// The latest word of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When it was said.
    pub at: Instant,
    /// What is to be corrected or why the filing was rejected, for the facility to read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    /// The fields to correct: pointers into the form.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<String>,
    /// Until when a correction is taken (a Japan day, inclusive).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<NaiveDate>,
}

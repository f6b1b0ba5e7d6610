//! Parts of the service that were looked at, in answers of the readiness probe.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One part of the service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// The part.
    #[schema(max_length = 40, example = "disk of uploads")]
    pub part: String,
    /// Whether it is as it should be.
    #[schema(example = true)]
    pub passes: bool,
    /// What was measured, if anything was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000_000_i64, example = 20480)]
    pub measured: Option<i64>,
    /// What was measured in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, max_length = 20, example = "MiB free")]
    pub unit: Option<String>,
}

impl Check {
    /// A part that passes or fails.
    #[must_use]
    pub fn of(part: &str, passes: bool) -> Self {
        Self { part: part.to_owned(), passes, measured: None, unit: None }
    }

    /// The same with a number, if there is one.
    #[must_use]
    pub fn measured(self, number: Option<i64>, unit: &str) -> Self {
        Self { measured: number, unit: number.map(|_| unit.to_owned()), ..self }
    }
}

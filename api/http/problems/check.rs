//! The checks of the readiness probe, as answers show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One check of the readiness probe.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// The part of the service that was checked.
    #[schema(max_length = 40, example = "disk of uploads")]
    pub part: String,
    /// Whether the part works.
    #[schema(example = true)]
    pub passes: bool,
    /// The measured value. Absent if nothing is measured, or if the measurement failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000_000_i64, example = 20480)]
    pub measured: Option<i64>,
    /// The unit of `measured`. Absent if `measured` is absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(nullable = false, max_length = 20, example = "MiB free")]
    pub unit: Option<String>,
}

impl Check {
    /// A check without a measured value.
    #[must_use]
    pub fn of(part: &str, passes: bool) -> Self {
        Self { part: part.to_owned(), passes, measured: None, unit: None }
    }

    /// The same check with the measured value, if there is one.
    #[must_use]
    pub fn measured(self, number: Option<i64>, unit: &str) -> Self {
        Self { measured: number, unit: number.map(|_| unit.to_owned()), ..self }
    }
}

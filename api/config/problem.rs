//! The problems of settings.

use std::fmt;
use std::ops::RangeInclusive;

/// A problem with an environment variable. Its message never contains the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingProblem {
    /// A required variable is missing.
    Missing(&'static str),
    /// A variable's value has the wrong form.
    Malformed {
        /// Its name.
        name: &'static str,
        /// The expected form.
        expected: &'static str,
    },
    /// A variable's value is not a number, or is out of range.
    OutOfRange {
        /// Its name.
        name: &'static str,
        /// The allowed range.
        range: RangeInclusive<u64>,
    },
    /// A variable belongs to the sandbox only.
    SandboxOnly(&'static str),
    /// A variable belongs to production only.
    ProductionOnly(&'static str),
    /// Filings would wait for a review that nobody can make.
    NobodyReviews(&'static str),
    /// A variable has the service's prefix but is not a setting.
    Unknown(String),
}

impl SettingProblem {
    /// The variable's name, or `unknown` for a variable that is not a setting.
    #[must_use]
    pub const fn name_or_unknown(&self) -> &'static str {
        match self {
            Self::Missing(name)
            | Self::Malformed { name, .. }
            | Self::OutOfRange { name, .. }
            | Self::SandboxOnly(name)
            | Self::ProductionOnly(name)
            | Self::NobodyReviews(name) => name,
            Self::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "{name} is required in production"),
            Self::Malformed { name, expected } => write!(f, "{name} must be {expected}"),
            Self::OutOfRange { name, range } => {
                write!(f, "{name} must be a whole number from {} to {}", range.start(), range.end())
            }
            Self::SandboxOnly(name) => {
                write!(f, "{name} belongs to the sandbox and must not be set in production")
            }
            Self::ProductionOnly(name) => {
                write!(f, "{name} belongs to production and must not be set in a sandbox")
            }
            Self::NobodyReviews(name) => write!(
                f,
                "{name} is `staff` (the default in production), but this version has no operations with which staff \
                 can review filings: every filing would wait for ever. Set {name}=automatic, or wait for a version with \
                 operations for staff"
            ),
            Self::Unknown(name) => write!(f, "{name} is not a setting of todokede"),
        }
    }
}

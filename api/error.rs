//! The one error type of the crate. It knows nothing of HTTP: `http::problems::catalogue` gives each
//! code its status and its texts.

use std::time::Duration;

use crate::domain::values::fault::Fault;
use crate::domain::values::faults::{FieldFault, Refused};
use crate::domain::values::refusal::Refusal;

/// Any error of a library below us, kept for the log and never shown to a caller.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a request could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of an area, or HTTP itself, refuses it.
    #[error("refused: {}", .0.as_str())]
    Refused(ProblemCode),
    /// Values of the body were refused; all of them are listed.
    #[error("{} values refused", .0.len())]
    Invalid(Vec<FieldFault>),
    /// There is no such resource, or it is not the caller's.
    #[error("not found")]
    NotFound,
    /// A budget is used up.
    #[error("rate limited by {}", .0.policy)]
    Limited(Limited),
    /// More work waits than can be done in time; nothing was changed.
    #[error("overloaded: {0}")]
    Overloaded(&'static str),
    /// The database, or the disk under the attachments, could not do it now; nothing was changed. The source
    /// says why.
    #[error("database or disk is not available")]
    Unavailable(#[source] Source),
    /// The connection was lost while the change was being stored: nobody knows whether it was.
    #[error("not known whether the change was stored")]
    OutcomeUnknown,
    /// Something that should not happen; the source says what.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// A used-up budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The budget's name, as `RateLimit-Policy` shows it.
    pub policy: &'static str,
    /// How many requests the budget holds.
    pub quota: u32,
    /// How long until it is full again from empty.
    pub window: Duration,
    /// When the next request will be taken.
    pub retry_after: Duration,
}

impl Error {
    /// Wraps an error that should not happen.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }

    /// The reason for a person who looks after the service, with what a library below us said.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Internal(source) | Self::Unavailable(source) => chain(source.as_ref()).to_string(),
            other => other.to_string(),
        }
    }

    /// One refused value.
    pub fn invalid(pointer: impl Into<String>, fault: Fault) -> Self {
        Self::Invalid(vec![FieldFault::new(pointer, fault)])
    }
}

impl From<Refused> for Error {
    fn from(Refused(faults): Refused) -> Self {
        if faults.is_empty() {
            return Self::internal("a value is missing and no fault says why");
        }
        Self::Invalid(faults)
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

/// The code of a problem as callers see it. It is made of a refusal only, so that no code is spelled twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemCode(&'static str);

impl ProblemCode {
    /// The code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl<R: Refusal> From<R> for ProblemCode {
    fn from(refusal: R) -> Self {
        Self(refusal.code())
    }
}

impl<R: Refusal> PartialEq<R> for ProblemCode {
    fn eq(&self, refusal: &R) -> bool {
        self.0 == refusal.code()
    }
}

/// An error as the log tells it: what went wrong, and after each colon what caused it.
///
/// The text of [`Error`] alone says little, because it also goes to callers. Every line of the log
/// that tells of an error writes it by this; `tests/architecture` refuses others.
#[must_use]
pub fn chain<'a>(error: &'a (dyn std::error::Error + 'static)) -> impl std::fmt::Display + 'a {
    Chain(error)
}

struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let causes = std::iter::successors(self.0.source(), |cause| cause.source());
        for cause in causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the query failed")]
    struct QueryFailed(#[source] std::io::Error);

    #[test]
    fn the_log_is_told_every_cause_down_to_the_first() {
        let refused = std::io::Error::other("connection refused");
        let error = Error::Unavailable(Box::new(QueryFailed(refused)));
        let told = "database or disk is not available: the query failed: connection refused";
        assert_eq!(chain(&error).to_string(), told);
    }

    #[test]
    fn an_error_without_a_cause_is_told_as_it_is() {
        assert_eq!(
            chain(&Error::Overloaded("too many writes wait")).to_string(),
            "overloaded: too many writes wait"
        );
    }
}

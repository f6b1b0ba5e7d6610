//! The error type of the crate. It does not depend on HTTP: `http::problems::catalogue` has the status and the texts
//! of each code.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::values::fault::Fault;
use crate::domain::values::faults::{FieldFault, Refused};
use crate::domain::values::refusal::Refusal;

/// The error of a library. It is logged and never shown to a caller.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a request could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the domain or of HTTP refuses the request.
    #[error("refused: {}", .0.as_str())]
    Refused(ProblemCode),
    /// Values of the body were refused; all of them are listed.
    #[error("{} values refused", .0.len())]
    Invalid(Vec<FieldFault>),
    /// Parameters or headers were refused; all of them are listed.
    #[error("{} parameters refused", .0.len())]
    InvalidParameters(Vec<ParameterFault>),
    /// There is no such resource, or it is not the caller's.
    #[error("not found")]
    NotFound,
    /// A budget is used up.
    #[error("rate limited by {}", .0.policy)]
    Limited(Limited),
    /// Too much work is waiting. Nothing was changed.
    #[error("overloaded: {0}")]
    Overloaded(&'static str),
    /// The database or the disk of the attachments is not available. Nothing was changed. The source has the cause.
    #[error("database or disk is not available")]
    Unavailable(#[source] Source),
    /// The connection was lost during the commit, so it is unknown whether the change was stored.
    #[error("not known whether the change was stored")]
    OutcomeUnknown,
    /// A defect of the service. The source has the cause.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// One refused parameter or header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFault {
    /// Whether it is a parameter or a header.
    pub place: Place,
    /// Its name. The name of an unknown parameter is shortened, and unusual characters are replaced.
    pub name: Cow<'static, str>,
    /// Why it was refused.
    pub fault: Fault,
}

/// Where a request has a value outside its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the query of the URL.
    Query,
    /// In a header.
    Header,
}

/// A used-up budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The budget's name, as `RateLimit-Policy` shows it.
    pub policy: &'static str,
    /// How many requests the budget holds.
    pub quota: u32,
    /// How long an empty budget takes to fill up.
    pub window: Duration,
    /// How long until the next request is allowed.
    pub retry_after: Duration,
}

impl Error {
    /// Wraps the error of a defect.
    pub fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }

    /// The error's text for operators, with all causes.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Internal(source) | Self::Unavailable(source) => chain(source.as_ref()).to_string(),
            other => other.to_string(),
        }
    }

    /// An error with one refused parameter of the query.
    #[must_use]
    pub fn parameter(name: &'static str, fault: Fault) -> Self {
        Self::InvalidParameters(vec![ParameterFault { place: Place::Query, name: name.into(), fault }])
    }

    /// An error with one refused header.
    #[must_use]
    pub fn header(name: &'static str, fault: Fault) -> Self {
        Self::InvalidParameters(vec![ParameterFault { place: Place::Header, name: name.into(), fault }])
    }

    /// An error with one refused value.
    pub fn invalid(pointer: impl Into<String>, fault: Fault) -> Self {
        Self::Invalid(vec![FieldFault::new(pointer, fault)])
    }
}

impl From<Refused> for Error {
    fn from(Refused(faults): Refused) -> Self {
        if faults.is_empty() {
            return Self::internal("a value was refused without a fault");
        }
        Self::Invalid(faults)
    }
}

impl<R: Refusal> From<R> for Error {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

/// The code of a problem as callers see it. It can only be made from a refusal, so that each code is written in one
/// place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemCode(&'static str);

impl ProblemCode {
    /// The code, such as `DECLARATION_EXISTS`.
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

/// Displays an error and all its causes, separated by colons.
///
/// The text of [`Error`] alone is short, because it may be shown to callers. Every log line about an error must use
/// this function; `tests/architecture` checks that.
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
    fn the_chain_contains_every_cause() {
        let refused = std::io::Error::other("connection refused");
        let error = Error::Unavailable(Box::new(QueryFailed(refused)));
        let expected = "database or disk is not available: the query failed: connection refused";
        assert_eq!(chain(&error).to_string(), expected);
    }

    #[test]
    fn the_chain_of_an_error_without_a_cause_is_its_own_text() {
        assert_eq!(
            chain(&Error::Overloaded("too many writes wait")).to_string(),
            "overloaded: too many writes wait"
        );
    }
}

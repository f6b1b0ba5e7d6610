//! The one error type of the crate. It knows nothing of HTTP: a table in `routes::problems` gives
//! each code its status and its texts.

use std::time::Duration;

use crate::domain::values::fault::Fault;
use crate::domain::values::faults::{FieldFault, Refused};

/// Any error of a library below us, kept for the log and never shown to a caller.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a request could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A known condition with a code of its own.
    #[error("refused: {}", .0.as_str())]
    Refused(ProblemCode),
    /// Values of the body were refused; all of them are listed.
    #[error("{} values refused", .0.len())]
    Invalid(Vec<FieldFault>),
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

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code)
    }
}

/// Makes the enum and its list in one place, so that neither can miss a code.
macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Every condition the service answers with a problem document. Codes are never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $($(#[$doc])* $name,)* }

        impl ProblemCode {
            /// All codes, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as callers see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

problem_codes! {
    /// The body is no JSON document.
    MalformedJson = "MALFORMED_JSON",
    /// An object of the body names a member twice.
    DuplicateKey = "DUPLICATE_KEY",
    /// The body nests deeper than anything the service reads.
    NestedTooDeep = "NESTED_TOO_DEEP",
    /// A query parameter, a path parameter or a header is malformed.
    InvalidParameter = "INVALID_PARAMETER",
    /// The operation files something and wants an `Idempotency-Key`.
    IdempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED",
    /// The `Idempotency-Key` was used before with another body.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
    /// No access token was sent.
    TokenMissing = "TOKEN_MISSING",
    /// The access token is not one of ours.
    TokenInvalid = "TOKEN_INVALID",
    /// The access token's life is over; refresh it.
    TokenExpired = "TOKEN_EXPIRED",
    /// The session was ended; log in again.
    SessionEnded = "SESSION_ENDED",
    /// The refresh token is unknown, used or expired; log in again.
    RefreshTokenInvalid = "REFRESH_TOKEN_INVALID",
    /// The address and the password do not belong together.
    LoginFailed = "LOGIN_FAILED",
    /// No such resource, or not the caller's.
    NotFound = "NOT_FOUND",
    /// The path exists, the method does not.
    MethodNotAllowed = "METHOD_NOT_ALLOWED",
    /// The request came too slowly.
    RequestTimeout = "REQUEST_TIMEOUT",
    /// The mailed link's token is not known.
    LinkUnknown = "LINK_UNKNOWN",
    /// The mailed link's life is over.
    LinkExpired = "LINK_EXPIRED",
    /// The mailed link, or another of the same request, was used.
    LinkUsed = "LINK_USED",
    /// The address has an account.
    EmailTaken = "EMAIL_TAKEN",
    /// The facility has an account.
    FacilityHasAccount = "FACILITY_HAS_ACCOUNT",
    /// The facility's rights and duties passed to another code.
    FacilitySucceeded = "FACILITY_SUCCEEDED",
    /// An account of the facility's former code exists: file a succession with it.
    SuccessionRequired = "SUCCESSION_REQUIRED",
    /// The account's facility has no code yet.
    FacilityNotDesignated = "FACILITY_NOT_DESIGNATED",
    /// The account's facility has a code already.
    FacilityAlreadyDesignated = "FACILITY_ALREADY_DESIGNATED",
    /// The round has not opened.
    WindowNotOpen = "WINDOW_NOT_OPEN",
    /// The round takes no more declarations.
    WindowClosed = "WINDOW_CLOSED",
    /// The round is not for facilities of this kind.
    RoundNotForKind = "ROUND_NOT_FOR_KIND",
    /// The facility has a live declaration in this round.
    DeclarationExists = "DECLARATION_EXISTS",
    /// The filing's status allows no such change.
    StatusForbids = "STATUS_FORBIDS",
    /// The facility has a live succession.
    SuccessionExists = "SUCCESSION_EXISTS",
    /// Another live succession names the same successor.
    SuccessorTaken = "SUCCESSOR_TAKEN",
    /// The successor has an account of its own.
    SuccessorHasAccount = "SUCCESSOR_HAS_ACCOUNT",
    /// The successor is a predecessor of another succession.
    SuccessorIsPredecessor = "SUCCESSOR_IS_PREDECESSOR",
    /// The upload's content has not come.
    UploadIncomplete = "UPLOAD_INCOMPLETE",
    /// The account has announced or stored as many files as it may.
    UploadQuota = "UPLOAD_QUOTA",
    /// The content's size or digest is not the announced one.
    ContentMismatch = "CONTENT_MISMATCH",
    /// The content is not a file of the announced type.
    ContentNotOfType = "CONTENT_NOT_OF_TYPE",
    /// The resource changed since it was read.
    PreconditionFailed = "PRECONDITION_FAILED",
    /// The change wants an `If-Match`.
    PreconditionRequired = "PRECONDITION_REQUIRED",
    /// The body is larger than the operation takes.
    BodyTooLarge = "BODY_TOO_LARGE",
    /// The body is not of the media type the operation takes.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
    /// Values of the body were refused; `errors` lists all of them.
    InvalidContent = "INVALID_CONTENT",
    /// A budget is used up.
    RateLimited = "RATE_LIMITED",
    /// More work waits than can be done in time.
    Overloaded = "OVERLOADED",
    /// The service cannot serve now, or is about to stop.
    NotReady = "NOT_READY",
    /// The database or a disk could not do it now; nothing was changed.
    Unavailable = "UNAVAILABLE",
    /// Whether the change was stored is not known; the same request with the same key finds out.
    OutcomeUnknown = "OUTCOME_UNKNOWN",
    /// Something failed inside.
    Internal = "INTERNAL",
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

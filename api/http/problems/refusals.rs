//! The refusals that belong to no area of the domain: those of a malformed request, and those that follow from the
//! state of the service.

use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::refusal::Refusal;

coded_enum! {
    /// Why a request is refused before a use case runs.
    pub enum RequestRefusal {
        /// The head of the request, or the framing of its body, is no HTTP.
        MalformedRequest = "MALFORMED_REQUEST",
        /// The body is not a JSON document.
        MalformedJson = "MALFORMED_JSON",
        /// An object of the body has two members with the same name.
        DuplicateKey = "DUPLICATE_KEY",
        /// The body is nested deeper than the service allows.
        NestedTooDeep = "NESTED_TOO_DEEP",
        /// A query parameter, a path parameter or a header is malformed.
        InvalidParameter = "INVALID_PARAMETER",
        /// The operation requires an `Idempotency-Key`.
        IdempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED",
        /// The `Idempotency-Key` was used before for another request.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The path exists, but not with this method.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// The request did not arrive within the time limit.
        RequestTimeout = "REQUEST_TIMEOUT",
        /// The resource has changed since the caller read it.
        PreconditionFailed = "PRECONDITION_FAILED",
        /// The change requires an `If-Match`.
        PreconditionRequired = "PRECONDITION_REQUIRED",
        /// The body is larger than the operation allows.
        BodyTooLarge = "BODY_TOO_LARGE",
        /// The target in the request line is longer than the service can read.
        TargetTooLong = "TARGET_TOO_LONG",
        /// The request line and the headers are larger than the service allows.
        HeadTooLarge = "HEAD_TOO_LARGE",
        /// The operation does not accept the media type or the content coding of the body.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// The body contains invalid values. `errors` lists all of them.
        InvalidContent = "INVALID_CONTENT",
    }
}

impl Refusal for RequestRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

coded_enum! {
    /// Why the service does not answer a well-formed request.
    pub enum ServiceRefusal {
        /// The resource does not exist, or it does not belong to the caller.
        NotFound = "NOT_FOUND",
        /// A budget is used up.
        RateLimited = "RATE_LIMITED",
        /// The service has more requests than it can answer in time.
        Overloaded = "OVERLOADED",
        /// The readiness probe fails, or the service is about to stop.
        NotReady = "NOT_READY",
        /// The database or the file storage is unavailable. Nothing was changed.
        Unavailable = "UNAVAILABLE",
        /// It is not known whether the change was stored. The caller finds out by repeating the request with the same
        /// idempotency key.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
        /// The service failed for a reason that is not in the request.
        Internal = "INTERNAL",
    }
}

impl Refusal for ServiceRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

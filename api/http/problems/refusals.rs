//! The refusals that belong to no area: those of a malformed request, and those that follow from the service's
//! own state.

use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::refusal::Refusal;

coded_enum! {
    /// Why a request is refused before a use case sees it.
    pub enum RequestRefusal {
        /// The body is not a JSON document.
        MalformedJson = "MALFORMED_JSON",
        /// An object of the body names a member twice.
        DuplicateKey = "DUPLICATE_KEY",
        /// The body is nested deeper than the service allows.
        NestedTooDeep = "NESTED_TOO_DEEP",
        /// A query parameter, a path parameter or a header is malformed.
        InvalidParameter = "INVALID_PARAMETER",
        /// The operation files something and requires an `Idempotency-Key`.
        IdempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED",
        /// The `Idempotency-Key` was used before with another body.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// The path exists, but not with this method.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// The request came too slowly.
        RequestTimeout = "REQUEST_TIMEOUT",
        /// The resource changed since it was read.
        PreconditionFailed = "PRECONDITION_FAILED",
        /// The change requires an `If-Match`.
        PreconditionRequired = "PRECONDITION_REQUIRED",
        /// The body is larger than the operation allows.
        BodyTooLarge = "BODY_TOO_LARGE",
        /// The body does not have a media type that the operation accepts.
        UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE",
        /// Values of the body were refused; `errors` lists all of them.
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
        /// More work waits than can be done in time.
        Overloaded = "OVERLOADED",
        /// The service cannot serve now, or is about to stop.
        NotReady = "NOT_READY",
        /// The database or a disk could not carry out the request; nothing was changed.
        Unavailable = "UNAVAILABLE",
        /// It is not known whether the change was stored. The caller learns it by the same request with the
        /// same key.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
        /// Something failed inside the service.
        Internal = "INTERNAL",
    }
}

impl Refusal for ServiceRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

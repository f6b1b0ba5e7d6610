//! The refusals that belong to no area: those of a malformed request, and those that follow from the service's
//! own state.

use crate::domain::values::refusal::Refusal;
use crate::domain::values::words::words;

words! {
    /// Why a request is refused before a use case sees it.
    pub enum RequestRefusal {
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
        /// The path exists, the method does not.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// The request came too slowly.
        RequestTimeout = "REQUEST_TIMEOUT",
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
    }
}

impl Refusal for RequestRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

words! {
    /// Why the service does not answer a well-formed request.
    pub enum ServiceRefusal {
        /// No such resource, or not the caller's.
        NotFound = "NOT_FOUND",
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
}

impl Refusal for ServiceRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}

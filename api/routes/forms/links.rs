//! The requests and answers of all operations with a mailed link: registration, password reset, change of address.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::faults::Faults;
use crate::http::body::SecretText;
use crate::security::opaque_token::OpaqueToken;

/// The e-mail address that a link is mailed to.
#[derive(Deserialize, ToSchema, Validate)]
pub struct EmailRequest {
    /// The e-mail address. It is the login id of an account.
    #[schema(min_length = 3, max_length = 254, format = "email", example = "reception@clinic.example")]
    #[validate(length(max = EmailAddress::MAX, code = "too_long"))]
    pub email: String,
}

impl EmailRequest {
    /// Reads the address.
    pub fn parse(&self, faults: &mut Faults) -> Option<EmailAddress> {
        faults.take("/email", EmailAddress::parse(&self.email))
    }
}

/// The answer to a request for a mailed link. It is the same for every address.
#[derive(Serialize, ToSchema)]
pub struct LinkRequested {
    /// Always `ACCEPTED`. It does not show whether the address has an account.
    #[schema(max_length = 20, example = "ACCEPTED")]
    pub status: &'static str,
}

/// The answer to every request for a mailed link.
pub const LINK_REQUESTED: LinkRequested = LinkRequested { status: "ACCEPTED" };

/// The token of a mailed link.
#[derive(Deserialize, ToSchema, Validate)]
pub struct TokenRequest {
    /// The token from the mailed link: the value of `token` in the URL's fragment.
    #[schema(
        value_type = String,
        min_length = 1,
        max_length = 200,
        example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A",
    )]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub token: SecretText,
}

impl TokenRequest {
    /// Reads the token. Any text is accepted here. The use case refuses a token that the service did not issue.
    #[must_use]
    pub fn parse(&self, _: &mut Faults) -> Option<OpaqueToken> {
        Some(OpaqueToken::presented(self.token.expose()))
    }
}

/// The refusals of an operation that takes the token of a mailed link.
pub const LINK_PROBLEMS: &[&str] = &[
    IdentityRefusal::LinkUnknown.code(),
    IdentityRefusal::LinkExpired.code(),
    IdentityRefusal::LinkUsed.code(),
];

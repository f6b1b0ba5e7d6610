//! Requests and answers that all operations with a mailed link share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::values::email::EmailAddress;
use crate::domain::values::faults::Faults;
use crate::http::body::SecretText;
use crate::security::opaque_token::OpaqueToken;

/// An e-mail address that can receive mail.
#[derive(Deserialize, ToSchema, Validate)]
pub struct EmailRequest {
    /// The address. It will be the login id.
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

/// What every request for a mailed link is answered with, whatever the address.
#[derive(Serialize, ToSchema)]
pub struct LinkRequested {
    /// Always `ACCEPTED`: if the address can be written to, a mail is on its way.
    #[schema(max_length = 20, example = "ACCEPTED")]
    pub status: &'static str,
}

/// The answer to every request for a mailed link.
pub const LINK_REQUESTED: LinkRequested = LinkRequested { status: "ACCEPTED" };

/// The token of a mailed link.
#[derive(Deserialize, ToSchema, Validate)]
pub struct TokenRequest {
    /// The token from the fragment of the mailed link.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A")]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub token: SecretText,
}

impl TokenRequest {
    /// Reads the token. Any text is accepted here; the use case refuses a token that the service did not
    /// issue.
    #[must_use]
    pub fn parse(&self, _: &mut Faults) -> Option<OpaqueToken> {
        Some(OpaqueToken::presented(self.token.expose()))
    }
}

/// The refusals of an operation that takes the token of a mailed link.
pub const LINK_PROBLEMS: &[(u16, &str)] = &[(404, "No such token."), (410, "The token is used or expired.")];

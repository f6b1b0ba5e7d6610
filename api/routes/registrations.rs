//! `/v1/registrations`: an address is given, a link is mailed, its token is looked at.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::answer::Answer;
use super::body::{Faults, Json};
use super::context::Context;
use super::filing::Filing;
use super::previews::WriteQuery;
use super::problems::Problem;
use super::timestamp::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::link::LinkPurpose;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::{links, registrations};
use uuid::Uuid;

/// The tag of these operations.
pub const TAG: &str = "registration";

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_registration).service(confirm_registration);
}

/// An e-mail address that can receive mail.
#[derive(Deserialize, ToSchema, Validate)]
pub struct EmailRequest {
    /// The address. It will be the login id.
    #[schema(min_length = 3, max_length = 254, format = "email", example = "reception@clinic.example")]
    #[validate(length(max = 254, code = "too_long"))]
    pub email: String,
}

impl EmailRequest {
    /// Reads the address.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn parse(&self, mut faults: Faults) -> Result<EmailAddress, Error> {
        let email = faults.take("/email", EmailAddress::parse(&self.email));
        faults.finish(email)
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
    #[schema(min_length = 1, max_length = 200, example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A")]
    #[validate(length(max = 200, code = "too_long"))]
    pub token: String,
}

/// What a good token stands for.
#[derive(Serialize, ToSchema)]
pub struct ConfirmationResponse {
    /// The address that the link was mailed to.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// From when on the token is not good any more.
    pub expires_at: Timestamp,
}

/// Ask for the registration link
///
/// First step of a registration (アカウント登録): mails the link of the registration form
/// (仮登録メール). The answer is the same for every address; the owner of an address that has an
/// account gets a mail with the ways to log in, to recover the password and to file a succession.
/// Asking again mails another link; all links stay good until one is used or 24 hours have passed.
#[utoipa::path(
    tag = TAG,
    operation_id = "requestRegistration",
    params(WriteQuery),
    request_body = EmailRequest,
    responses((status = 202, description = "Taken; the same answer for every address.", body = LinkRequested)),
    security(()),
)]
#[post("/v1/registrations")]
async fn request_registration(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<EmailRequest>,
) -> Result<HttpResponse, Problem> {
    let email = body.value.parse(body.faults)?;
    let limits = &context.state.limits;
    context.spend(&limits.mails_per_client, context.client())?;
    context.spend(&limits.mails_per_address, &email.key())?;
    context
        .carry_out_for(Filing::unkeyed(query.into_inner()), nobody, move |work, ()| {
            registrations::request(work, &email)?;
            Answer::accepted(&LINK_REQUESTED)
        })
        .await
}

/// Writes of strangers belong to no account.
#[expect(clippy::unnecessary_wraps, reason = "the same shape as finding a principal, which can fail")]
pub(in crate::routes) fn nobody(
    _: &mut crate::db::Conn,
    _: &crate::usecases::work::Call,
) -> Result<(Uuid, ()), Error> {
    Ok((Uuid::nil(), ()))
}

/// Look at a registration token
///
/// Second step (token confirmation): says which address the token was mailed to and until when it
/// is good. It never uses the token up, however often it is called.
#[utoipa::path(
    tag = TAG,
    operation_id = "confirmRegistration",
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The token is good.", body = ConfirmationResponse),
        (status = 404, description = "No such token.", body = super::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The token is used or expired.", body = super::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/registrations/confirmation")]
async fn confirm_registration(context: Context, body: Json<TokenRequest>) -> Result<HttpResponse, Problem> {
    let token = OpaqueToken::presented(&body.value.token);
    body.faults.finish(Some(()))?;
    context.spend(&context.state.limits.tokens_per_client, context.client())?;
    let now = context.call.now;
    let link = context
        .state
        .database
        .read(move |conn| links::look(conn, LinkPurpose::Registration, &token, now))
        .await?;
    Ok(Answer::ok(&ConfirmationResponse {
        email: link.email.to_string(),
        expires_at: link.expires_at.into(),
    })?
    .write())
}

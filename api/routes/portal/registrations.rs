//! `/v1/registrations`: mails a registration link to an address, and checks the token of such a link.

use actix_web::post;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::identity::links::{LinkPurpose, RequestedMail};
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::routes::forms::links::{EmailRequest, LINK_PROBLEMS, LINK_REQUESTED, LinkRequested, TokenRequest};
use crate::routes::tags;
use crate::usecases::identity::{link_requests, links};

const REQUEST: Operation = Operation::public("requestRegistration").charged_to(Budget::Mails);
const CONFIRM: Operation =
    Operation::public("confirmRegistration").charged_to(Budget::Tokens).refusing(LINK_PROBLEMS);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&REQUEST, &CONFIRM];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_registration).service(confirm_registration);
}

/// The data of a valid token.
#[derive(Serialize, ToSchema)]
pub struct ConfirmationResponse {
    /// The address that the link was mailed to.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// Request a registration link
///
/// First step of a registration (アカウント登録): mails the link to the registration form (仮登録メール). The answer is the
/// same for every address. If the address already has an account, the mail has no registration link. It explains how to
/// log in, to reset the password, and to file a succession. Each request mails another link. A link is valid for 24
/// hours. Once one of the links to an address is used, the others are no longer valid.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = REQUEST.id,
    request_body = EmailRequest,
    responses((
        status = 202,
        description = "The request is accepted. The answer is the same for every address.",
        body = LinkRequested,
    )),
)]
#[post("/v1/registrations")]
async fn request_registration(
    context: Context,
    body: Json<EmailRequest>,
) -> Result<Answer<LinkRequested>, Problem> {
    let email = body.read(EmailRequest::parse)?;
    context.charge(&REQUEST)?;
    context.write(move |work| link_requests::store(work, RequestedMail::Registration, &email, None)).await?;
    Ok(Answer::accepted(&LINK_REQUESTED)?)
}

/// Check a registration token
///
/// Second step of a registration: shows the address that the token was mailed to, and when the token expires. The token
/// can be checked any number of times, and can still be used afterwards.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = CONFIRM.id,
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The token is valid.", body = ConfirmationResponse),
    ),
)]
#[post("/v1/registrations/confirmation")]
async fn confirm_registration(
    context: Context,
    body: Json<TokenRequest>,
) -> Result<Answer<ConfirmationResponse>, Problem> {
    let token = body.read(TokenRequest::parse)?;
    let lookup = context.read(move |reading| {
        links::find_usable(reading.conn, LinkPurpose::Registration, &token, reading.now)
    });
    let link = context.present_token(lookup).await?;
    Ok(Answer::ok(&ConfirmationResponse {
        email: link.email.to_string(),
        expires_at: link.expires_at.into(),
    })?)
}

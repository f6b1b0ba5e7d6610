//! `/v1/registrations`: an address is given, a link is mailed, its token is looked at.

use crate::routes::tags;
use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::identity::links::LinkPurpose;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::Context;
use crate::http::filing::{Filing, nobody};
use crate::http::problems::Problem;
use crate::http::rehearsal::WriteQuery;
use crate::http::timestamp::Timestamp;
use crate::routes::forms::links::{EmailRequest, LINK_REQUESTED, LinkRequested, TokenRequest};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::accounts::registrations;
use crate::usecases::identity::links;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_registration).service(confirm_registration);
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
    tag = tags::REGISTRATION,
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

/// Look at a registration token
///
/// Second step (token confirmation): says which address the token was mailed to and until when it
/// is good. It never uses the token up, however often it is called.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = "confirmRegistration",
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The token is good.", body = ConfirmationResponse),
        (status = 404, description = "No such token.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The token is used or expired.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
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

//! `/v1/password-resets`: a forgotten password.

use crate::routes::tags;
use actix_web::{HttpResponse, post, web};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::domain::accounts::Account;
use crate::domain::identity::passwords;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::Context;
use crate::http::filing::{Filing, nobody};
use crate::http::problems::Problem;
use crate::http::rehearsal::{Rehearsed, WriteQuery};
use crate::routes::forms::links::{EmailRequest, LINK_REQUESTED, LinkRequested};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::password_resets;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_password_reset).service(complete_password_reset);
}

/// A new password with the mailed token that allows it.
#[derive(Deserialize, ToSchema, Validate)]
pub struct PasswordResetRequest {
    /// The token from the fragment of the mailed link.
    #[schema(min_length = 1, max_length = 200, example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A")]
    #[validate(length(max = 200, code = "too_long"))]
    pub token: String,
    /// The new password: 15 to 128 characters of any kind.
    #[schema(min_length = 15, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = 128, code = "too_long"))]
    pub password: String,
}

/// Ask for a password reset link
///
/// Mails a link, good for one hour, if the address has an account. The answer is the same for every
/// address. Who has forgotten the address as well asks the call centre (0800-080-4583).
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "requestPasswordReset",
    params(WriteQuery),
    request_body = EmailRequest,
    responses((status = 202, description = "Taken; the same answer for every address.", body = LinkRequested)),
    security(()),
)]
#[post("/v1/password-resets")]
async fn request_password_reset(
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
            password_resets::request(work, &email)?;
            Answer::accepted(&LINK_REQUESTED)
        })
        .await
}

/// Set a new password with a mailed token
///
/// Uses the token up, ends all sessions of the account and tells the owner by mail. Log in with the
/// new password afterwards.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "completePasswordReset",
    params(WriteQuery),
    request_body = PasswordResetRequest,
    responses(
        (status = 200, description = "With `validate_only`: the password would be set.", body = Rehearsed),
        (status = 204, description = "The password is set; all sessions are ended."),
        (status = 404, description = "No such token.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The token is used or expired.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/password-resets/completion")]
async fn complete_password_reset(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<PasswordResetRequest>,
) -> Result<HttpResponse, Problem> {
    let (query, now) = (query.into_inner(), context.call.now);
    let PasswordResetRequest { token, password } = body.value;
    context.spend(&context.state.limits.tokens_per_client, context.client())?;
    let token = OpaqueToken::presented(&token);
    let looked = token.clone();
    let account = context.state.database.read(move |conn| password_resets::look(conn, &looked, now)).await;
    let mut faults = body.faults;
    let identity = account.as_ref().ok().map(Account::password_context).unwrap_or_default();
    for fault in passwords::examine(&password, &identity.each_ref().map(String::as_str)) {
        faults.add("/password", fault);
    }
    // What is wrong with the form is told whether or not the link is good, as everywhere.
    faults.finish(Some(()))?;
    account?;
    let hash = if query.validate_only {
        None
    } else {
        Some(context.state.passwords.hash(SecretString::from(password)).await?)
    };
    context
        .carry_out_for(Filing::unkeyed(query), nobody, move |work, ()| {
            password_resets::complete(work, &token, hash.as_ref())?;
            if query.validate_only { Answer::ok(&Rehearsed::of(&work.queued)) } else { Ok(Answer::nothing()) }
        })
        .await
}

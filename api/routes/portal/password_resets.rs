//! `/v1/password-resets`: sets a new password with a mailed link, for a forgotten password.

use actix_web::post;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::domain::accounts::Account;
use crate::domain::identity::links::RequestedMail;
use crate::domain::identity::passwords;
use crate::error::Error;
use crate::http::answer::{Answer, NoBody};
use crate::http::body::{Json, SecretText};
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::problems::Problem;
use crate::routes::forms::links::{EmailRequest, LINK_PROBLEMS, LINK_REQUESTED, LinkRequested};
use crate::routes::tags;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::{link_requests, password_resets};

const REQUEST: Operation = Operation::public("requestPasswordReset").charged_to(Budget::Mails);
const COMPLETE: Operation =
    Operation::public("completePasswordReset").charged_to(Budget::Tokens).refusing(LINK_PROBLEMS);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&REQUEST, &COMPLETE];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_password_reset).service(complete_password_reset);
}

/// The new password, with the token of the mailed link.
#[derive(Deserialize, ToSchema, Validate)]
pub struct PasswordResetRequest {
    /// The token from the mailed link: the value of `token` in the URL's fragment.
    #[schema(
        value_type = String,
        min_length = 1,
        max_length = 200,
        example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A",
    )]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub token: SecretText,
    /// The new password: 15 to 128 characters of any kind, with the same rules as in a registration.
    #[schema(value_type = String, min_length = 15, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub password: SecretText,
}

/// Request a password reset
///
/// If the address has an account, mails a link that is valid for one hour. The answer is the same for every address.
/// Users who have also forgotten the address can call the call centre (0800-080-4583).
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = REQUEST.id,
    request_body = EmailRequest,
    responses((
        status = 202,
        description = "The request is accepted. The answer is the same for every address.",
        body = LinkRequested,
    )),
)]
#[post("/v1/password-resets")]
async fn request_password_reset(
    context: Context,
    body: Json<EmailRequest>,
) -> Result<Answer<LinkRequested>, Problem> {
    let email = body.read(EmailRequest::parse)?;
    context.charge(&REQUEST)?;
    context.write(move |work| link_requests::store(work, RequestedMail::PasswordReset, &email, None)).await?;
    Ok(Answer::accepted(&LINK_REQUESTED)?)
}

/// Complete a password reset
///
/// Sets the new password, and ends all sessions of the account. The token cannot be used again. The service notifies
/// the account by mail. Then log in with the new password.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = COMPLETE.id,
    request_body = PasswordResetRequest,
    responses((status = 204, description = "The password is set. All sessions are ended.")),
)]
#[post("/v1/password-resets/completion")]
async fn complete_password_reset(
    context: Context,
    body: Json<PasswordResetRequest>,
) -> Result<Answer<NoBody>, Problem> {
    context.present_token(complete(&context, body)).await?;
    Ok(Answer::no_content())
}

async fn complete(context: &Context, body: Json<PasswordResetRequest>) -> Result<(), Error> {
    let mut draft =
        body.draft(|form, _| (OpaqueToken::presented(form.token.expose()), form.password.clone()));
    let token = draft.parts().0.clone();
    let lookup =
        context.read(move |reading| password_resets::find_account(reading.conn, &token, reading.now));
    let account = lookup.await;
    let own_data = account.as_ref().map(Account::own_data).unwrap_or_default();
    let found = context.examine_password(draft.parts().1.clone().into(), own_data).await?;
    draft.note(|_, faults| faults.add_found("/password", found));
    // Faults of the body are answered before the refusal of the link, as in all operations.
    let (token, password) = draft.finish(Some)?;
    account?;
    let hash = context.state.passwords.hash(password.into()).await?;
    context.write(move |work| password_resets::complete(work, &token, &hash)).await
}

//! `/v1/account/email-changes`: changes the login address. A link that is mailed to the new address proves that the
//! address belongs to the caller.

use actix_web::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::domain::accounts::AccountRefusal;
use crate::domain::identity::passwords;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::fault::Fault;
use crate::http::answer::Answer;
use crate::http::body::{Json, SecretText};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::problems::Problem;
use crate::routes::forms::links::{LINK_REQUESTED, LinkRequested, TokenRequest};
use crate::routes::tags;
use crate::usecases::identity::email_changes;

const REQUEST: Operation = Operation::of_account("requestEmailChange").charged_to(Budget::Mails);
const COMPLETE: Operation =
    Operation::of_account("completeEmailChange").charged_to(Budget::Tokens).refusing(&[
        IdentityRefusal::LinkUnknown.code(),
        IdentityRefusal::LinkExpired.code(),
        IdentityRefusal::LinkUsed.code(),
        AccountRefusal::EmailTaken.code(),
    ]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&REQUEST, &COMPLETE];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_email_change).service(complete_email_change);
}

/// The new login address, with the password of the account.
#[derive(Deserialize, ToSchema, Validate)]
pub struct EmailChangeRequest {
    /// The new e-mail address.
    #[schema(min_length = 3, max_length = 254, format = "email", example = "office@clinic.example")]
    #[validate(length(max = EmailAddress::MAX, code = "too_long"))]
    pub email: String,
    /// The password of the account. It is required so that a person who finds an open session cannot take over the
    /// account.
    #[schema(value_type = String, min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub password: SecretText,
}

/// The login address after the change.
#[derive(Serialize, ToSchema)]
pub struct EmailChangeResponse {
    /// The e-mail address of the account, which is the login id.
    #[schema(max_length = 254, example = "office@clinic.example")]
    pub email: String,
}

/// Request a change of the login address
///
/// Mails a link to the new address and a notice to the current one. The address changes only when the link's token is
/// sent to `POST /v1/account/email-changes/completion`. A new request makes the links of earlier requests invalid. The
/// answer is the same whether or not another account has the address.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = REQUEST.id,
    request_body = EmailChangeRequest,
    responses((status = 202, description = "The request is accepted.", body = LinkRequested)),
)]
#[post("/v1/account/email-changes")]
async fn request_email_change(
    context: Context<LoggedIn>,
    body: Json<EmailChangeRequest>,
) -> Result<Answer<LinkRequested>, Problem> {
    let mut draft = body.draft(|form, faults| {
        (faults.take("/email", EmailAddress::parse(&form.email)), form.password.clone())
    });
    let owner = context.reauthenticate(draft.parts().1.clone()).await?;
    draft.note(|(email, _), faults| {
        if email.as_ref().is_some_and(|email| email.key() == owner.account.email.key()) {
            faults.add("/email", Fault::EmailUnchanged);
        }
        owner.note("/password", faults);
    });
    let email = draft.finish(|(email, _)| email)?;
    let password = owner.matched("/password")?;
    context.charge(&REQUEST)?;
    context.write(move |work| email_changes::request(work, &email, &password)).await?;
    Ok(Answer::accepted(&LINK_REQUESTED)?)
}

/// Complete the change of the login address
///
/// Makes the new address the login id. The caller must be logged in to the account that requested the change, so that a
/// stranger who gets the mail because of a mistyped address cannot take over the account. The token cannot be used again.
/// The service notifies the former address by mail. Sessions stay open.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = COMPLETE.id,
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The login address after the change.", body = EmailChangeResponse),
    ),
)]
#[post("/v1/account/email-changes/completion")]
async fn complete_email_change(
    context: Context<LoggedIn>,
    body: Json<TokenRequest>,
) -> Result<Answer<EmailChangeResponse>, Problem> {
    let token = body.read(TokenRequest::parse)?;
    let complete = context.write(move |work| email_changes::complete(work, &token));
    let account = context.present_token(complete).await?;
    Ok(Answer::ok(&EmailChangeResponse { email: account.email.to_string() })?)
}

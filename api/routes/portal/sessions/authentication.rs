//! `/v1/sessions/current/authentication`: confirms the password in an open session.

use actix_web::put;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::identity::passwords;
use crate::http::answer::Answer;
use crate::http::body::{Json, SecretText};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::routes::tags;
use crate::usecases::identity::sessions;

pub(super) const CONFIRM: Operation = Operation::of_account("confirmPassword").charged_to(Budget::Passwords);

/// The password of the account.
#[derive(Deserialize, ToSchema, Validate)]
pub struct AuthenticationRequest {
    /// The password.
    #[schema(value_type = String, min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub password: SecretText,
}

/// How long the confirmation counts.
#[derive(Serialize, ToSchema)]
pub struct AuthenticationResponse {
    /// Until when the session may change the account's data and file successions.
    pub authenticated_until: Timestamp,
}

/// Confirm the password
///
/// Changes of the account's data and filings of successions require that the password was verified in the last 15 minutes:
/// by the login, or by this operation. Otherwise, they are refused with `REAUTHENTICATION_REQUIRED`. Declarations never
/// require it.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = CONFIRM.id,
    request_body = AuthenticationRequest,
    responses((status = 200, description = "The password is right.", body = AuthenticationResponse)),
)]
#[put("/v1/sessions/current/authentication")]
pub(super) async fn confirm_password(
    context: Context<LoggedIn>,
    body: Json<AuthenticationRequest>,
) -> Result<Answer<AuthenticationResponse>, Problem> {
    let mut draft = body.draft(|form, _| form.password.clone());
    let owner = context.reauthenticate(draft.parts().clone()).await?;
    draft.note(|_, faults| owner.note("/password", faults));
    draft.finish(Some)?;
    let password = owner.matched("/password")?;
    let until = context.write(move |work| sessions::confirm_password(work, &password)).await?;
    Ok(Answer::ok(&AuthenticationResponse { authenticated_until: until.into() })?)
}

//! `/v1/account/email-changes`: a new login address, proved by its own link.

use crate::routes::tags;
use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::db::store::accounts as stored;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::fault::Fault;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::{Bearer, Context};
use crate::http::filing::{Filing, nobody};
use crate::http::problems::Problem;
use crate::http::reauthentication::reauthenticate;
use crate::http::rehearsal::WriteQuery;
use crate::routes::forms::links::{LINK_REQUESTED, LinkRequested, TokenRequest};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::email_changes;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(request_email_change).service(complete_email_change);
}

/// A new login address, guarded by the password.
#[derive(Deserialize, ToSchema, Validate)]
pub struct EmailChangeRequest {
    /// The new address.
    #[schema(min_length = 3, max_length = 254, format = "email", example = "office@clinic.example")]
    #[validate(length(max = 254, code = "too_long"))]
    pub email: String,
    /// The account's password: whoever found an open session must not take the account away.
    #[schema(min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = 128, code = "too_long"))]
    pub password: String,
}

/// The login address after the change.
#[derive(Serialize, ToSchema)]
pub struct EmailChangeResponse {
    /// The new login id.
    #[schema(max_length = 254, example = "office@clinic.example")]
    pub email: String,
}

/// Ask for a new login address
///
/// Mails a link to the new address and a notice to the old one. Nothing changes until the link's
/// token is presented. The answer is the same whether or not another account has the address.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = "requestEmailChange",
    params(WriteQuery),
    request_body = EmailChangeRequest,
    responses((status = 202, description = "Taken.", body = LinkRequested)),
    security(("bearer" = [])),
)]
#[post("/v1/account/email-changes")]
async fn request_email_change(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    body: Json<EmailChangeRequest>,
) -> Result<HttpResponse, Problem> {
    let now = context.call.now;
    let Json { value: EmailChangeRequest { email, password }, mut faults, .. } = body;
    let (account, hash) = context
        .state
        .database
        .read(move |conn| {
            let account = bearer.principal(conn, now)?.account;
            let hash = stored::find_password_hash(conn, account.id)?;
            Ok((account, hash))
        })
        .await?;
    let email = faults.take("/email", EmailAddress::parse(&email));
    if email.as_ref().is_some_and(|email| email.key() == account.email.key()) {
        faults.add("/email", Fault::EmailUnchanged);
    }
    reauthenticate(&context, &account, &mut faults, "/password", password, hash).await?;
    let email = faults.finish(email)?;
    let limits = &context.state.limits;
    context.spend(&limits.mails_per_client, context.client())?;
    context.spend(&limits.mails_per_address, &email.key())?;
    context
        .carry_out(Filing::unkeyed(query.into_inner()), bearer, move |work, principal| {
            email_changes::request(work, principal, &email)?;
            Answer::accepted(&LINK_REQUESTED)
        })
        .await
}

/// Make the new address the login id
///
/// Uses the mailed token up. The old address gets a mail. Sessions go on.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = "completeEmailChange",
    params(WriteQuery),
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The login address after the change.", body = EmailChangeResponse),
        (status = 404, description = "No such token.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Another account took the address meanwhile.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The token is used or expired.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/account/email-changes/completion")]
async fn complete_email_change(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<TokenRequest>,
) -> Result<HttpResponse, Problem> {
    let token = OpaqueToken::presented(&body.value.token);
    body.faults.finish(Some(()))?;
    context.spend(&context.state.limits.tokens_per_client, context.client())?;
    context
        .carry_out_for(Filing::unkeyed(query.into_inner()), nobody, move |work, ()| {
            let account = email_changes::complete(work, &token)?;
            Answer::ok(&EmailChangeResponse { email: account.email.to_string() })
        })
        .await
}

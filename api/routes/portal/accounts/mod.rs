//! `/v1/accounts` and `/v1/account`: the account is created, read, changed.

mod forms;
mod views;

use crate::routes::tags;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::accounts::forms::{AccountChangeRequest, AccountRequest};
use super::accounts::views::{AccountPreview, AccountResponse};
use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts as stored;
use crate::db::store::identity::links as stored_links;
use crate::domain::accounts::FormerFacility;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::passwords;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::conditional::{self, IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::{Bearer, Context};
use crate::http::filing::{Filing, IdempotencyKey, OptionalIdempotencyKeyHeader};
use crate::http::problems::Problem;
use crate::http::reauthentication::reauthenticate;
use crate::http::rehearsal::{Rehearsed, WriteQuery};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::accounts::registrations::{self, Registration};
use crate::usecases::accounts::{self, eligibility};
use crate::usecases::facilities::check;
use crate::usecases::identity::links;
use crate::usecases::identity::passwords::change_password as store_new_password;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_account).service(read_account).service(change_account).service(change_password);
}

/// Create the account
///
/// Last step of a registration. With `validate_only` it is the confirmation screen
/// (確認画面へ進む): every check is made, nothing is stored, and back comes what would be stored.
/// Without it (上記の内容で確定する) the account exists at once, the token is used up, and the mail
/// 「アカウント登録完了のご案内」 goes. Facility code, kind and postal code are held against the list of the
/// regional bureaus. A facility that has no code yet states the receipt number of its application
/// and its kind instead.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = "createAccount",
    params(WriteQuery, OptionalIdempotencyKeyHeader),
    request_body = AccountRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = AccountPreview),
        (status = 201, description = "The account exists.", body = AccountResponse),
        (status = 404, description = "No such token.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The facility or the address has an account, or a succession is the way.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
        (status = 410, description = "The token is used or expired.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/accounts")]
async fn create_account(
    context: Context,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<AccountRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    context.spend(&context.state.limits.tokens_per_client, context.client())?;
    let filing = Filing::new("createAccount", query, key).about(&body.fingerprint);
    let token = OpaqueToken::presented(&body.value.token);
    let secret = body.value.password.clone();
    let form = examined(&context, body, &token).await?;
    // Hashing is the dear part: it comes after every check that can refuse, and not for a rehearsal.
    let hash = if query.validate_only || form.is_none() {
        None
    } else {
        Some(context.state.passwords.hash(SecretString::from(secret)).await?)
    };
    let key_owner = token.clone();
    let who = move |conn: &mut Conn, _: &crate::usecases::work::Call| {
        // Equal requests wait here for the first one's answer.
        locks::hold(conn, &[Lock::Token(&key_owner.hash())])?;
        let link = stored_links::find(conn, LinkPurpose::Registration, &key_owner.hash())?;
        let link = link.ok_or(IdentityRefusal::LinkUnknown)?;
        Ok((link.id.uuid(), ()))
    };
    context
        .carry_out_for(filing, who, move |work, ()| {
            let form = form.ok_or(IdentityRefusal::LinkUsed)?;
            let account = registrations::complete(work, form, hash.as_ref())?;
            if query.validate_only {
                return Answer::ok(&AccountPreview::of(&account, &work.queued));
            }
            let body = AccountResponse::of(&account, &[]);
            Ok(Answer::created("/v1/account".to_owned(), &body)?.tagged(etag(account.version)))
        })
        .await
}

/// Reads the form and holds it against the facility list and the password rules, all at once.
/// Nothing comes back for a used link: only the answer kept under its key can help that caller.
async fn examined(
    context: &Context,
    body: Json<AccountRequest>,
    token: &OpaqueToken,
) -> Result<Option<Registration>, Error> {
    let Json { value, mut faults, .. } = body;
    let parsed = value.parse(&mut faults);
    let (token, now) = (token.clone(), context.call.now);
    let read = context.state.database.read(move |conn| {
        let (code, postal_code) = (parsed.code.as_ref(), parsed.postal_code.as_ref());
        faults.extend(check::faults(conn, check::OF_FACILITY, code, postal_code)?);
        let link = links::look(conn, LinkPurpose::Registration, &token, now);
        let mut own_data = parsed.identity_texts();
        own_data.extend(link.as_ref().ok().map(|link| link.email.local_part().to_owned()));
        let own_data: Vec<&str> = own_data.iter().map(String::as_str).collect();
        for fault in passwords::examine(&value.password, &own_data) {
            faults.add("/password", fault);
        }
        let form = faults.finish(parsed.into_registration(token))?;
        match link {
            Err(Error::Refused(code)) if code == IdentityRefusal::LinkUsed => return Ok(None),
            other => other?,
        };
        eligibility::may_register(conn, &form.identity)?;
        Ok(Some(form))
    });
    read.await
}

/// Read the account
///
/// What the account states of its facility, the facility's present code, and the codes it had before
/// successions.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = "getAccount",
    params(IfNoneMatchHeader),
    responses((status = 200, description = "The account.", body = AccountResponse)),
    security(("bearer" = [])),
)]
#[get("/v1/account")]
async fn read_account(
    context: Context,
    bearer: Bearer,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = context.call.now;
    let (account, former) = context
        .state
        .database
        .read(move |conn| {
            let account = bearer.principal(conn, now)?.account;
            let former: Vec<FormerFacility> = stored::list_former(conn, account.id)?;
            Ok((account, former))
        })
        .await?;
    let answer = Answer::ok(&AccountResponse::of(&account, &former))?;
    conditional::read(&request, etag(account.version), answer)
}

/// Change the account
///
/// Changes what the account states of its facility: every object that is sent replaces the stored
/// one. A facility that was registered with the receipt number of its application states its code
/// in `facility.code` once it is designated; any other change of the code is a succession.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = "changeAccount",
    params(WriteQuery, IfMatchHeader),
    request_body = AccountChangeRequest,
    responses(
        (status = 200, description = "The account after the change; with `validate_only` what it would be.", body = AccountResponse),
        (status = 409, description = "The code cannot be changed this way.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/account")]
async fn change_account(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<AccountChangeRequest>,
) -> Result<HttpResponse, Problem> {
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    context
        .carry_out(Filing::unkeyed(query.into_inner()), bearer, move |work, principal| {
            based_on.check(&etag(principal.account.version))?;
            let (change, code, postal_code) = value.parse(&principal.account, &mut faults);
            let account = &principal.account;
            faults.extend(accounts::faults(work.conn, account, code.as_ref(), postal_code.as_ref())?);
            let account = accounts::change(work, principal, &faults.finish(change)?)?;
            let former = stored::list_former(work.conn, account.id)?;
            Ok(Answer::ok(&AccountResponse::of(&account, &former))?.tagged(etag(account.version)))
        })
        .await
}

/// The present password and a new one.
#[derive(Deserialize, ToSchema, Validate)]
pub struct PasswordRequest {
    /// The present password.
    #[schema(min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = 128, code = "too_long"))]
    pub current_password: String,
    /// The new password: 15 to 128 characters of any kind.
    #[schema(min_length = 15, max_length = 128, format = Password, example = "雪の朝に隣の犬と川岸まで歩いた")]
    #[validate(length(max = 128, code = "too_long"))]
    pub new_password: String,
}

/// Change the password
///
/// Ends all other sessions of the account; the session of this request goes on. A mail tells the
/// owner. The present password guards the change, so no `If-Match` is wanted.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = "changePassword",
    params(WriteQuery),
    request_body = PasswordRequest,
    responses(
        (status = 200, description = "With `validate_only`: the password would be changed.", body = Rehearsed),
        (status = 204, description = "The password is changed."),
    ),
    security(("bearer" = [])),
)]
#[put("/v1/account/password")]
async fn change_password(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    body: Json<PasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let (query, now) = (query.into_inner(), context.call.now);
    let Json { value: PasswordRequest { current_password, new_password }, mut faults, .. } = body;
    let (account, stored_hash) = context
        .state
        .database
        .read(move |conn| {
            let account = bearer.principal(conn, now)?.account;
            let hash = stored::find_password_hash(conn, account.id)?;
            Ok((account, hash))
        })
        .await?;
    reauthenticate(&context, &account, &mut faults, "/current_password", current_password, stored_hash)
        .await?;
    let identity = account.password_context();
    for fault in passwords::examine(&new_password, &identity.each_ref().map(String::as_str)) {
        faults.add("/new_password", fault);
    }
    faults.finish(Some(()))?;
    let hash = if query.validate_only {
        None
    } else {
        Some(context.state.passwords.hash(SecretString::from(new_password)).await?)
    };
    context
        .carry_out(Filing::unkeyed(query), bearer, move |work, principal| {
            store_new_password(work, principal, hash.as_ref())?;
            if query.validate_only { Answer::ok(&Rehearsed::of(&work.queued)) } else { Ok(Answer::nothing()) }
        })
        .await
}

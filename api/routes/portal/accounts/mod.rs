//! `/v1/accounts` and `/v1/account`: creates, reads and changes an account.

pub(in crate::routes) mod forms;
mod link_holder;
mod views;

use actix_web::{get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{AccountChangeRequest, AccountRequest, PasswordRequest};
use self::link_holder::LinkHolder;
use self::views::{AccountPreview, AccountResponse};
use crate::db::store::accounts as stored;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::error::Error;
use crate::http::answer::{Answer, OrPreview};
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::Context;
use crate::http::idempotency::{IdempotencyKey, OptionalIdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::problems::Problem;
use crate::http::refresh_cookie::ORIGIN_NOT_ALLOWED;
use crate::http::rehearsal::WriteQuery;
use crate::routes::forms::tokens::{TokenResponse, tokens_of};
use crate::routes::tags;
use crate::usecases::accounts::{self, registrations};
use crate::usecases::identity::passwords as credentials;

const CREATE: Operation =
    Operation::public("createAccount").with_key(KeyPolicy::Optional).charged_to(Budget::Tokens).refusing(&[
        (404, "The token is unknown."),
        (409, "The facility or the address already has an account, or a succession is required instead."),
        (410, "The token was used or has expired."),
    ]);
const READ: Operation = Operation::of_account("getAccount");
const CHANGE: Operation = Operation::of_account("changeAccount")
    .charged_to(Budget::Writes)
    .refusing(&[(409, "The facility code cannot be changed in this way, or another account has it.")]);
const CHANGE_PASSWORD: Operation = Operation::of_account("changePassword")
    .charged_to(Budget::Passwords)
    .refusing(&[ORIGIN_NOT_ALLOWED])
    .using_cookie();

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&CREATE, &READ, &CHANGE, &CHANGE_PASSWORD];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_account).service(read_account).service(change_account).service(change_password);
}

/// Create the account
///
/// Last step of a registration. With `validate_only` (確認画面へ進む) the service runs every check, stores nothing, and
/// answers with what would be stored. Without it (上記の内容で確定する) the account is created, the token cannot be used again,
/// and the mail 「アカウント登録完了のご案内」 is sent. The facility code and the postal code must agree with the facility list of
/// the regional bureaus. A facility that has no code yet sends `designation_receipt` and `kind` instead of `code`.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = CREATE.id,
    params(WriteQuery, OptionalIdempotencyKeyHeader),
    request_body = AccountRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = AccountPreview),
        (status = 201, description = "The account is created.", body = AccountResponse),
    ),
)]
#[post("/v1/accounts")]
async fn create_account(
    context: Context,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<AccountRequest>,
) -> Result<Answer<OrPreview<AccountResponse, AccountPreview>>, Problem> {
    Ok(context.present_token(create(&context, *query, key, body)).await?)
}

async fn create(
    context: &Context,
    query: WriteQuery,
    key: IdempotencyKey,
    body: Json<AccountRequest>,
) -> Result<Answer<OrPreview<AccountResponse, AccountPreview>>, Error> {
    let submission = Submission::new(&CREATE, query, key)?.fingerprinted(body.fingerprint());
    let draft = body.draft(AccountRequest::parse);
    let token = draft.parts().token.clone();
    let compare = context.read(move |reading| registrations::compare(reading.conn, draft, reading.now));
    let (compared, now) = (compare.await?, context.call.now);
    let found = context.examine_password(compared.password(), compared.own_data(now)).await?;
    let (link, registration) = match compared.finish(found, now)? {
        registrations::Examined::Good { registration, link } => (link, Some(registration)),
        registrations::Examined::LinkUsed { link } => (link, None),
    };
    // Hashing is expensive, so it is done after the checks above.
    let hash = match &registration {
        Some(registration) => context.hash_unless_rehearsed(query, registration.password.clone()).await?,
        None => None,
    };
    let code = registration.as_ref().and_then(|registration| registration.identity.code().cloned());
    let context = context.with_caller(LinkHolder::of(token, link.email, code));
    let submit = context.submit(submission, move |work| {
        let registration = registration.ok_or(IdentityRefusal::LinkUsed)?;
        let account = registrations::complete(work, *registration, hash.as_ref())?;
        if query.validate_only {
            return Ok(Answer::ok(&AccountPreview::of(&account, &work.queued))?.as_preview());
        }
        let body = AccountResponse::of(&account, &[]);
        let created = Answer::created("/v1/account".to_owned(), &body)?;
        Ok(created.with_etag(etag(account.version)).or_preview())
    });
    submit.await
}

/// Read the account
///
/// The data of the account and its facility. After successions, also the facility's data under its former codes.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = READ.id,
    params(IfNoneMatchHeader),
    responses((status = 200, description = "The account.", body = AccountResponse)),
)]
#[get("/v1/account")]
async fn read_account(context: Context<LoggedIn>) -> Result<Answer<AccountResponse>, Problem> {
    let read = context.read(|reading| {
        let account = reading.actor.principal()?.account.clone();
        let former = stored::list_former(reading.conn, account.id)?;
        Ok((account, former))
    });
    let (account, former) = read.await?;
    Ok(context.answer_if_changed(etag(account.version), &AccountResponse::of(&account, &former))?)
}

/// Change the account
///
/// Every object in the request replaces the stored object. A facility that was registered with the receipt number of
/// its application for designation sends its facility code in `facility.code` once it has one. For any other change
/// of the facility code, file a succession. Requires that the password was verified in the last 15 minutes. The service
/// notifies the account by mail.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = CHANGE.id,
    params(WriteQuery, IfMatchHeader),
    request_body = AccountChangeRequest,
    responses(
        (
            status = 200,
            description = "The account after the change. With `validate_only`: the account as it would be.",
            body = AccountResponse,
        ),
    ),
)]
#[patch("/v1/account")]
async fn change_account(
    context: Context<LoggedIn>,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<AccountChangeRequest>,
) -> Result<Answer<AccountResponse>, Problem> {
    context.charge(&CHANGE)?;
    let change = context.write(*query, move |work| {
        let present = &work.actor.principal()?.account;
        based_on.check(&etag(present.version))?;
        let draft = body.draft(|form, faults| form.parse(present, faults));
        let account = accounts::change(work, draft)?;
        let former = stored::list_former(work.conn, account.id)?;
        Ok(Answer::ok(&AccountResponse::of(&account, &former))?.with_etag(etag(account.version)))
    });
    Ok(change.await?)
}

/// Change the password
///
/// Ends all sessions of the account, and opens a new session for the caller. The former tokens of the caller are no longer
/// valid either, because somebody may have a copy. If the answer was lost, log in with the new password. The service
/// notifies the account by mail. The request contains the current password, so it needs no `If-Match`. If it has the cookie
/// with a refresh token, the answer has the new refresh token in the cookie, too.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = CHANGE_PASSWORD.id,
    request_body = PasswordRequest,
    responses((
        status = 200,
        description = "The password is changed. The answer has the tokens of the new session.",
        body = TokenResponse,
    )),
)]
#[put("/v1/account/password")]
async fn change_password(
    context: Context<LoggedIn>,
    body: Json<PasswordRequest>,
) -> Result<Answer<TokenResponse>, Problem> {
    let place = context.refresh_token_place()?;
    let mut draft = body.draft(|form, _| (form.current_password.clone(), form.new_password.clone()));
    let owner = context.reauthenticate(draft.parts().0.clone()).await?;
    let found = context.examine_password(draft.parts().1.clone().into(), owner.account.own_data()).await?;
    draft.note(|_, faults| {
        owner.note("/current_password", faults);
        faults.add_found("/new_password", found);
    });
    let new_password = draft.finish(|(_, new_password)| Some(new_password))?;
    let current = owner.matched("/current_password")?;
    let (new, agent) = (context.state.passwords.hash(new_password.into()).await?, context.user_agent());
    let change = context.store(move |work| credentials::change_password(work, &current, &new, agent));
    Ok(Answer::ok(&tokens_of(&context, &change.await?, place)?)?)
}

//! `/v1/accounts` and `/v1/account`: creates, reads and changes an account.

pub(in crate::routes) mod forms;
mod link_holder;
mod views;

use actix_web::{get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{AccountChangeRequest, AccountRequest, PasswordRequest};
use self::link_holder::LinkHolder;
use self::views::{AccountPreview, AccountResponse};
use crate::db::store::accounts as stored;
use crate::domain::accounts::{Account, AccountRefusal};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::Context;
use crate::http::idempotency::{IdempotencyKey, OptionalIdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::problems::Problem;
use crate::routes::forms::tokens::{TokenResponse, tokens_of};
use crate::routes::tags;
use crate::usecases::accounts;
use crate::usecases::accounts::registrations::{self, Registration};
use crate::usecases::identity::passwords as credentials;
use crate::usecases::work::Work;

const CREATE: Operation = Operation::public("createAccount")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Tokens)
    .refusing(&[
        IdentityRefusal::LinkUnknown.code(),
        IdentityRefusal::LinkExpired.code(),
        IdentityRefusal::LinkUsed.code(),
        AccountRefusal::EmailTaken.code(),
        AccountRefusal::FacilityHasAccount.code(),
        AccountRefusal::FacilitySucceeded.code(),
        AccountRefusal::SuccessionRequired.code(),
    ])
    .creating_tagged();
const PREVIEW: Operation =
    Operation { id: "previewAccount", key: KeyPolicy::NotTaken, creates_tagged: false, ..CREATE };
const READ: Operation = Operation::of_account("getAccount");
const CHANGE: Operation = Operation::of_account("changeAccount")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Writes)
    .refusing(&[
        IdentityRefusal::ReauthenticationRequired.code(),
        AccountRefusal::FacilityAlreadyDesignated.code(),
        AccountRefusal::FacilityHasAccount.code(),
        AccountRefusal::FacilitySucceeded.code(),
        AccountRefusal::SuccessionRequired.code(),
    ]);
const PREVIEW_CHANGE: Operation =
    Operation { id: "previewAccountChange", key: KeyPolicy::NotTaken, ..CHANGE };
const CHANGE_PASSWORD: Operation = Operation::of_account("changePassword")
    .charged_to(Budget::Passwords)
    .refusing(&[IdentityRefusal::OriginNotAllowed.code()])
    .using_cookie();

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&CREATE, &PREVIEW, &READ, &CHANGE, &PREVIEW_CHANGE, &CHANGE_PASSWORD];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_account)
        .service(preview_account)
        .service(read_account)
        .service(change_account)
        .service(preview_change)
        .service(change_password);
}

/// Create the account
///
/// Last step of a registration (上記の内容で確定する). The account is created, the token cannot be used again, and the mail
/// 「アカウント登録完了のご案内」 is sent. The facility code and the postal code must agree with the facility list of the regional
/// bureaus. A facility that has no code yet sends `designation_receipt` and `kind` instead of `code`.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = CREATE.id,
    params(OptionalIdempotencyKeyHeader),
    request_body = AccountRequest,
    responses((status = 201, description = "The account is created.", body = AccountResponse)),
)]
#[post("/v1/accounts")]
async fn create_account(
    context: Context,
    key: IdempotencyKey,
    body: Json<AccountRequest>,
) -> Result<Answer<AccountResponse>, Problem> {
    Ok(context.present_token(create(&context, key, body)).await?)
}

async fn create(
    context: &Context,
    key: IdempotencyKey,
    body: Json<AccountRequest>,
) -> Result<Answer<AccountResponse>, Error> {
    let submission = Submission::new(&CREATE, key)?.fingerprinted(body.fingerprint());
    let (holder, registration) = examine(context, body).await?;
    // Hashing is expensive, so it is done after the checks of `examine`.
    let hash = match &registration {
        Ok(registration) => Some(context.state.passwords.hash(registration.password.clone()).await?),
        Err(_) => None,
    };
    let context = context.with_caller(holder);
    let submit = context.submit(submission, move |work| {
        let account = registrations::complete(work, registration?, hash.as_ref())?;
        let body = AccountResponse::of(&account, &[]);
        Ok(Answer::created("/v1/account".to_owned(), &body)?.with_etag(etag(account.version)))
    });
    submit.await
}

/// Makes the checks of a registration that need no transaction. If the link was used, the registration is a refusal,
/// because a retry of the request that used it may get the stored answer.
async fn examine(
    context: &Context,
    body: Json<AccountRequest>,
) -> Result<(LinkHolder, Result<Registration, IdentityRefusal>), Error> {
    let draft = body.draft(AccountRequest::parse);
    let token = draft.parts().token.clone();
    let compare = context.read(move |reading| registrations::compare(reading.conn, draft, reading.now));
    let (compared, now) = (compare.await?, context.call.now);
    let found = context.examine_password(compared.password(), compared.own_data(now)).await?;
    Ok(match compared.finish(found, now)? {
        registrations::Examined::Good { registration, link } => {
            let code = registration.identity.code().cloned();
            (LinkHolder::of(token, link.email, code), Ok(*registration))
        }
        registrations::Examined::LinkUsed { link } => {
            (LinkHolder::of(token, link.email, None), Err(IdentityRefusal::LinkUsed))
        }
    })
}

/// Preview the account
///
/// For the confirmation screen (確認画面へ進む): makes every check of a registration, stores nothing, and answers with what
/// would be stored and the mails that would be sent. The token can still be used.
#[utoipa::path(
    tag = tags::REGISTRATION,
    operation_id = PREVIEW.id,
    request_body = AccountRequest,
    responses((status = 200, description = "What would be stored.", body = AccountPreview)),
)]
#[post("/v1/accounts/preview")]
async fn preview_account(
    context: Context,
    body: Json<AccountRequest>,
) -> Result<Answer<AccountPreview>, Problem> {
    Ok(context.present_token(preview(&context, body)).await?)
}

async fn preview(context: &Context, body: Json<AccountRequest>) -> Result<Answer<AccountPreview>, Error> {
    let (holder, registration) = examine(context, body).await?;
    let context = context.with_caller(holder);
    let preview = context.preview(move |work| {
        let account = registrations::complete(work, registration?, None)?;
        Answer::ok(&AccountPreview::of(&account, &work.queued))
    });
    preview.await
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
/// notifies the account by mail. With an `Idempotency-Key` a retry gets the first answer again, although the entity tag
/// has changed.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = CHANGE.id,
    params(IfMatchHeader, OptionalIdempotencyKeyHeader),
    request_body = AccountChangeRequest,
    responses((status = 200, description = "The account after the change.", body = AccountResponse)),
)]
#[patch("/v1/account")]
async fn change_account(
    context: Context<LoggedIn>,
    key: IdempotencyKey,
    based_on: IfMatch,
    body: Json<AccountChangeRequest>,
) -> Result<Answer<AccountResponse>, Problem> {
    let submission =
        Submission::new(&CHANGE, key)?.fingerprinted(based_on.as_str()).fingerprinted(body.fingerprint());
    context.charge(&CHANGE)?;
    let change = context.submit(submission, move |work| {
        let account = change(work, &based_on, body)?;
        let former = stored::list_former(work.conn, account.id)?;
        Ok(Answer::ok(&AccountResponse::of(&account, &former))?.with_etag(etag(account.version)))
    });
    Ok(change.await?)
}

fn change(
    work: &mut Work<'_>,
    based_on: &IfMatch,
    body: Json<AccountChangeRequest>,
) -> Result<Account, Error> {
    let present = &work.actor.principal()?.account;
    based_on.check(&etag(present.version))?;
    let draft = body.draft(|form, faults| form.parse(present, faults));
    accounts::change(work, draft)
}

/// Preview a change of the account
///
/// For the confirmation screen: makes every check of a change, stores nothing, and answers with what would be stored and
/// the mails that would be sent. Requires that the password was verified in the last 15 minutes.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = PREVIEW_CHANGE.id,
    params(IfMatchHeader),
    request_body = AccountChangeRequest,
    responses((status = 200, description = "What would be stored.", body = AccountPreview)),
)]
#[post("/v1/account/preview")]
async fn preview_change(
    context: Context<LoggedIn>,
    based_on: IfMatch,
    body: Json<AccountChangeRequest>,
) -> Result<Answer<AccountPreview>, Problem> {
    context.charge(&PREVIEW_CHANGE)?;
    let preview = context.preview(move |work| {
        let account = change(work, &based_on, body)?;
        Answer::ok(&AccountPreview::of(&account, &work.queued))
    });
    Ok(preview.await?)
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
    let change = context.write(move |work| credentials::change_password(work, &current, &new, agent));
    Ok(Answer::ok(&tokens_of(&context, &change.await?, place)?)?)
}

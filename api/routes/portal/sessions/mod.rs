//! `/v1/sessions`: login, refresh, logout.
//!
//! A session is opened by a login. It has a short-lived access token, and a refresh token that is replaced at each
//! refresh.

pub(in crate::routes) mod forms;

use actix_web::{delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{LoginRequest, RefreshRequest, SessionPage, SessionResponse, TokenResponse};
use crate::db::store::accounts;
use crate::db::store::identity::{known_clients, sessions as stored};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::Session;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;
use crate::http::answer::{Answer, NoBody, OrPreview};
use crate::http::body::{Json, SecretText};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::http::rehearsal::{Rehearsed, WriteQuery};
use crate::routes::tags;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::sessions::{self, OpenedSession, Refreshed};

const LOG_IN: Operation = Operation::public("logIn")
    .charged_to(Budget::Passwords)
    .refusing(&[(401, "The e-mail address or the password is wrong.")]);
const REFRESH: Operation = Operation::public("refreshSession")
    .charged_to(Budget::Tokens)
    .refusing(&[(401, "The refresh token is unknown, was already used, or has expired.")]);
const LIST: Operation = Operation::of_account("listSessions");
const LOG_OUT: Operation = Operation::of_account("logOut");
const END: Operation = Operation::of_account("endSession");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LOG_IN, &REFRESH, &LIST, &LOG_OUT, &END];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(log_in)
        .service(refresh_session)
        .service(list_sessions)
        .service(end_current_session)
        .service(end_session);
}

/// Log in
///
/// Opens a session (ログイン). An unknown address and a wrong password get the same answer after the same time. The
/// access token is valid for ten minutes. Use the refresh token to get a new one; each refresh also replaces the
/// refresh token.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LOG_IN.id,
    params(WriteQuery),
    request_body = LoginRequest,
    responses(
        (status = 200, description = "With `validate_only`: the login would succeed.", body = Rehearsed),
        (status = 201, description = "The session is open.", body = TokenResponse),
    ),
)]
#[post("/v1/sessions")]
async fn log_in(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<LoginRequest>,
) -> Result<Answer<OrPreview<TokenResponse, Rehearsed>>, Problem> {
    let (email, password) = body.read(|form, faults| {
        Some((faults.take("/email", EmailAddress::parse(&form.email))?, form.password.clone()))
    })?;
    let account = verified_account(&context, email, password).await?;
    let agent = context.user_agent();
    let opened = context.write(*query, move |work| sessions::open(work, account, agent)).await?;
    Ok(answer_with_tokens(&context, *query, &opened)?)
}

/// Charges the attempt to the budgets, and verifies the password. Neither the answer nor its time shows whether the
/// account exists.
async fn verified_account(
    context: &Context,
    email: EmailAddress,
    password: SecretText,
) -> Result<AccountId, Error> {
    let (state, client) = (&context.state, context.client().to_owned());
    let limits = &state.limits;
    context.spend(&limits.logins_per_client, &client)?;
    let key = email.key();
    let client_of_login = client.clone();
    let find = context.read(move |reading| {
        let Some(account) = accounts::find_by_email(reading.conn, &email)? else { return Ok(None) };
        let hash = accounts::find_password_hash(reading.conn, account.id)?;
        let known = known_clients::exists(reading.conn, account.id, &client_of_login)?;
        Ok(Some((account.id, hash, known)))
    });
    let found = find.await?;
    if found.as_ref().is_some_and(|(_, _, known)| *known) {
        context.spend(&limits.logins_per_known_client, &format!("{key} {client}"))?;
    } else {
        context.spend(&limits.logins_per_account, &key)?;
    }
    let (id, hash) = found.map_or((None, None), |(id, hash, _)| (Some(id), hash));
    let is_correct = state.passwords.verify(password.into(), hash).await?;
    id.filter(|_| is_correct).ok_or_else(|| IdentityRefusal::LoginFailed.into())
}

/// The answer with the tokens of a session that was opened or refreshed.
fn answer_with_tokens(
    context: &Context,
    query: WriteQuery,
    opened: &OpenedSession,
) -> Result<Answer<OrPreview<TokenResponse, Rehearsed>>, Error> {
    if query.validate_only {
        return Ok(Answer::ok(&Rehearsed::of(&[]))?.as_preview());
    }
    let session = &opened.session;
    let access_token = context.state.tokens.issue(session.account_id, session.id, context.call.now)?;
    let body = TokenResponse::of(access_token, &opened.refresh_token);
    Ok(Answer::created(format!("/v1/sessions/{}", session.id), &body)?.or_preview())
}

/// Refresh a session
///
/// Replaces the refresh token, and issues a new access token. The replaced refresh token still works for 30 seconds, in
/// case the client did not receive the answer. If it is used later, the session is ended, because the token may be a
/// stolen copy.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = REFRESH.id,
    params(WriteQuery),
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "With `validate_only`: the refresh would succeed.", body = Rehearsed),
        (status = 201, description = "The tokens are replaced.", body = TokenResponse),
    ),
)]
#[post("/v1/sessions/refresh")]
async fn refresh_session(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<RefreshRequest>,
) -> Result<Answer<OrPreview<TokenResponse, Rehearsed>>, Problem> {
    let token = body.read(|form, _| Some(OpaqueToken::presented(form.refresh_token.expose())))?;
    context.charge(&REFRESH)?;
    // The caller is refused after the transaction, so that the end of the session stays stored.
    match context.write(*query, move |work| sessions::refresh(work, &token)).await? {
        Refreshed::Rotated(opened) => Ok(answer_with_tokens(&context, *query, &opened)?),
        Refreshed::Revoked => Err(IdentityRefusal::RefreshTokenInvalid.into()),
    }
}

/// List the account's sessions
///
/// The open sessions of the account, newest first.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LIST.id,
    params(PageQuery),
    responses((status = 200, description = "A page of sessions.", body = SessionPage)),
)]
#[get("/v1/sessions")]
async fn list_sessions(
    context: Context<LoggedIn>,
    query: web::Query<PageQuery>,
) -> Result<Answer<SessionPage>, Problem> {
    let slice = query.slice_by_time()?;
    let list = context.read(move |reading| {
        let principal = reading.actor.principal()?;
        let rows = stored::list_live(reading.conn, principal.account.id, reading.now, &slice)?;
        let key = |session: &Session| time_token(session.created_at, session.id.uuid());
        page_of(rows, slice.limit, key, |session| Ok(SessionResponse::of(session, principal.session_id)))
    });
    Ok(context.answer_page(&list.await?)?)
}

/// Log out
///
/// Ends the session of this request (ログアウト). Its tokens are invalid immediately.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LOG_OUT.id,
    params(WriteQuery),
    responses(
        (status = 200, description = "With `validate_only`: the session would be ended.", body = Rehearsed),
        (status = 204, description = "The session is ended."),
    ),
)]
#[delete("/v1/sessions/current")]
async fn end_current_session(
    context: Context<LoggedIn>,
    query: web::Query<WriteQuery>,
) -> Result<Answer<OrPreview<NoBody, Rehearsed>>, Problem> {
    end(context, *query, None).await
}

/// End a session
///
/// Ends one session of the account, for example that of a lost device. Its tokens are invalid immediately.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = END.id,
    params(
        (
            "id" = String,
            Path,
            description = "The session's id.",
            max_length = 40,
            example = "ses_0h2k4m6p8r0t2v4x6z8b0d2f4h",
        ),
        WriteQuery,
    ),
    responses(
        (status = 200, description = "With `validate_only`: the session would be ended.", body = Rehearsed),
        (status = 204, description = "The session is ended."),
    ),
)]
#[delete("/v1/sessions/{id}")]
async fn end_session(
    context: Context<LoggedIn>,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
) -> Result<Answer<OrPreview<NoBody, Rehearsed>>, Problem> {
    let id = id_in_path(&id, SessionId::parse)?;
    end(context, *query, Some(id)).await
}

async fn end(
    context: Context<LoggedIn>,
    query: WriteQuery,
    id: Option<SessionId>,
) -> Result<Answer<OrPreview<NoBody, Rehearsed>>, Problem> {
    let end = context.write(query, move |work| {
        sessions::end(work, id)?;
        Rehearsed::answer(query, work)
    });
    Ok(end.await?)
}

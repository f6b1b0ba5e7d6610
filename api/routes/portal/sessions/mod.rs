//! `/v1/sessions`: login, refresh, confirmation of the password, logout.
//!
//! A session is opened by a login. It has a short-lived access token, and a refresh token that is replaced at each
//! refresh.

pub(in crate::routes) mod authentication;
pub(in crate::routes) mod forms;

use std::time::Duration;

use actix_web::{delete, get, post, web};
use tokio::time::{Instant, sleep_until};
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{LoginRequest, RefreshRequest, SessionPage, SessionResponse};
use crate::db::store::accounts;
use crate::db::store::identity::sessions as stored;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::{RefreshTokenPlace, Session};
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;
use crate::http::answer::{Answer, NoBody};
use crate::http::body::{Json, SecretText};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::{Budget, Operation};
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::problems::{Problem, code_of};
use crate::http::refresh_cookie::RefreshCookie;
use crate::routes::forms::tokens::{TokenResponse, answer_with_tokens};
use crate::routes::tags;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::logins::{self, LoginAttempt, LoginResult};
use crate::usecases::identity::refresh_tokens::{self, Refreshed};
use crate::usecases::identity::sessions;

const LOG_IN: Operation = Operation::public("logIn")
    .charged_to(Budget::Passwords)
    .refusing(&[IdentityRefusal::LoginFailed.code(), IdentityRefusal::OriginNotAllowed.code()])
    .using_cookie();
const REFRESH: Operation = Operation::public("refreshSession")
    .charged_to(Budget::Tokens)
    .refusing(&[
        IdentityRefusal::RefreshTokenMissing.code(),
        IdentityRefusal::RefreshTokenInvalid.code(),
        IdentityRefusal::OriginNotAllowed.code(),
    ])
    .using_cookie();
const LIST: Operation = Operation::of_account("listSessions");
const LOG_OUT: Operation = Operation::of_account("logOut").using_cookie();
const LOG_OUT_EVERYWHERE: Operation = Operation::of_account("logOutEverywhere").using_cookie();
const END: Operation = Operation::of_account("endSession");

/// How long a refused refresh takes at least. An unknown token, one of an ended session and one whose use ends the session
/// need different times, all of them shorter, so the time of the refusal does not tell which it was.
const REFUSAL_TIME: Duration = Duration::from_millis(50);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] =
    &[&LOG_IN, &REFRESH, &authentication::CONFIRM, &LIST, &LOG_OUT, &LOG_OUT_EVERYWHERE, &END];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(log_in)
        .service(refresh_session)
        .service(authentication::confirm_password)
        .service(list_sessions)
        .service(end_current_session)
        .service(end_all_sessions)
        .service(end_session);
}

/// Log in
///
/// Opens a session (ログイン). An unknown address and a wrong password get the same answer after the same time. After 100
/// wrong passwords in a row, the answer is the same even for the right one, unless the device is known: then send its
/// `device_token`, or set a new password with a mailed link. The access token is valid for ten minutes. Use the refresh
/// token to get a new one; each refresh also replaces the refresh token. A page in a browser should ask for the refresh
/// token in a cookie (`refresh_token_in`), which no script can read, and send the request with credentials.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LOG_IN.id,
    request_body = LoginRequest,
    responses((status = 201, description = "The session is open.", body = TokenResponse)),
)]
#[post("/v1/sessions")]
async fn log_in(context: Context, body: Json<LoginRequest>) -> Result<Answer<TokenResponse>, Problem> {
    let (login, place) = body.read(|form, faults| {
        let (email, place) = (faults.take("/email", EmailAddress::parse(&form.email)), form.place(faults));
        let device = form.device_token.as_ref().map(|token| OpaqueToken::presented(token.expose()));
        Some((Login { email: email?, password: form.password.clone(), device }, place?))
    })?;
    if place == RefreshTokenPlace::Cookie {
        context.ensure_allowed_origin()?;
    }
    let client_budget = &context.state.limits.failed_logins_per_client;
    let charge = context.reserve(client_budget, context.client());
    // Without a device token, a client that has used up its budget costs no query.
    let charge = if login.device.is_some() { charge } else { Ok(charge?) };
    let found = find(&context, &login).await?;
    // A known device may try again even if others have used up the budget of the client that they share.
    let charge = if found.is_known_device { charge.ok() } else { Some(charge?) };
    let result = attempt(&context, login, found).await;
    if let Some(charge) = charge {
        context.settle(charge, matches!(result, Ok(LoginResult::Refused)));
    }
    match result? {
        LoginResult::Opened(opened) => Ok(answer_with_tokens(&context, &opened, place)?),
        LoginResult::Refused => Err(IdentityRefusal::LoginFailed.into()),
    }
}

/// The parsed body of a login.
struct Login {
    email: EmailAddress,
    password: SecretText,
    device: Option<OpaqueToken>,
}

/// The account with the address of a login.
struct FoundAccount {
    credentials: Option<(AccountId, PasswordHash)>,
    is_known_device: bool,
}

async fn find(context: &Context, login: &Login) -> Result<FoundAccount, Error> {
    let (email, device) = (login.email.clone(), login.device.clone());
    let find = context.read(move |reading| {
        let credentials = accounts::find_credentials(reading.conn, &email)?;
        // An address without an account gets the same queries, so that their time does not show whether there is one.
        let account = credentials.as_ref().map_or(AccountId::NONE, |(account, _)| *account);
        let is_known_device = logins::is_known_device(reading.conn, account, device.as_ref())?;
        Ok(FoundAccount { credentials, is_known_device })
    });
    find.await
}

/// Verifies the password, and opens a session or counts the wrong password. Neither the answer nor its time shows whether
/// the account exists.
async fn attempt(context: &Context, login: Login, found: FoundAccount) -> Result<LoginResult, Error> {
    let (account, hash) = found.credentials.unzip();
    let password = context.state.passwords.verify(login.password.into(), hash).await?;
    let attempt = LoginAttempt {
        email: login.email,
        account,
        password,
        device: login.device,
        user_agent: context.user_agent(),
    };
    context.write(move |work| logins::log_in(work, attempt)).await
}

/// Refresh a session
///
/// Replaces the refresh token by a new one, its successor, and issues a new access token. A client that did not receive
/// the answer can send the replaced token again within 30 seconds: as long as the successor was not used, it gets the same
/// successor. Any other use of a replaced token ends the session, because the token may be a stolen copy. The owner gets a
/// mail. Then log in again.
///
/// Without `refresh_token` in the body, the cookie counts, the answer replaces it, and a refusal with
/// `REFRESH_TOKEN_INVALID` removes it. The cookie is only taken from pages of allowed origins.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = REFRESH.id,
    params(RefreshCookie),
    request_body = RefreshRequest,
    responses((status = 201, description = "The tokens are replaced.", body = TokenResponse)),
)]
#[post("/v1/sessions/refresh")]
async fn refresh_session(
    context: Context,
    body: Json<RefreshRequest>,
) -> Result<Answer<TokenResponse>, Problem> {
    let given = body.read(|form, _| {
        Some(form.refresh_token.as_ref().map(|token| OpaqueToken::presented(token.expose())))
    })?;
    let (token, place) = match given {
        Some(token) => (token, RefreshTokenPlace::Body),
        None => (
            context.refresh_cookie()?.ok_or(IdentityRefusal::RefreshTokenMissing)?,
            RefreshTokenPlace::Cookie,
        ),
    };
    let refused_at = Instant::now() + REFUSAL_TIME;
    let refresh = async {
        // The caller is refused after the transaction, so that the end of the session stays stored.
        match context.write(move |work| refresh_tokens::refresh(work, &token)).await? {
            Refreshed::Continued(opened) => Ok(opened),
            Refreshed::Revoked => Err(IdentityRefusal::RefreshTokenInvalid.into()),
        }
    };
    match context.present_token(refresh).await {
        Ok(opened) => Ok(answer_with_tokens(&context, &opened, place)?),
        Err(refusal) => {
            // Each attempt with a refused token counts for the client's budget, so the browser must not keep it.
            if place == RefreshTokenPlace::Cookie && code_of(&refusal) == IdentityRefusal::RefreshTokenInvalid
            {
                context.remove_refresh_cookie();
            }
            sleep_until(refused_at).await;
            Err(refusal.into())
        }
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
/// Ends the session of this request (ログアウト). Its tokens are invalid immediately. If the request has the cookie with a
/// refresh token, the answer removes it.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LOG_OUT.id,
    responses((status = 204, description = "The session is ended.")),
)]
#[delete("/v1/sessions/current")]
async fn end_current_session(context: Context<LoggedIn>) -> Result<Answer<NoBody>, Problem> {
    let answer = end(&context, None).await?;
    context.remove_refresh_cookie();
    Ok(answer)
}

/// Log out everywhere
///
/// Ends all sessions of the account, also the session of this request. All their tokens are invalid immediately, and no
/// device is known any more. If the request has the cookie with a refresh token, the answer removes it.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = LOG_OUT_EVERYWHERE.id,
    responses((status = 204, description = "All sessions are ended.")),
)]
#[delete("/v1/sessions")]
async fn end_all_sessions(context: Context<LoggedIn>) -> Result<Answer<NoBody>, Problem> {
    context.write(sessions::end_all).await?;
    context.remove_refresh_cookie();
    Ok(Answer::no_content())
}

/// End a session
///
/// Ends one session of the account, for example that of a lost device. Its tokens are invalid immediately, and the device
/// is no longer known, unless the session is that of the request.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = END.id,
    params((
        "id" = String,
        Path,
        description = "The session's id.",
        max_length = 40,
        example = "ses_0h2k4m6p8r0t2v4x6z8b0d2f4h",
    )),
    responses((status = 204, description = "The session is ended.")),
)]
#[delete("/v1/sessions/{id}")]
async fn end_session(context: Context<LoggedIn>, id: web::Path<String>) -> Result<Answer<NoBody>, Problem> {
    end(&context, Some(id_in_path(&id, SessionId::parse)?)).await
}

async fn end(context: &Context<LoggedIn>, id: Option<SessionId>) -> Result<Answer<NoBody>, Problem> {
    context.write(move |work| sessions::end(work, id)).await?;
    Ok(Answer::no_content())
}

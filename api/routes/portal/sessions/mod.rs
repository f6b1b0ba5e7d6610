//! `/v1/sessions`: login, refresh, logout.

mod forms;

use crate::routes::tags;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use secrecy::SecretString;
use utoipa_actix_web::service_config::ServiceConfig;

use super::sessions::forms::{LoginRequest, RefreshRequest, SessionPage, SessionResponse, TokenResponse};
use crate::db::store::accounts;
use crate::db::store::identity::{known_clients, sessions as stored};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::{ACCESS_TOKEN_LIFE, Session};
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::{Bearer, Context};
use crate::http::filing::{Filing, nobody};
use crate::http::paging::{self, PageQuery, time_token};
use crate::http::problems::Problem;
use crate::http::rehearsal::{Rehearsed, WriteQuery};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::identity::sessions::{self, Opened, Refreshed};

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
/// Opens a session (ログイン). Unknown addresses and wrong passwords are refused with the same
/// answer in the same time. The access token is good for ten minutes; refresh it with the refresh
/// token, which is replaced each time.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "logIn",
    params(WriteQuery),
    request_body = LoginRequest,
    responses(
        (status = 200, description = "With `validate_only`: the login would succeed.", body = Rehearsed),
        (status = 201, description = "The session is open.", body = TokenResponse),
        (status = 401, description = "Address and password do not belong together.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/sessions")]
async fn log_in(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let LoginRequest { email, password } = body.value;
    let email = parse_login(&email, body.faults)?;
    let account = verified_account(&context, email, password).await?;
    let agent = context.user_agent();
    let state = context.state.clone();
    context
        .carry_out_for(Filing::unkeyed(query), nobody, move |work, ()| {
            let opened = sessions::open(work, account, agent)?;
            if query.validate_only {
                return Answer::ok(&Rehearsed::of(&work.queued));
            }
            let location = format!("/v1/sessions/{}", opened.session.id);
            Answer::created(location, &tokens(&state.tokens, &opened, work.now())?)
        })
        .await
}

fn parse_login(email: &str, mut faults: Faults) -> Result<EmailAddress, Error> {
    let email = faults.take("/email", EmailAddress::parse(email));
    Ok(faults.finish(email)?)
}

/// Verifies the password within the budgets. Whether the account exists shows neither in the answer
/// nor in its time.
async fn verified_account(
    context: &Context,
    email: EmailAddress,
    password: String,
) -> Result<AccountId, Error> {
    let (state, client) = (&context.state, context.client().to_owned());
    let limits = &state.limits;
    context.spend(&limits.logins_per_client, &client)?;
    let key = email.key();
    let looked_from = client.clone();
    let found = state.database.read(move |conn| {
        let Some(account) = accounts::find_by_email(conn, &email)? else { return Ok(None) };
        let hash = accounts::find_password_hash(conn, account.id)?;
        let known = known_clients::exists(conn, account.id, &looked_from)?;
        Ok(Some((account.id, hash, known)))
    });
    let found = found.await?;
    if found.as_ref().is_some_and(|(_, _, known)| *known) {
        context.spend(&limits.logins_per_known_client, &format!("{key} {client}"))?;
    } else {
        context.spend(&limits.logins_per_account, &key)?;
    }
    let (id, hash) = found.map_or((None, None), |(id, hash, _)| (Some(id), hash));
    let fits = state.passwords.verify(SecretString::from(password), hash).await?;
    id.filter(|_| fits).ok_or_else(|| IdentityRefusal::LoginFailed.into())
}

fn tokens(
    access: &crate::security::access_tokens::AccessTokens,
    opened: &Opened,
    now: Instant,
) -> Result<TokenResponse, Error> {
    Ok(TokenResponse {
        access_token: access.issue(opened.session.account_id, opened.session.id, now)?,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFE.num_seconds(),
        refresh_token: opened.refresh_token.reveal().to_owned(),
    })
}

/// Refresh a session
///
/// Replaces the refresh token and issues a new access token. For 30 seconds the replaced token
/// still works, for clients that did not receive the answer; presented later, it ends the session,
/// because then somebody kept a copy.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "refreshSession",
    params(WriteQuery),
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "With `validate_only`: the refresh would succeed.", body = Rehearsed),
        (status = 201, description = "The tokens are replaced.", body = TokenResponse),
        (status = 401, description = "The refresh token is not good.", body = crate::http::problems::ProblemDocument, content_type = "application/problem+json"),
    ),
    security(()),
)]
#[post("/v1/sessions/refresh")]
async fn refresh_session(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let token = OpaqueToken::presented(&body.value.refresh_token);
    body.faults.finish(Some(()))?;
    context.spend(&context.state.limits.tokens_per_client, context.client())?;
    let state = context.state.clone();
    let answered = context
        .carry_out_for(Filing::unkeyed(query), nobody, move |work, ()| {
            match sessions::refresh(work, &token)? {
                Refreshed::Rotated(_) if query.validate_only => Answer::ok(&Rehearsed::of(&work.queued)),
                Refreshed::Rotated(opened) => {
                    let location = format!("/v1/sessions/{}", opened.session.id);
                    Answer::created(location, &tokens(&state.tokens, &opened, work.now())?)
                }
                Refreshed::Revoked => Ok(Answer::nothing()),
            }
        })
        .await?;
    // The end of the session had to be stored, so only here its caller is refused.
    if answered.status() == StatusCode::NO_CONTENT {
        return Err(IdentityRefusal::RefreshTokenInvalid.into());
    }
    Ok(answered)
}

/// List the account's sessions
///
/// All sessions that are open, newest first, so that a forgotten or foreign one can be ended.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "listSessions",
    params(PageQuery),
    responses((status = 200, description = "A page of sessions.", body = SessionPage)),
    security(("bearer" = [])),
)]
#[get("/v1/sessions")]
async fn list_sessions(
    context: Context,
    bearer: Bearer,
    query: web::Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slice = query.slice_by_time()?;
    let now = context.call.now;
    let (mut rows, current) = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            Ok((stored::list_live(conn, principal.account.id, now, &slice)?, principal.session_id))
        })
        .await?;
    let next_page_token =
        paging::cut(&mut rows, slice.limit, |row| time_token(row.created_at, row.id.uuid()))?;
    let items = rows.into_iter().map(|session| show(session, current)).collect();
    let page = SessionPage { items, next_page_token };
    paging::write(&request, &page, page.next_page_token.as_ref())
}

fn show(session: Session, current: SessionId) -> SessionResponse {
    SessionResponse {
        id: session.id.to_string(),
        created_at: session.created_at.into(),
        last_used_at: session.last_used_at.into(),
        expires_at: session.expires_at.into(),
        client: session.client,
        user_agent: session.user_agent,
        current: session.id == current,
    }
}

/// Log out
///
/// Ends the session of this request (ログアウト). Its tokens stop working at once.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "logOut",
    params(WriteQuery),
    responses(
        (status = 200, description = "With `validate_only`: the session would be ended.", body = Rehearsed),
        (status = 204, description = "The session is ended."),
    ),
    security(("bearer" = [])),
)]
#[delete("/v1/sessions/current")]
async fn end_current_session(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
) -> Result<HttpResponse, Problem> {
    end(context, bearer, query.into_inner(), None).await
}

/// End a session
///
/// Ends any session of the account, for example that of a lost device.
#[utoipa::path(
    tag = tags::LOGIN,
    operation_id = "endSession",
    params(
        ("id" = String, Path, description = "The session's id.", max_length = 40, example = "ses_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
    ),
    responses(
        (status = 200, description = "With `validate_only`: the session would be ended.", body = Rehearsed),
        (status = 204, description = "The session is ended."),
    ),
    security(("bearer" = [])),
)]
#[delete("/v1/sessions/{id}")]
async fn end_session(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
) -> Result<HttpResponse, Problem> {
    let id = SessionId::parse(&id).map_err(|_| Error::NotFound)?;
    end(context, bearer, query.into_inner(), Some(id)).await
}

async fn end(
    context: Context,
    bearer: Bearer,
    query: WriteQuery,
    id: Option<SessionId>,
) -> Result<HttpResponse, Problem> {
    context
        .carry_out(Filing::unkeyed(query), bearer, move |work, principal| {
            sessions::end(work, principal, id.unwrap_or(principal.session_id))?;
            if query.validate_only { Answer::ok(&Rehearsed::of(&work.queued)) } else { Ok(Answer::nothing()) }
        })
        .await
}

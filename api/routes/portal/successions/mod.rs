//! `/v1/successions`: the old code's account hands everything to the new code.

mod forms;

use crate::routes::tags;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::successions::forms::{
    ParsedSuccession, SuccessionPage, SuccessionPreview, SuccessionRequest, SuccessionResponse,
};
use crate::db::engine::Conn;
use crate::db::store::filings::successions as stored;
use crate::domain::filings::successions::{Succession, SuccessionForm};
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::SuccessionId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::conditional::{self, IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::{Bearer, Context};
use crate::http::filing::{Filing, IdempotencyKey, IdempotencyKeyHeader};
use crate::http::paging::{self, PageQuery, time_token};
use crate::http::problems::{Problem, ProblemDocument};
use crate::http::rehearsal::WriteQuery;
use crate::usecases::filings::successions;
use crate::usecases::identity::sessions::Principal;
use crate::usecases::work::Work;

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(file_succession)
        .service(list_successions)
        .service(read_succession)
        .service(revise_succession)
        .service(withdraw_succession);
}

/// File a succession
///
/// Filed with the account of the old code (承継元) when the facility code changes and the substance of
/// the service goes on (承継届出). If the facility list has the new code (承継先), it is accepted at once:
/// the account, its declarations and all other rights and duties pass, the login stays the same, and
/// the guidance is posted. If the list does not have it yet, the succession waits
/// (`WAITING_FOR_MASTER`) and goes on by itself when the list brings the code.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = "fileSuccession",
    params(WriteQuery, IdempotencyKeyHeader),
    request_body = SuccessionRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = SuccessionPreview),
        (status = 201, description = "The succession is filed.", body = SuccessionResponse),
        (status = 409, description = "Another succession or account stands in the way.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/successions")]
async fn file_succession(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<SuccessionRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filing = Filing::keyed("fileSuccession", query, key)?.about(&body.fingerprint);
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    let parsed = value.parse(&mut faults);
    context
        .carry_out(filing, bearer, move |work, principal| {
            let form = all_or_faults(work, principal, parsed, faults)?;
            let succession = successions::file(work, principal, form)?;
            if query.validate_only {
                return Answer::ok(&SuccessionPreview::of(&succession, &work.queued));
            }
            let location = format!("/v1/successions/{}", succession.id);
            Ok(Answer::created(location, &SuccessionResponse::of(&succession))?
                .tagged(etag(succession.version)))
        })
        .await
}

/// The form, if nothing is blamed so far. Otherwise the rules and the facility list are asked as
/// well about what could be read, so that the facility is told everything at once.
fn all_or_faults(
    work: &mut Work<'_>,
    principal: &Principal,
    parsed: ParsedSuccession,
    mut faults: Faults,
) -> Result<SuccessionForm, Error> {
    if !faults.is_empty() {
        let now = work.now();
        faults.extend(successions::faults(work.conn, principal, parsed.parts(), now)?);
    }
    Ok(faults.finish(parsed.form)?)
}

/// List the account's successions
///
/// Newest first, including those that are accepted: the account's history.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = "listSuccessions",
    params(PageQuery),
    responses((status = 200, description = "A page of successions.", body = SuccessionPage)),
    security(("bearer" = [])),
)]
#[get("/v1/successions")]
async fn list_successions(
    context: Context,
    bearer: Bearer,
    query: web::Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slice = query.slice_by_time()?;
    let now = context.call.now;
    let mut rows = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            stored::list(conn, principal.account.id, &slice)
        })
        .await?;
    let next_page_token =
        paging::cut(&mut rows, slice.limit, |row| time_token(row.created_at, row.id.uuid()))?;
    let page = SuccessionPage { items: rows.iter().map(SuccessionResponse::of).collect(), next_page_token };
    paging::write(&request, &page, page.next_page_token.as_ref())
}

/// Read a succession
///
/// With its status and its receipt number.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = "getSuccession",
    params(
        ("id" = String, Path, description = "The succession's id.", max_length = 40, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        IfNoneMatchHeader,
    ),
    responses((status = 200, description = "The succession.", body = SuccessionResponse)),
    security(("bearer" = [])),
)]
#[get("/v1/successions/{id}")]
async fn read_succession(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = context.call.now;
    let succession = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            find(conn, &principal, &id)
        })
        .await?;
    let answer = Answer::ok(&SuccessionResponse::of(&succession))?;
    conditional::read(&request, etag(succession.version), answer)
}

fn find(conn: &mut Conn, principal: &Principal, id: &str) -> Result<Succession, Error> {
    let id = SuccessionId::parse(id).map_err(|_| Error::NotFound)?;
    stored::find(conn, id, principal.account.id)?.ok_or(Error::NotFound)
}

/// Correct a succession
///
/// Replaces the form of a succession that is not accepted yet; also the way to answer a return (返戻).
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = "reviseSuccession",
    params(
        ("id" = String, Path, description = "The succession's id.", max_length = 40, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        IfMatchHeader,
    ),
    request_body = SuccessionRequest,
    responses(
        (status = 200, description = "The corrected succession; with `validate_only` what it would be.", body = SuccessionResponse),
        (status = 409, description = "Its status allows no correction, or the successor is taken.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[put("/v1/successions/{id}")]
async fn revise_succession(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<SuccessionRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    let parsed = value.parse(&mut faults);
    context
        .carry_out(Filing::unkeyed(query), bearer, move |work, principal| {
            let current = find(work.conn, principal, &id)?;
            based_on.check(&etag(current.version))?;
            let form = all_or_faults(work, principal, parsed, faults)?;
            let succession = successions::revise(work, principal, current, form)?;
            let body = SuccessionResponse::of(&succession).rehearsed(query, &work.queued);
            Ok(Answer::ok(&body)?.tagged(etag(succession.version)))
        })
        .await
}

/// Withdraw a succession
///
/// Takes it back (取下げ), which can be done until it is accepted.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = "withdrawSuccession",
    params(
        ("id" = String, Path, description = "The succession's id.", max_length = 40, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        IdempotencyKeyHeader,
        IfMatchHeader,
    ),
    responses(
        (status = 200, description = "The withdrawn succession; with `validate_only` what it would be.", body = SuccessionResponse),
        (status = 409, description = "Its status allows no withdrawal.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/successions/{id}/withdrawal")]
async fn withdraw_succession(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filing = Filing::keyed("withdrawSuccession", query, key)?.about(id.as_str()).about(based_on.as_str());
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    context
        .carry_out(filing, bearer, move |work, principal| {
            let current = find(work.conn, principal, &id)?;
            based_on.check(&etag(current.version))?;
            let succession = successions::withdraw(work, principal, current)?;
            let body = SuccessionResponse::of(&succession).rehearsed(query, &work.queued);
            Ok(Answer::ok(&body)?.tagged(etag(succession.version)))
        })
        .await
}

//! `/v1/successions`: files, corrects, withdraws and reads successions.
//!
//! With a succession (承継届出), the account, the rights and the duties of a facility pass from its old facility code to a
//! new one.

pub(in crate::routes) mod forms;
mod views;

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::SuccessionRequest;
use self::views::{SuccessionPage, SuccessionPreview, SuccessionResponse};
use crate::db::store::filings::successions as stored;
use crate::domain::filings::successions::Succession;
use crate::domain::values::calendar::japan_day;
use crate::domain::values::ids::SuccessionId;
use crate::http::answer::{Answer, OrPreview};
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::Context;
use crate::http::idempotency::{IdempotencyKey, IdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::http::rehearsal::WriteQuery;
use crate::routes::tags;
use crate::usecases::filings::successions;

const FILE: Operation = Operation::of_account("fileSuccession")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[(
        409,
        "Another succession or account has the old or the new facility code, or the account has no facility code yet.",
    )]);
const LIST: Operation = Operation::of_account("listSuccessions");
const READ: Operation = Operation::of_account("getSuccession");
const REVISE: Operation = Operation::of_account("reviseSuccession").charged_to(Budget::Writes).refusing(&[(
    409,
    "The status does not allow a correction, the succession has lapsed, or another account has the new facility code.",
)]);
const WITHDRAW: Operation = Operation::of_account("withdrawSuccession")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[(409, "The status of the filing does not allow a withdrawal.")]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&FILE, &LIST, &READ, &REVISE, &WITHDRAW];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(file_succession)
        .service(list_successions)
        .service(read_succession)
        .service(revise_succession)
        .service(withdraw_succession);
}

/// The path of a succession.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SuccessionPath {
    /// The succession's id.
    #[param(max_length = 40, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    id: String,
}

/// File a succession
///
/// Files a succession (承継届出): the facility code changes, and the facility continues in substance. Use the account of
/// the old code (承継元). If the facility list has the new code (承継先), the succession is accepted at once or reviewed
/// by staff first (`UNDER_REVIEW`). Staff always review it if another facility was succeeded by the new code, or if the
/// list shows neither the same name nor the same address nor the same founder under both codes. When it is accepted, the account, its declarations and all other rights and duties
/// pass to the new code. The login stays the same, and a letter about the further procedure is posted. If the list does
/// not have the new code yet, the succession waits (`WAITING_FOR_MASTER`) and continues automatically when the list has
/// the code. Requires that the password was verified in the last 15 minutes.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = FILE.id,
    params(WriteQuery, IdempotencyKeyHeader),
    request_body = SuccessionRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = SuccessionPreview),
        (status = 201, description = "The succession is filed.", body = SuccessionResponse),
    ),
)]
#[post("/v1/successions")]
async fn file_succession(
    context: Context<LoggedIn>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<SuccessionRequest>,
) -> Result<Answer<OrPreview<SuccessionResponse, SuccessionPreview>>, Problem> {
    let submission = Submission::new(&FILE, *query, key)?.fingerprinted(body.fingerprint());
    context.charge(&FILE)?;
    let draft = body.draft(SuccessionRequest::parse);
    let file = context.submit(submission, move |work| {
        let filed = successions::file(work, draft)?;
        if query.validate_only {
            return Ok(Answer::ok(&SuccessionPreview::of(&filed, &work.queued))?.as_preview());
        }
        let location = format!("/v1/successions/{}", filed.id);
        let created = Answer::created(location, &SuccessionResponse::of(&filed))?;
        Ok(created.with_etag(etag(filed.version)).or_preview())
    });
    Ok(file.await?)
}

/// List the account's successions
///
/// The successions of the account, newest first, including the completed ones.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = LIST.id,
    params(PageQuery),
    responses((status = 200, description = "A page of successions.", body = SuccessionPage)),
)]
#[get("/v1/successions")]
async fn list_successions(
    context: Context<LoggedIn>,
    query: web::Query<PageQuery>,
) -> Result<Answer<SuccessionPage>, Problem> {
    let slice = query.slice_by_time()?;
    let list = context.read(move |reading| {
        let rows = stored::list(reading.conn, reading.actor.principal()?.account.id, &slice)?;
        let key = |succession: &Succession| time_token(succession.created_at, succession.id.uuid());
        let today = japan_day(reading.now);
        page_of(rows, slice.limit, key, |succession| Ok(SuccessionResponse::of(&succession.as_of(today))))
    });
    Ok(context.answer_page(&list.await?)?)
}

/// Read a succession
///
/// The succession with its status and its receipt number.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = READ.id,
    params(SuccessionPath, IfNoneMatchHeader),
    responses((status = 200, description = "The succession.", body = SuccessionResponse)),
)]
#[get("/v1/successions/{id}")]
async fn read_succession(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
) -> Result<Answer<SuccessionResponse>, Problem> {
    let id = id_in_path(&path.id, SuccessionId::parse);
    let find = context.read(move |reading| successions::find(reading.conn, reading.actor, id?, reading.now));
    let found = find.await?;
    Ok(context.answer_if_changed(etag(found.version), &SuccessionResponse::of(&found))?)
}

/// Correct a succession
///
/// Replaces the content of a succession that waits for its new code (`WAITING_FOR_MASTER`) or was returned (返戻).
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = REVISE.id,
    params(SuccessionPath, WriteQuery, IfMatchHeader),
    request_body = SuccessionRequest,
    responses(
        (
            status = 200,
            description = "The corrected succession. With `validate_only`: the succession as it would be.",
            body = SuccessionResponse,
        ),
    ),
)]
#[put("/v1/successions/{id}")]
async fn revise_succession(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<SuccessionRequest>,
) -> Result<Answer<SuccessionResponse>, Problem> {
    context.charge(&REVISE)?;
    let (id, draft) = (id_in_path(&path.id, SuccessionId::parse), body.draft(SuccessionRequest::parse));
    let revise = context.write(*query, move |work| {
        let current = successions::find(work.conn, work.actor, id?, work.now())?;
        based_on.check(&etag(current.version))?;
        let revised = successions::revise(work, current, draft)?;
        let body = SuccessionResponse::of(&revised).rehearsed(*query, &work.queued);
        Ok(Answer::ok(&body)?.with_etag(etag(revised.version)))
    });
    Ok(revise.await?)
}

/// Withdraw a succession
///
/// Withdraws a succession (取下げ). This is possible until the succession is accepted.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = WITHDRAW.id,
    params(SuccessionPath, WriteQuery, IdempotencyKeyHeader, IfMatchHeader),
    responses(
        (
            status = 200,
            description = "The withdrawn succession. With `validate_only`: the succession as it would be.",
            body = SuccessionResponse,
        ),
    ),
)]
#[post("/v1/successions/{id}/withdrawal")]
async fn withdraw_succession(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<Answer<SuccessionResponse>, Problem> {
    let submission =
        Submission::new(&WITHDRAW, *query, key)?.fingerprinted(&path.id).fingerprinted(based_on.as_str());
    context.charge(&WITHDRAW)?;
    let id = id_in_path(&path.id, SuccessionId::parse);
    let withdraw = context.submit(submission, move |work| {
        let current = successions::find(work.conn, work.actor, id?, work.now())?;
        based_on.check(&etag(current.version))?;
        let withdrawn = successions::withdraw(work, current)?;
        let body = SuccessionResponse::of(&withdrawn).rehearsed(*query, &work.queued);
        Ok(Answer::ok(&body)?.with_etag(etag(withdrawn.version)))
    });
    Ok(withdraw.await?)
}

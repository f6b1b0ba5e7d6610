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
use crate::db::store::filings::successions::{self as stored, SuccessionFilter};
use crate::domain::accounts::AccountRefusal;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::successions::{Succession, SuccessionStatus};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::japan_day;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::SuccessionId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader, etag};
use crate::http::context::Context;
use crate::http::idempotency::{
    IdempotencyKey, IdempotencyKeyHeader, OptionalIdempotencyKeyHeader, Submission,
};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::preview::{mail_previews, mail_previews_of_filing};
use crate::http::problems::Problem;
use crate::routes::forms::receipt_numbers::receipt_number_in_query;
use crate::routes::tags;
use crate::usecases::filings::successions::{self, SuccessionDraft};
use crate::usecases::work::Work;

const FILE: Operation = Operation::of_account("fileSuccession")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[
        IdentityRefusal::ReauthenticationRequired.code(),
        AccountRefusal::FacilityNotDesignated.code(),
        FilingRefusal::SuccessionExists.code(),
        FilingRefusal::SuccessorHasAccount.code(),
        FilingRefusal::SuccessorIsPredecessor.code(),
    ])
    .creating_tagged();
const PREVIEW: Operation =
    Operation { id: "previewSuccession", key: KeyPolicy::NotTaken, creates_tagged: false, ..FILE };
const LIST: Operation = Operation::of_account("listSuccessions");
const READ: Operation = Operation::of_account("getSuccession");
const REVISE: Operation = Operation::of_account("reviseSuccession")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Writes)
    .refusing(&[
        IdentityRefusal::ReauthenticationRequired.code(),
        FilingRefusal::StatusForbids.code(),
        FilingRefusal::SuccessionLapsed.code(),
        FilingRefusal::SuccessorHasAccount.code(),
        FilingRefusal::SuccessorIsPredecessor.code(),
    ]);
const PREVIEW_REVISION: Operation =
    Operation { id: "previewSuccessionRevision", key: KeyPolicy::NotTaken, ..REVISE };
const WITHDRAW: Operation = Operation::of_account("withdrawSuccession")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[FilingRefusal::StatusForbids.code(), FilingRefusal::SuccessionLapsed.code()]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&FILE, &PREVIEW, &LIST, &READ, &REVISE, &PREVIEW_REVISION, &WITHDRAW];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(file_succession)
        .service(preview_succession)
        .service(list_successions)
        .service(read_succession)
        .service(revise_succession)
        .service(preview_revision)
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

/// Which successions a list has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuccessionQuery {
    /// Only successions with this status.
    #[serde(default)]
    status: Option<SuccessionStatus>,
    /// Only the succession with this receipt number. Hyphens may be left out.
    #[serde(default)]
    #[param(max_length = 40)]
    receipt_number: Option<String>,
}

impl SuccessionQuery {
    fn filter(self) -> Result<SuccessionFilter, Error> {
        let receipt_number = receipt_number_in_query(self.receipt_number)?;
        Ok(SuccessionFilter { status: self.status, receipt_number })
    }
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
    params(IdempotencyKeyHeader),
    request_body = SuccessionRequest,
    responses((status = 201, description = "The succession is filed.", body = SuccessionResponse)),
)]
#[post("/v1/successions")]
async fn file_succession(
    context: Context<LoggedIn>,
    key: IdempotencyKey,
    body: Json<SuccessionRequest>,
) -> Result<Answer<SuccessionResponse>, Problem> {
    let submission = Submission::new(&FILE, key)?.fingerprinted(body.fingerprint());
    context.charge(&FILE)?;
    let draft = body.draft(SuccessionRequest::parse);
    let file = context.submit(submission, move |work| {
        let filed = successions::file(work, draft)?;
        let location = format!("/v1/successions/{}", filed.id);
        let body = SuccessionResponse::of(&filed);
        Ok(Answer::created(location, &body)?.with_etag(body.etag))
    });
    Ok(file.await?)
}

/// Preview a succession
///
/// For the confirmation screen (確認画面へ進む): makes every check of filing, stores nothing, and answers with what would be
/// stored and the mails that would be sent. Requires that the password was verified in the last 15 minutes.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = PREVIEW.id,
    request_body = SuccessionRequest,
    responses((status = 200, description = "What would be stored.", body = SuccessionPreview)),
)]
#[post("/v1/successions/preview")]
async fn preview_succession(
    context: Context<LoggedIn>,
    body: Json<SuccessionRequest>,
) -> Result<Answer<SuccessionPreview>, Problem> {
    context.charge(&PREVIEW)?;
    let draft = body.draft(SuccessionRequest::parse);
    let preview = context.preview(move |work| {
        let filed = successions::file(work, draft)?;
        let mails = mail_previews_of_filing(&work.queued, &filed.receipt_number);
        Answer::ok(&SuccessionPreview::of(&filed, mails))
    });
    Ok(preview.await?)
}

/// List the account's successions
///
/// The successions of the account, newest first, including the completed ones. Each has its entity tag in `etag`.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = LIST.id,
    params(SuccessionQuery, PageQuery),
    responses((status = 200, description = "A page of successions.", body = SuccessionPage)),
)]
#[get("/v1/successions")]
async fn list_successions(
    context: Context<LoggedIn>,
    query: web::Query<SuccessionQuery>,
    page: web::Query<PageQuery>,
) -> Result<Answer<SuccessionPage>, Problem> {
    let (filter, slice) = (query.into_inner().filter()?, page.slice_by_time()?);
    let list = context.read(move |reading| {
        let rows = stored::list(reading.conn, reading.actor.principal()?.account.id, &filter, &slice)?;
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
    let body = SuccessionResponse::of(&find.await?);
    Ok(context.answer_if_changed(body.etag.clone(), &body)?)
}

/// Correct a succession
///
/// Replaces the content of a succession that waits for its new code (`WAITING_FOR_MASTER`) or was returned (返戻). With an
/// `Idempotency-Key` a retry gets the first answer again, although the entity tag has changed.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = REVISE.id,
    params(SuccessionPath, IfMatchHeader, OptionalIdempotencyKeyHeader),
    request_body = SuccessionRequest,
    responses((status = 200, description = "The corrected succession.", body = SuccessionResponse)),
)]
#[put("/v1/successions/{id}")]
async fn revise_succession(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
    key: IdempotencyKey,
    based_on: IfMatch,
    body: Json<SuccessionRequest>,
) -> Result<Answer<SuccessionResponse>, Problem> {
    let submission = Submission::new(&REVISE, key)?.fingerprinted(&path.id);
    let submission = submission.fingerprinted(based_on.as_str()).fingerprinted(body.fingerprint());
    context.charge(&REVISE)?;
    let (id, draft) = (id_in_path(&path.id, SuccessionId::parse), body.draft(SuccessionRequest::parse));
    let revise = context.submit(submission, move |work| {
        let revised = revise(work, id?, &based_on, draft)?;
        let body = SuccessionResponse::of(&revised);
        Ok(Answer::ok(&body)?.with_etag(body.etag))
    });
    Ok(revise.await?)
}

fn revise(
    work: &mut Work<'_>,
    id: SuccessionId,
    based_on: &IfMatch,
    draft: Draft<SuccessionDraft>,
) -> Result<Succession, Error> {
    let current = successions::find(work.conn, work.actor, id, work.now())?;
    based_on.check(&etag(current.version))?;
    successions::revise(work, current, draft)
}

/// Preview a correction of a succession
///
/// For the confirmation screen: makes every check of a correction, stores nothing, and answers with what would be stored
/// and the mails that would be sent. Requires that the password was verified in the last 15 minutes.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = PREVIEW_REVISION.id,
    params(SuccessionPath, IfMatchHeader),
    request_body = SuccessionRequest,
    responses((status = 200, description = "What would be stored.", body = SuccessionPreview)),
)]
#[post("/v1/successions/{id}/preview")]
async fn preview_revision(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
    based_on: IfMatch,
    body: Json<SuccessionRequest>,
) -> Result<Answer<SuccessionPreview>, Problem> {
    context.charge(&PREVIEW_REVISION)?;
    let (id, draft) = (id_in_path(&path.id, SuccessionId::parse), body.draft(SuccessionRequest::parse));
    let preview = context.preview(move |work| {
        let revised = revise(work, id?, &based_on, draft)?;
        Answer::ok(&SuccessionPreview::of(&revised, mail_previews(&work.queued)))
    });
    Ok(preview.await?)
}

/// Withdraw a succession
///
/// Withdraws a succession (取下げ). This is possible until the succession is accepted.
#[utoipa::path(
    tag = tags::SUCCESSIONS,
    operation_id = WITHDRAW.id,
    params(SuccessionPath, IdempotencyKeyHeader, IfMatchHeader),
    responses((status = 200, description = "The withdrawn succession.", body = SuccessionResponse)),
)]
#[post("/v1/successions/{id}/withdrawal")]
async fn withdraw_succession(
    context: Context<LoggedIn>,
    path: web::Path<SuccessionPath>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<Answer<SuccessionResponse>, Problem> {
    let submission =
        Submission::new(&WITHDRAW, key)?.fingerprinted(&path.id).fingerprinted(based_on.as_str());
    context.charge(&WITHDRAW)?;
    let id = id_in_path(&path.id, SuccessionId::parse);
    let withdraw = context.submit(submission, move |work| {
        let current = successions::find(work.conn, work.actor, id?, work.now())?;
        based_on.check(&etag(current.version))?;
        let withdrawn = successions::withdraw(work, current)?;
        let body = SuccessionResponse::of(&withdrawn);
        Ok(Answer::ok(&body)?.with_etag(body.etag))
    });
    Ok(withdraw.await?)
}

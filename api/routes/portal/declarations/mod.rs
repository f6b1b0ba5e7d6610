//! `/v1/declarations`: files, corrects, withdraws and reads declarations.
//!
//! A facility files a declaration (猶予届出) in a round of the transitional measure. The declaration excuses it from a duty
//! for a time. Each correction is a new revision.

pub(in crate::routes) mod forms;
mod lists;
mod reason;
mod views;

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::DeclarationRequest;
use self::views::{DeclarationPreview, DeclarationResponse, entity_tag};
use crate::domain::accounts::AccountRefusal;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::DeclarationId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader};
use crate::http::context::Context;
use crate::http::idempotency::{
    IdempotencyKey, IdempotencyKeyHeader, OptionalIdempotencyKeyHeader, Submission,
};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::path::id_in_path;
use crate::http::preview::{mail_previews, mail_previews_of_filing};
use crate::http::problems::Problem;
use crate::routes::tags;
use crate::usecases::filings::declarations::{self, DeclarationDraft, Examined};
use crate::usecases::work::Work;

const FILE: Operation = Operation::of_account("fileDeclaration")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[
        AccountRefusal::FacilityNotDesignated.code(),
        FilingRefusal::WindowNotOpen.code(),
        FilingRefusal::WindowClosed.code(),
        FilingRefusal::RoundNotForKind.code(),
        FilingRefusal::DeclarationExists.code(),
    ])
    .creating_tagged();
const PREVIEW: Operation =
    Operation { id: "previewDeclaration", key: KeyPolicy::NotTaken, creates_tagged: false, ..FILE };
const READ: Operation = Operation::of_account("getDeclaration");
const REVISE: Operation = Operation::of_account("reviseDeclaration")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Writes)
    .refusing(&[FilingRefusal::WindowClosed.code(), FilingRefusal::StatusForbids.code()]);
const PREVIEW_REVISION: Operation =
    Operation { id: "previewDeclarationRevision", key: KeyPolicy::NotTaken, ..REVISE };
const WITHDRAW: Operation = Operation::of_account("withdrawDeclaration")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[FilingRefusal::StatusForbids.code()]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] =
    &[&FILE, &PREVIEW, &lists::LIST, &READ, &REVISE, &PREVIEW_REVISION, &WITHDRAW, &lists::LIST_REVISIONS];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(file_declaration)
        .service(preview_declaration)
        .service(lists::list_declarations)
        .service(read_declaration)
        .service(revise_declaration)
        .service(preview_revision)
        .service(withdraw_declaration)
        .service(lists::list_revisions);
}

/// The path of a declaration.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DeclarationPath {
    /// The declaration's id.
    #[param(max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    id: String,
}

/// File a declaration
///
/// Files a declaration (猶予届出) for the account's facility, with a reason in one of the round's categories. A round
/// accepts declarations from its first to its last day in Japan, and then late declarations if its rules allow them. A
/// facility has at most one declaration in a round, apart from withdrawn and rejected ones. Correct a declaration with
/// `PUT`.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = FILE.id,
    params(IdempotencyKeyHeader),
    request_body = DeclarationRequest,
    responses((status = 201, description = "The declaration is filed.", body = DeclarationResponse)),
)]
#[post("/v1/declarations")]
async fn file_declaration(
    context: Context<LoggedIn>,
    key: IdempotencyKey,
    body: Json<DeclarationRequest>,
) -> Result<Answer<DeclarationResponse>, Problem> {
    let submission = Submission::new(&FILE, key)?.fingerprinted(body.fingerprint());
    context.charge(&FILE)?;
    let draft = body.draft(DeclarationRequest::parse);
    let file = context.submit(submission, move |work| {
        let filed = declarations::file(work, draft)?;
        let location = format!("/v1/declarations/{}", filed.declaration.id);
        let body = DeclarationResponse::of(&filed);
        Ok(Answer::created(location, &body)?.with_etag(body.etag))
    });
    Ok(file.await?)
}

/// Preview a declaration
///
/// For the confirmation screen (確認画面へ進む): makes every check of filing, stores nothing, and answers with what would be
/// stored, the excuse, and the mails that would be sent.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = PREVIEW.id,
    request_body = DeclarationRequest,
    responses((status = 200, description = "What would be stored.", body = DeclarationPreview)),
)]
#[post("/v1/declarations/preview")]
async fn preview_declaration(
    context: Context<LoggedIn>,
    body: Json<DeclarationRequest>,
) -> Result<Answer<DeclarationPreview>, Problem> {
    context.charge(&PREVIEW)?;
    let draft = body.draft(DeclarationRequest::parse);
    let preview = context.preview(move |work| {
        let filed = declarations::file(work, draft)?;
        let mails = mail_previews_of_filing(&work.queued, &filed.declaration.receipt_number);
        Answer::ok(&DeclarationPreview::of(&filed, mails))
    });
    Ok(preview.await?)
}

/// Read a declaration
///
/// The declaration with its status, its receipt number, and until when and why the facility is excused.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = READ.id,
    params(DeclarationPath, IfNoneMatchHeader),
    responses((status = 200, description = "The declaration.", body = DeclarationResponse)),
)]
#[get("/v1/declarations/{id}")]
async fn read_declaration(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
) -> Result<Answer<DeclarationResponse>, Problem> {
    let id = id_in_path(&path.id, DeclarationId::parse);
    let find = context.read(move |reading| declarations::find(reading.conn, reading.actor, id?, reading.now));
    let body = DeclarationResponse::of(&find.await?);
    Ok(context.answer_if_changed(body.etag.clone(), &body)?)
}

/// Correct a declaration
///
/// Corrects a declaration. The former revisions can still be read. A declaration that was returned (返戻) is corrected
/// in the same way, until the `due_date` of its review, even if the round has closed. With an `Idempotency-Key` a retry
/// gets the first answer again, although the entity tag has changed.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = REVISE.id,
    params(DeclarationPath, IfMatchHeader, OptionalIdempotencyKeyHeader),
    request_body = DeclarationRequest,
    responses((status = 200, description = "The declaration with its new revision.", body = DeclarationResponse)),
)]
#[put("/v1/declarations/{id}")]
async fn revise_declaration(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    key: IdempotencyKey,
    based_on: IfMatch,
    body: Json<DeclarationRequest>,
) -> Result<Answer<DeclarationResponse>, Problem> {
    let submission = Submission::new(&REVISE, key)?.fingerprinted(&path.id);
    let submission = submission.fingerprinted(based_on.as_str()).fingerprinted(body.fingerprint());
    context.charge(&REVISE)?;
    let (id, draft) = (id_in_path(&path.id, DeclarationId::parse), body.draft(DeclarationRequest::parse));
    let revise = context.submit(submission, move |work| {
        let revised = revise(work, id?, &based_on, draft)?;
        let body = DeclarationResponse::of(&revised);
        Ok(Answer::ok(&body)?.with_etag(body.etag))
    });
    Ok(revise.await?)
}

fn revise(
    work: &mut Work<'_>,
    id: DeclarationId,
    based_on: &IfMatch,
    draft: Draft<DeclarationDraft>,
) -> Result<Examined, Error> {
    let current = declarations::find(work.conn, work.actor, id, work.now())?;
    based_on.check(&entity_tag(&current))?;
    declarations::revise(work, current.declaration, draft)
}

/// Preview a correction of a declaration
///
/// For the confirmation screen: makes every check of a correction, stores nothing, and answers with what would be stored,
/// the excuse, and the mails that would be sent.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = PREVIEW_REVISION.id,
    params(DeclarationPath, IfMatchHeader),
    request_body = DeclarationRequest,
    responses((status = 200, description = "What would be stored.", body = DeclarationPreview)),
)]
#[post("/v1/declarations/{id}/preview")]
async fn preview_revision(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    based_on: IfMatch,
    body: Json<DeclarationRequest>,
) -> Result<Answer<DeclarationPreview>, Problem> {
    context.charge(&PREVIEW_REVISION)?;
    let (id, draft) = (id_in_path(&path.id, DeclarationId::parse), body.draft(DeclarationRequest::parse));
    let preview = context.preview(move |work| {
        let revised = revise(work, id?, &based_on, draft)?;
        Answer::ok(&DeclarationPreview::of(&revised, mail_previews(&work.queued)))
    });
    Ok(preview.await?)
}

/// Withdraw a declaration
///
/// Withdraws a declaration (取下げ). It can still be read. The facility may file a new one while the round accepts
/// declarations.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = WITHDRAW.id,
    params(DeclarationPath, IdempotencyKeyHeader, IfMatchHeader),
    responses((status = 200, description = "The withdrawn declaration.", body = DeclarationResponse)),
)]
#[post("/v1/declarations/{id}/withdrawal")]
async fn withdraw_declaration(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<Answer<DeclarationResponse>, Problem> {
    let submission =
        Submission::new(&WITHDRAW, key)?.fingerprinted(&path.id).fingerprinted(based_on.as_str());
    context.charge(&WITHDRAW)?;
    let id = id_in_path(&path.id, DeclarationId::parse);
    let withdraw = context.submit(submission, move |work| {
        let now = work.now();
        let current = declarations::find(work.conn, work.actor, id?, now)?;
        based_on.check(&entity_tag(&current))?;
        let withdrawn = declarations::withdraw(work, current.declaration)?;
        let body = DeclarationResponse::of(&withdrawn);
        Ok(Answer::ok(&body)?.with_etag(body.etag))
    });
    Ok(withdraw.await?)
}

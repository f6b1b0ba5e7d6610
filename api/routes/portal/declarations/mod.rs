//! `/v1/declarations`: files, corrects, withdraws and reads declarations.
//!
//! A facility files a declaration (猶予届出) in a round of the transitional measure. The declaration excuses it from a duty
//! for a time. Each correction is a new revision.

pub(in crate::routes) mod forms;
mod reason;
mod views;

use actix_web::{get, post, put, web};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::DeclarationRequest;
use self::views::{DeclarationPage, DeclarationPreview, DeclarationResponse, RevisionPage, RevisionResponse};
use crate::db::store::filings::declarations as stored;
use crate::domain::filings::declarations::{Declaration, DeclarationRevision};
use crate::domain::values::ids::DeclarationId;
use crate::http::answer::{Answer, OrPreview};
use crate::http::body::Json;
use crate::http::caller::LoggedIn;
use crate::http::conditional::{IfMatch, IfMatchHeader, IfNoneMatchHeader};
use crate::http::context::Context;
use crate::http::idempotency::{IdempotencyKey, IdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::http::rehearsal::WriteQuery;
use crate::routes::tags;
use crate::usecases::filings::declarations::{self, Examined};

const FILE: Operation = Operation::of_account("fileDeclaration")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[(
        409,
        "The round is not open to this facility, the facility already has a declaration in the round, or the account \
         has no facility code yet.",
    )]);
const LIST: Operation = Operation::of_account("listDeclarations");
const READ: Operation = Operation::of_account("getDeclaration");
const REVISE: Operation = Operation::of_account("reviseDeclaration")
    .charged_to(Budget::Writes)
    .refusing(&[(409, "The status of the declaration or the round does not allow a correction.")]);
const WITHDRAW: Operation = Operation::of_account("withdrawDeclaration")
    .with_key(KeyPolicy::Required)
    .charged_to(Budget::Writes)
    .refusing(&[(409, "The status of the filing does not allow a withdrawal.")]);
const LIST_REVISIONS: Operation = Operation::of_account("listDeclarationRevisions");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&FILE, &LIST, &READ, &REVISE, &WITHDRAW, &LIST_REVISIONS];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(file_declaration)
        .service(list_declarations)
        .service(read_declaration)
        .service(revise_declaration)
        .service(withdraw_declaration)
        .service(list_revisions);
}

/// The path of a declaration.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DeclarationPath {
    /// The declaration's id.
    #[param(max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    id: String,
}

/// The entity tag: the version of the declaration, and a digest of the excuse. New rules of the round can change the
/// excuse although the declaration stays the same.
fn entity_tag(examined: &Examined) -> String {
    let mut digest = Sha256::new();
    if let Some(excused) = &examined.excused {
        for part in [excused.basis.code(), &excused.reason.ja, &excused.reason.en] {
            digest.update(part);
            digest.update([0]);
        }
    }
    let digest = digest.finalize().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    format!("\"{}-{digest:016x}\"", examined.declaration.version)
}

/// File a declaration
///
/// Files a declaration (猶予届出) for the account's facility, with a reason in one of the round's categories. A round
/// accepts declarations from its first to its last day in Japan, and then late declarations if its rules allow them. A
/// facility has at most one declaration in a round, apart from withdrawn and rejected ones. Correct a declaration with
/// `PUT`. With `validate_only` the answer has the data for the confirmation screen.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = FILE.id,
    params(WriteQuery, IdempotencyKeyHeader),
    request_body = DeclarationRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = DeclarationPreview),
        (status = 201, description = "The declaration is filed.", body = DeclarationResponse),
    ),
)]
#[post("/v1/declarations")]
async fn file_declaration(
    context: Context<LoggedIn>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<DeclarationRequest>,
) -> Result<Answer<OrPreview<DeclarationResponse, DeclarationPreview>>, Problem> {
    let submission = Submission::new(&FILE, *query, key)?.fingerprinted(body.fingerprint());
    context.charge(&FILE)?;
    let draft = body.draft(DeclarationRequest::parse);
    let file = context.submit(submission, move |work| {
        let filed = declarations::file(work, draft)?;
        if query.validate_only {
            return Ok(Answer::ok(&DeclarationPreview::of(&filed, &work.queued))?.as_preview());
        }
        let location = format!("/v1/declarations/{}", filed.declaration.id);
        let created = Answer::created(location, &DeclarationResponse::of(&filed))?;
        Ok(created.with_etag(entity_tag(&filed)).or_preview())
    });
    Ok(file.await?)
}

/// List the facility's declarations
///
/// The declarations of the facility, newest first. After a succession, also those filed under the former codes.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = LIST.id,
    params(PageQuery),
    responses((status = 200, description = "A page of declarations.", body = DeclarationPage)),
)]
#[get("/v1/declarations")]
async fn list_declarations(
    context: Context<LoggedIn>,
    query: web::Query<PageQuery>,
) -> Result<Answer<DeclarationPage>, Problem> {
    let slice = query.slice_by_time()?;
    let list = context.read(move |reading| {
        let rows = match reading.actor.principal()?.account.identity.code() {
            Some(code) => stored::list(reading.conn, code, &slice)?,
            None => Vec::new(),
        };
        let key = |declaration: &Declaration| time_token(declaration.created_at, declaration.id.uuid());
        page_of(rows, slice.limit, key, |declaration| {
            let examined = declarations::examine(reading.conn, declaration, reading.now)?;
            Ok(DeclarationResponse::of(&examined))
        })
    });
    Ok(context.answer_page(&list.await?)?)
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
    let examined = find.await?;
    Ok(context.answer_if_changed(entity_tag(&examined), &DeclarationResponse::of(&examined))?)
}

/// Correct a declaration
///
/// Corrects a declaration. The former revisions can still be read. A declaration that was returned (返戻) is corrected
/// in the same way, until the `due_date` of its review, even if the round has closed.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = REVISE.id,
    params(DeclarationPath, WriteQuery, IfMatchHeader),
    request_body = DeclarationRequest,
    responses(
        (
            status = 200,
            description = "The declaration with its new revision. With `validate_only`: the declaration as it would \
                be.",
            body = DeclarationResponse,
        ),
    ),
)]
#[put("/v1/declarations/{id}")]
async fn revise_declaration(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<DeclarationRequest>,
) -> Result<Answer<DeclarationResponse>, Problem> {
    context.charge(&REVISE)?;
    let (id, draft) = (id_in_path(&path.id, DeclarationId::parse), body.draft(DeclarationRequest::parse));
    let revise = context.write(*query, move |work| {
        let now = work.now();
        let current = declarations::find(work.conn, work.actor, id?, now)?;
        based_on.check(&entity_tag(&current))?;
        let revised = declarations::revise(work, current.declaration, draft)?;
        let body = DeclarationResponse::of(&revised).rehearsed(*query, &work.queued);
        Ok(Answer::ok(&body)?.with_etag(entity_tag(&revised)))
    });
    Ok(revise.await?)
}

/// Withdraw a declaration
///
/// Withdraws a declaration (取下げ). It can still be read. The facility may file a new one while the round accepts
/// declarations.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = WITHDRAW.id,
    params(DeclarationPath, WriteQuery, IdempotencyKeyHeader, IfMatchHeader),
    responses(
        (
            status = 200,
            description = "The withdrawn declaration. With `validate_only`: the declaration as it would be.",
            body = DeclarationResponse,
        ),
    ),
)]
#[post("/v1/declarations/{id}/withdrawal")]
async fn withdraw_declaration(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<Answer<DeclarationResponse>, Problem> {
    let submission =
        Submission::new(&WITHDRAW, *query, key)?.fingerprinted(&path.id).fingerprinted(based_on.as_str());
    context.charge(&WITHDRAW)?;
    let id = id_in_path(&path.id, DeclarationId::parse);
    let withdraw = context.submit(submission, move |work| {
        let now = work.now();
        let current = declarations::find(work.conn, work.actor, id?, now)?;
        based_on.check(&entity_tag(&current))?;
        let withdrawn = declarations::withdraw(work, current.declaration)?;
        let body = DeclarationResponse::of(&withdrawn).rehearsed(*query, &work.queued);
        Ok(Answer::ok(&body)?.with_etag(entity_tag(&withdrawn)))
    });
    Ok(withdraw.await?)
}

/// List a declaration's revisions
///
/// All revisions of a declaration, newest first, each with the facility code under which it was filed.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = LIST_REVISIONS.id,
    params(DeclarationPath, PageQuery),
    responses((status = 200, description = "A page of revisions.", body = RevisionPage)),
)]
#[get("/v1/declarations/{id}/revisions")]
async fn list_revisions(
    context: Context<LoggedIn>,
    path: web::Path<DeclarationPath>,
    query: web::Query<PageQuery>,
) -> Result<Answer<RevisionPage>, Problem> {
    let (id, slice) = (id_in_path(&path.id, DeclarationId::parse), query.slice::<i64>()?);
    let list = context.read(move |reading| {
        let found = declarations::find(reading.conn, reading.actor, id?, reading.now)?;
        let rows = stored::list_revisions(reading.conn, found.declaration.id, &slice)?;
        let key = |revision: &DeclarationRevision| revision.revision;
        page_of(rows, slice.limit, key, |revision| Ok(RevisionResponse::of(&revision)))
    });
    Ok(context.answer_page(&list.await?)?)
}

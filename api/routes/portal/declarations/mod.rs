//! `/v1/declarations`: the transitional measure is declared, corrected, withdrawn, read.

mod forms;
mod reason;

use crate::routes::tags;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::declarations::forms::{
    DeclarationPage, DeclarationPreview, DeclarationRequest, DeclarationResponse, Draft, RevisionPage,
    RevisionResponse,
};
use crate::db::engine::Conn;
use crate::db::store::filings::declarations as stored;
use crate::domain::filings::declarations::DeclarationContent;
use crate::domain::values::calendar::Instant;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::DeclarationId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::conditional::{self, IfMatch, IfMatchHeader, IfNoneMatchHeader};
use crate::http::context::{Bearer, Context};
use crate::http::filing::{Filing, IdempotencyKey, IdempotencyKeyHeader};
use crate::http::paging::{self, PageQuery, time_token};
use crate::http::problems::{Problem, ProblemDocument};
use crate::http::rehearsal::WriteQuery;
use crate::usecases::filings::declarations::{self, Examined};
use crate::usecases::filings::transitional_measures;
use crate::usecases::identity::sessions::Principal;
use crate::usecases::work::Work;

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

/// The entity tag: the version, and a digest of the excuse, whose end and words a new edition of the
/// round can change while the declaration stays as it is.
fn tag(examined: &Examined) -> String {
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
/// Declares the transitional measure (経過措置の猶予届出) for the account's facility, in one of the six
/// categories of the round. Taken from the day the round opens until its last day, Japan time
/// inclusive; afterwards only while the round takes late declarations. A facility has one live
/// declaration per round; a correction is a new revision (`PUT`). With `validate_only` it is the
/// confirmation screen.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "fileDeclaration",
    params(WriteQuery, IdempotencyKeyHeader),
    request_body = DeclarationRequest,
    responses(
        (status = 200, description = "With `validate_only`: what would be stored.", body = DeclarationPreview),
        (status = 201, description = "The declaration is filed.", body = DeclarationResponse),
        (status = 409, description = "The round is not open for this facility, or it has a live declaration.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/declarations")]
async fn file_declaration(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<DeclarationRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filing = Filing::keyed("fileDeclaration", query, key)?.about(&body.fingerprint);
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    let draft = value.parse(&mut faults);
    context
        .carry_out(filing, bearer, move |work, principal| {
            let content = all_or_faults(work, principal, &value.round, draft, faults)?;
            let examined = declarations::file(work, principal, &value.round, content)?;
            if query.validate_only {
                return Answer::ok(&DeclarationPreview::of(&examined, &work.queued));
            }
            let location = format!("/v1/declarations/{}", examined.declaration.id);
            Ok(Answer::created(location, &DeclarationResponse::of(&examined))?.tagged(tag(&examined)))
        })
        .await
}

/// The content, if nothing is blamed so far: the use case holds it against the round. Otherwise the
/// round's rules and the lists are asked here, so that the facility is told everything at once.
fn all_or_faults(
    work: &mut Work<'_>,
    principal: &Principal,
    round: &str,
    draft: Draft,
    mut faults: Faults,
) -> Result<DeclarationContent, Error> {
    if faults.is_empty() {
        return Ok(faults.finish(draft.content())?);
    }
    let now = work.now();
    let edition = transitional_measures::find(work.conn, round, now)?;
    if edition.is_none() {
        faults.add("/round", Fault::RoundUnknown);
    }
    if let (Some(edition), Some(statement)) = (edition, &draft.statement) {
        faults.extend(declarations::reason_faults(principal, &edition, statement, draft.attachments, now)?);
    }
    let (codes, attachments) = (&draft.other_facility_codes, &draft.attachment_ids);
    faults.extend(declarations::list_faults(work.conn, principal, codes, attachments)?);
    Ok(faults.finish(None)?)
}

/// List the facility's declarations
///
/// Newest first; after a succession also those filed under the former code.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "listDeclarations",
    params(PageQuery),
    responses((status = 200, description = "A page of declarations.", body = DeclarationPage)),
    security(("bearer" = [])),
)]
#[get("/v1/declarations")]
async fn list_declarations(
    context: Context,
    bearer: Bearer,
    query: web::Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slice = query.slice_by_time()?;
    let now = context.call.now;
    let (items, next_page_token) = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            let Some(code) = principal.account.identity.code() else { return Ok((Vec::new(), None)) };
            let mut rows = stored::list(conn, code, &slice)?;
            let next = paging::cut(&mut rows, slice.limit, |row| time_token(row.created_at, row.id.uuid()))?;
            let examined = rows.into_iter().map(|row| declarations::examine(conn, row, now));
            Ok((examined.collect::<Result<Vec<_>, _>>()?, next))
        })
        .await?;
    let page =
        DeclarationPage { items: items.iter().map(DeclarationResponse::of).collect(), next_page_token };
    paging::write(&request, &page, page.next_page_token.as_ref())
}

/// Read a declaration
///
/// With its status, its receipt number, and until when and why the facility is excused.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "getDeclaration",
    params(
        ("id" = String, Path, description = "The declaration's id.", max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        IfNoneMatchHeader,
    ),
    responses((status = 200, description = "The declaration.", body = DeclarationResponse)),
    security(("bearer" = [])),
)]
#[get("/v1/declarations/{id}")]
async fn read_declaration(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = context.call.now;
    let examined = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            find(conn, &principal, &id, now)
        })
        .await?;
    conditional::read(&request, tag(&examined), Answer::ok(&DeclarationResponse::of(&examined))?)
}

/// The principal's declaration; anybody else's does not exist for it.
fn find(conn: &mut Conn, principal: &Principal, id: &str, now: Instant) -> Result<Examined, Error> {
    let id = DeclarationId::parse(id).map_err(|_| Error::NotFound)?;
    let code = principal.account.identity.code().ok_or(Error::NotFound)?;
    let declaration = stored::find(conn, id, code)?.ok_or(Error::NotFound)?;
    declarations::examine(conn, declaration, now)
}

/// File a new revision
///
/// Corrects a declaration. The former revisions stay readable. A declaration that was returned
/// (返戻) is corrected the same way, until its own due date even after the round has closed.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "reviseDeclaration",
    params(
        ("id" = String, Path, description = "The declaration's id.", max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        IfMatchHeader,
    ),
    request_body = DeclarationRequest,
    responses(
        (status = 200, description = "The declaration with its new revision; with `validate_only` what it would be.", body = DeclarationResponse),
        (status = 409, description = "Its status or the round allows no revision.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[put("/v1/declarations/{id}")]
async fn revise_declaration(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    based_on: IfMatch,
    body: Json<DeclarationRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    let draft = value.parse(&mut faults);
    context
        .carry_out(Filing::unkeyed(query), bearer, move |work, principal| {
            let now = work.now();
            let current = find(work.conn, principal, &id, now)?;
            based_on.check(&tag(&current))?;
            if value.round != current.declaration.round {
                faults.add("/round", Fault::NotApplicable);
            }
            let content = all_or_faults(work, principal, &current.declaration.round, draft, faults)?;
            let examined = declarations::revise(work, principal, current.declaration, content)?;
            let body = DeclarationResponse::of(&examined).rehearsed(query, &work.queued);
            Ok(Answer::ok(&body)?.tagged(tag(&examined)))
        })
        .await
}

/// Withdraw a declaration
///
/// Takes it back (取下げ). It stays readable; the facility may file a new one while the round is open.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "withdrawDeclaration",
    params(
        ("id" = String, Path, description = "The declaration's id.", max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        IdempotencyKeyHeader,
        IfMatchHeader,
    ),
    responses(
        (status = 200, description = "The withdrawn declaration; with `validate_only` what it would be.", body = DeclarationResponse),
        (status = 409, description = "Its status allows no withdrawal.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/declarations/{id}/withdrawal")]
async fn withdraw_declaration(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    based_on: IfMatch,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filing =
        Filing::keyed("withdrawDeclaration", query, key)?.about(id.as_str()).about(based_on.as_str());
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    context
        .carry_out(filing, bearer, move |work, principal| {
            let now = work.now();
            let current = find(work.conn, principal, &id, now)?;
            based_on.check(&tag(&current))?;
            let examined = declarations::withdraw(work, principal, current.declaration)?;
            let body = DeclarationResponse::of(&examined).rehearsed(query, &work.queued);
            Ok(Answer::ok(&body)?.tagged(tag(&examined)))
        })
        .await
}

/// List a declaration's revisions
///
/// Everything that was declared, newest first, each under the code it was filed with.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = "listDeclarationRevisions",
    params(
        ("id" = String, Path, description = "The declaration's id.", max_length = 40, example = "dcl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        PageQuery,
    ),
    responses((status = 200, description = "A page of revisions.", body = RevisionPage)),
    security(("bearer" = [])),
)]
#[get("/v1/declarations/{id}/revisions")]
async fn list_revisions(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slice = query.slice::<i64>()?;
    let now = context.call.now;
    let mut rows = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            let examined = find(conn, &principal, &id, now)?;
            stored::list_revisions(conn, examined.declaration.id, &slice)
        })
        .await?;
    let next_page_token = paging::cut(&mut rows, slice.limit, |row| row.revision)?;
    let page = RevisionPage { items: rows.iter().map(RevisionResponse::of).collect(), next_page_token };
    paging::write(&request, &page, page.next_page_token.as_ref())
}

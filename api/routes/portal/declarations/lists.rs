//! The lists of declarations and of their revisions.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::DeclarationPath;
use super::views::{DeclarationPage, DeclarationResponse, RevisionPage, RevisionResponse};
use crate::db::store::filings::declarations::{self as stored, DeclarationFilter};
use crate::domain::filings::declarations::{Declaration, DeclarationRevision, DeclarationStatus};
use crate::domain::values::ids::DeclarationId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::paging::{PageQuery, page_of, time_token};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::routes::forms::receipt_numbers::receipt_number_in_query;
use crate::routes::tags;
use crate::usecases::filings::declarations;

pub(super) const LIST: Operation = Operation::of_account("listDeclarations");
pub(super) const LIST_REVISIONS: Operation = Operation::of_account("listDeclarationRevisions");

/// Which declarations a list has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeclarationQuery {
    /// Only declarations with this status.
    #[serde(default)]
    status: Option<DeclarationStatus>,
    /// Only declarations in the round with this name.
    #[serde(default)]
    #[param(max_length = 40)]
    round: Option<String>,
    /// Only the declaration with this receipt number. Hyphens may be left out.
    #[serde(default)]
    #[param(max_length = 40)]
    receipt_number: Option<String>,
}

impl DeclarationQuery {
    fn filter(self) -> Result<DeclarationFilter, Error> {
        let receipt_number = receipt_number_in_query(self.receipt_number)?;
        Ok(DeclarationFilter { status: self.status, round: self.round, receipt_number })
    }
}

/// List the facility's declarations
///
/// The declarations of the facility, newest first. After a succession, also those filed under the former codes. Each has
/// its entity tag in `etag`.
#[utoipa::path(
    tag = tags::DECLARATIONS,
    operation_id = LIST.id,
    params(DeclarationQuery, PageQuery),
    responses((status = 200, description = "A page of declarations.", body = DeclarationPage)),
)]
#[get("/v1/declarations")]
pub(super) async fn list_declarations(
    context: Context<LoggedIn>,
    query: web::Query<DeclarationQuery>,
    page: web::Query<PageQuery>,
) -> Result<Answer<DeclarationPage>, Problem> {
    let (filter, slice) = (query.into_inner().filter()?, page.slice_by_time()?);
    let list = context.read(move |reading| {
        let rows = match reading.actor.principal()?.account.identity.code() {
            Some(code) => stored::list(reading.conn, code, &filter, &slice)?,
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
pub(super) async fn list_revisions(
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

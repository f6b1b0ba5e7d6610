//! Pages for people: one per problem code, and Swagger UI, all from the binary.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, get};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::problems::{Problem, page};
use crate::error::ProblemCode;

/// Where pages and the document's files stand; nothing but reads is taken there.
pub const PATHS: [&str; 6] =
    ["/", "/docs", "/problems/", "/problems/{slug}", "/openapi.json", "/openapi.yaml"];

/// Registers the pages.
pub fn routes(config: &mut ServiceConfig) {
    config.service(start).service(docs).service(problem_index).service(problem_page).service(
        SwaggerUi::new("/docs/{_:.*}").config(
            Config::from("/openapi.json")
                .validator_url("none")
                .try_it_out_enabled(true)
                .display_operation_id(false)
                .doc_expansion("list")
                .persist_authorization(false)
                // A hundred schemas would drown the operations; they unfold on request.
                .default_models_expand_depth(0)
                .use_base_layout(),
        ),
    );
}

#[get("/")]
async fn start() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/docs/")).finish()
}

#[get("/docs")]
async fn docs() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/docs/")).finish()
}

#[get("/problems/")]
async fn problem_index() -> HttpResponse {
    html(page::index())
}

#[get("/problems/{slug}")]
async fn problem_page(slug: web::Path<String>) -> Result<HttpResponse, Problem> {
    let code = page::from_slug(&slug).ok_or(ProblemCode::NotFound)?;
    Ok(html(page::page(code)))
}

fn html(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ))
        .body(body)
}

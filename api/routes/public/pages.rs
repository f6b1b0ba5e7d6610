//! HTML pages: one for each problem code, and Swagger UI for each OpenAPI document. All of them are part of the binary.

use std::borrow::Cow;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION,
};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpResponse, get, guard};
use utoipa_swagger_ui::Config;

use crate::error::Error;
use crate::http::html::{self, Scripts};
use crate::http::problems::{Problem, page};

/// The paths of an OpenAPI document: its two files, and the Swagger UI page that shows it.
pub struct DocumentPaths {
    /// The document in JSON.
    pub json: &'static str,
    /// The document in YAML.
    pub yaml: &'static str,
    /// The Swagger UI page, without the final slash.
    page: &'static str,
    /// The pattern of the page's files.
    files: &'static str,
}

/// The paths of the document for front ends and vendor systems.
pub const PUBLIC: DocumentPaths =
    DocumentPaths { json: "/openapi.json", yaml: "/openapi.yaml", page: "/docs", files: "/docs/{file:.*}" };

/// The paths of the document for the operator's staff.
pub const STAFF: DocumentPaths = DocumentPaths {
    json: "/openapi-staff.json",
    yaml: "/openapi-staff.yaml",
    page: "/docs/staff",
    files: "/docs/staff/{file:.*}",
};

/// All paths of pages and of the documents' files. They accept only GET and HEAD.
pub const PATHS: [&str; 12] = [
    "/",
    "/.well-known/security.txt",
    "/problems/",
    "/problems/{slug}",
    PUBLIC.page,
    PUBLIC.files,
    PUBLIC.json,
    PUBLIC.yaml,
    STAFF.page,
    STAFF.files,
    STAFF.json,
    STAFF.yaml,
];
/// What Swagger UI may load: the files beside it, images in its style sheet, and the document and the operations of this
/// service. None of its scripts and styles stands in the page itself.
const SWAGGER_UI_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The header of pages. Pages change only with a new version of the service.
const PAGE_CACHE: (HeaderName, HeaderValue) =
    (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));

/// Registers the pages.
pub fn routes(config: &mut ServiceConfig) {
    config.service(start).service(problem_index).service(problem_page);
    // The first match counts. `/docs/{file:.*}` also matches the paths of the staff's page, so it comes last.
    for document in [STAFF, PUBLIC] {
        swagger_ui(config, &document);
    }
}

fn swagger_ui(config: &mut ServiceConfig, document: &DocumentPaths) {
    let settings = Config::from(document.json)
        .validator_url("none")
        .try_it_out_enabled(true)
        .display_operation_id(false)
        .doc_expansion("list")
        .persist_authorization(false)
        // The list of about a hundred schemas is collapsed, so that the operations are easy to find.
        .default_models_expand_depth(0)
        .use_base_layout();
    let files = web::resource(document.files).guard(guard::Get());
    config.service(files.app_data(web::Data::new(settings)).to(swagger_file));
    let page = format!("{}/", document.page);
    config.service(web::resource(document.page).guard(guard::Get()).to(move || {
        let page = HttpResponse::Found().insert_header((LOCATION, page.as_str())).finish();
        async move { page }
    }));
}

/// A file of Swagger UI. The service in `utoipa_swagger_ui` is not used, because it copies the file for every answer: a
/// client that requests many files and does not read them could fill the memory.
async fn swagger_file(
    file: web::Path<String>,
    config: web::Data<Config<'static>>,
) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, config.into_inner());
    let found = found.map_err(|error| Error::internal(error.to_string()))?.ok_or(Error::NotFound)?;
    let mut response = HttpResponse::Ok();
    response.insert_header(PAGE_CACHE).insert_header((CONTENT_SECURITY_POLICY, SWAGGER_UI_POLICY));
    if found.gzpipped {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    // The types of texts lack the charset.
    let media_type = match found.content_type {
        text if text.starts_with("text/") && !text.contains(';') => text + "; charset=utf-8",
        other => other,
    };
    Ok(response.content_type(media_type).body(match found.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }))
}

#[get("/")]
async fn start() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/docs/")).finish()
}

#[get("/problems/")]
async fn problem_index() -> Result<HttpResponse, Problem> {
    Ok(cached(page::index()?))
}

#[get("/problems/{slug}")]
async fn problem_page(slug: web::Path<String>) -> Result<HttpResponse, Problem> {
    let code = page::from_slug(&slug).ok_or(Error::NotFound)?;
    Ok(cached(page::page(code)?))
}

/// A page that changes only with a new version of the service.
fn cached(html: String) -> HttpResponse {
    let mut page = html::page(html, Scripts::None);
    let (name, value) = PAGE_CACHE;
    page.headers_mut().insert(name, value);
    page
}

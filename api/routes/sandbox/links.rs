//! The page that a mailed link opens in the sandbox.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

const LINK_PAGE: &str = include_str!("link.html");
const LINK_SCRIPT: &str = include_str!("link.js");

/// Registers the routes of the page and of its script. They are in no document. The script comes first: its path
/// would match the page's, too.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| config.service(link_script).service(link_page));
}

/// The page that a mailed link opens in the sandbox. It shows the token of the fragment, which never
/// reached the server, and the next call to make; it sends nothing by itself.
#[get("/sandbox/links/{flow:registration|password-reset|email-change}")]
async fn link_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"))
        .body(LINK_PAGE)
}

#[get("/sandbox/links/link.js")]
async fn link_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(LINK_SCRIPT)
}

//! The page that a mailed link opens in the sandbox.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpResponse, get};

const LINK_PAGE: &str = include_str!("link.html");
const LINK_SCRIPT: &str = include_str!("link.js");

/// The page that a mailed link opens in the sandbox. Its script shows the token in the URL's fragment, which the
/// browser does not send to the server, and the next request. The page sends nothing itself.
#[get("/sandbox/links/{flow:registration|password-reset|email-change}")]
pub(super) async fn link_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ))
        .body(LINK_PAGE)
}

#[get("/sandbox/links/link.js")]
pub(super) async fn link_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(LINK_SCRIPT)
}

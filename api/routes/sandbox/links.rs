//! The page that a mailed link opens in the sandbox.

use actix_web::{HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::html::{self, Scripts};

const LINK_PAGE: &str = include_str!("link.html");
const LINK_SCRIPT: &str = include_str!("link.js");

/// Registers the routes of the page and of its script. They are in no document. The script comes first, because its
/// path matches the path of the page, too.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.map(|config| config.service(link_script).service(link_page));
}

/// The page that a mailed link opens in the sandbox. Its script shows the token in the URL's fragment, which the
/// browser does not send to the server, and the next request. The page sends nothing itself.
#[get("/sandbox/links/{flow:registration|password-reset|email-change}")]
async fn link_page() -> HttpResponse {
    html::page(LINK_PAGE.to_owned(), Scripts::OwnFiles)
}

#[get("/sandbox/links/link.js")]
async fn link_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(LINK_SCRIPT)
}

//! HTML pages of the service, with a content security policy that allows nothing but what the page contains.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The scripts that a page may load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// None.
    None,
    /// Files of the service. A script in the page itself does not run.
    OwnFiles,
}

/// A page. Its style sheet is in its only `style` element, and only this style sheet applies.
#[must_use]
pub fn page(html: String, scripts: Scripts) -> HttpResponse {
    let mut page = HttpResponse::Ok();
    page.content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, policy(&html, scripts)));
    page.body(html)
}

fn policy(html: &str, scripts: Scripts) -> String {
    let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let style = style.map_or_else(String::new, |(style, _)| {
        format!(" style-src 'sha256-{}';", STANDARD.encode(Sha256::digest(style.as_bytes())))
    });
    let scripts = match scripts {
        Scripts::None => "",
        Scripts::OwnFiles => " script-src 'self';",
    };
    format!("default-src 'none';{scripts}{style} base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_has_the_digest_of_the_style_sheet_and_no_more_than_the_page_needs() {
        // The digest is from `printf 'p{}' | openssl dgst -sha256 -binary | base64`.
        assert_eq!(
            policy("<style>p{}</style><p>", Scripts::None),
            "default-src 'none'; style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        assert_eq!(
            policy("<p>", Scripts::OwnFiles),
            "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
    }
}

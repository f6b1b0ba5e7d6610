//! `/.well-known/security.txt` (RFC 9116): where to report a security problem of the service.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get};
use chrono::{DurationRound as _, SecondsFormat, TimeDelta};

use crate::clock::Clock;
use crate::domain::values::calendar::Instant;
use crate::error::Error;
use crate::http::context::Context;
use crate::http::problems::Problem;

/// The path, which RFC 9116 prescribes.
const PATH: &str = "/.well-known/security.txt";
/// How long the file is valid. RFC 9116 recommends less than a year.
const LIFETIME: TimeDelta = TimeDelta::days(180);

/// The contacts of the settings. Without contacts there is no such file. It expires by the machine's clock also in a sandbox:
/// its reader lives in the present.
#[get("/.well-known/security.txt")]
pub async fn security_txt(context: Context) -> Result<HttpResponse, Problem> {
    let settings = &context.state.settings;
    if settings.security_contacts.is_empty() {
        return Err(Error::NotFound.into());
    }
    let file = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(text(&settings.security_contacts, &settings.public_url, Clock::of_machine().now()));
    Ok(file)
}

fn text(contacts: &[String], public_url: &str, now: Instant) -> String {
    let contacts: String = contacts.iter().map(|contact| ["Contact: ", contact, "\n"].concat()).collect();
    let expires = now + LIFETIME;
    // The text changes once a day, so that all replicas serve the same one.
    let expires = expires.duration_trunc(TimeDelta::days(1)).unwrap_or(expires);
    let expires = expires.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("{contacts}Expires: {expires}\nPreferred-Languages: ja, en\nCanonical: {public_url}{PATH}\n")
}

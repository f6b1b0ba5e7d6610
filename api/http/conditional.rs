//! Entity tags and conditional requests (RFC 9110, section 13). With `If-None-Match`, a client does not receive again
//! what it already has. With `If-Match`, a client cannot overwrite a version that it has not seen.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use utoipa::IntoParams;

use super::answer::Answer;
use super::context::Context;
use super::fields;
use super::problems::Problem;
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::http::problems::refusals::RequestRefusal;

/// The maximum length of `If-Match` and `If-None-Match`, in bytes. A caller knows only a few versions.
const MAX_LENGTH: usize = 200;

/// The strong entity tag of a version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The header that a change requires.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct IfMatchHeader {
    /// The `ETag` of the representation that the change is based on.
    #[param(
        rename = "If-Match",
        max_length = 200,
        pattern = "^(\\*|(W/)?\"[!#-+\\--~]*\"(, *(W/)?\"[!#-+\\--~]*\")*)$",
        example = "\"1\""
    )]
    if_match: String,
}

/// The header of a read that is answered only if the resource has changed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header in the document")]
pub struct IfNoneMatchHeader {
    /// The `ETag` of the representation that you have. The answer is 304 if it is still the current one.
    // There is no example, because Swagger UI would send it and get an empty 304.
    #[param(rename = "If-None-Match", required = false, max_length = 200)]
    if_none_match: String,
}

/// The entity tags that a change is based on.
pub struct IfMatch(String);

impl IfMatch {
    /// Compares the tags with the resource's current tag.
    ///
    /// # Errors
    /// [`RequestRefusal::PreconditionFailed`] if none of the tags is the current one.
    pub fn check(&self, current: &str) -> Result<(), Error> {
        if matches(&self.0, current) { Ok(()) } else { Err(RequestRefusal::PreconditionFailed.into()) }
    }

    /// The tags, for the request's fingerprint.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = fields::list(request.headers(), IF_MATCH).unwrap_or_default();
        ready(match value.trim() {
            "" => Err(RequestRefusal::PreconditionRequired.into()),
            value if is_tag_list(value) => Ok(Self(value.to_owned())),
            _ => Err(Error::header("If-Match", Fault::EntityTagForm).into()),
        })
    }
}

impl<C> Context<C> {
    /// Answers a read with the body and its entity tag, or with 304 if the caller has this representation.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] for an `If-None-Match` that is too long.
    pub fn answer_if_changed<B: Serialize>(&self, etag: String, body: &B) -> Result<Answer<B>, Error> {
        let known = fields::list(self.request().headers(), IF_NONE_MATCH).unwrap_or_default();
        if known.len() > MAX_LENGTH {
            return Err(Error::header("If-None-Match", Fault::EntityTagForm));
        }
        if matches(&known, &etag) {
            return Ok(Answer::not_modified(etag));
        }
        Ok(Answer::ok(body)?.with_etag(etag))
    }
}

/// Whether a header is `*` or a list of entity tags (RFC 9110, 8.8.3), and is not too long. Tags with a comma are not
/// recognised; the service issues none.
fn is_tag_list(value: &str) -> bool {
    let is_tag = |tag: &str| {
        let tag = tag.trim();
        // Empty elements are ignored (RFC 9110, 5.6.1).
        if tag.is_empty() {
            return true;
        }
        let opaque =
            tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
        opaque.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
    };
    let has_tag = value.contains('"');
    value.len() <= MAX_LENGTH && (value == "*" || (has_tag && value.split(',').all(is_tag)))
}

/// Whether a list of tags is `*` or contains the current tag, also as a weak one. A proxy that compresses an answer makes
/// our tag weak (`W/"3"`), so a caller behind it knows no other form. RFC 9110, 13.1.1, wants a strong comparison for
/// `If-Match`, because weak tags of other services may stand for several representations. Ours stands for one version.
fn matches(list: &str, current: &str) -> bool {
    let is_current = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag) == current;
    list.trim() == "*" || list.split(',').any(|tag| is_current(tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_current_version_matches_also_as_a_weak_tag() {
        let current = etag(3);
        for (list, expected) in [
            ("\"3\"", true),
            ("*", true),
            ("\"2\", \"3\"", true),
            ("\"2\"", false),
            ("W/\"3\"", true),
            ("\"2\",W/\"3\"", true),
            ("W/\"2\"", false),
            ("w/\"3\"", false),
            ("", false),
            ("3", false),
        ] {
            assert_eq!(matches(list, &current), expected, "{list}");
        }
    }

    #[test]
    fn a_malformed_list_of_tags_is_detected() {
        for value in ["*", "\"\"", "\"1\"", "W/\"1\"", "\"1\", W/\"2\"", ", ,\"1\"", "\"1\","] {
            assert!(is_tag_list(value), "{value}");
        }
        let long = format!("\"{}\"", "1".repeat(MAX_LENGTH));
        for value in ["1", "\"1", "\"", "\"1\"2\"", ",", "*,\"1\"", "**", &long] {
            assert!(!is_tag_list(value), "{value}");
        }
    }
}

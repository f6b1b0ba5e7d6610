//! Writes a mail from its template, once as plain text and once as HTML.
//!
//! `templates/` has one template for each mail. What it does not say itself it takes from `layout.mail`
//! and `markup.mail`, which stand in `templates/text` and in `templates/html`: the two derives of a mail
//! look in different folders, and so one template cannot say different things in its two forms.

use askama::Template;

use super::message::Composed;
use crate::error::Error;

pub(super) mod escaping;
pub(super) mod filters;
pub(super) mod lines;

/// Characters of a subject at most.
pub(super) const SUBJECT_LIMIT: usize = 60;

/// The mail of its two templates; the plain text begins with the subject and an empty line.
pub(super) fn composed(text: &impl Template, html: &impl Template) -> Result<Composed, Error> {
    let text = text.render().map_err(Error::internal)?;
    let (subject, body) =
        text.split_once("\n\n").ok_or_else(|| Error::internal("a mail without a subject"))?;
    Ok(Composed {
        subject: subject.chars().take(SUBJECT_LIMIT).collect(),
        text: lines::fitted(body),
        html: html.render().map_err(Error::internal)?,
    })
}

//! Writes a mail from its template, once as plain text and once as HTML.
//!
//! `templates/` has one template for each mail. It uses `layout.mail` and `markup.mail`, which exist in
//! `templates/text` and in `templates/html`. The text and the HTML of a mail are rendered from the same template with
//! different folders, so their wording cannot differ.

use askama::Template;

use super::message::Composed;
use crate::error::Error;

pub(super) mod escaping;
pub(super) mod filters;
pub(super) mod lines;

/// The maximum number of characters of a subject.
pub(super) const SUBJECT_LIMIT: usize = 60;

/// Renders a mail as text and as HTML. The text begins with the subject and an empty line.
///
/// # Errors
/// An internal error if a template cannot be rendered or has no subject.
pub(super) fn compose(text: &impl Template, html: &impl Template) -> Result<Composed, Error> {
    let text = text.render().map_err(Error::internal)?;
    let (subject, body) =
        text.split_once("\n\n").ok_or_else(|| Error::internal("a mail without a subject"))?;
    Ok(Composed {
        subject: subject.chars().take(SUBJECT_LIMIT).collect(),
        text: lines::fit_lines(body),
        html: html.render().map_err(Error::internal)?,
    })
}

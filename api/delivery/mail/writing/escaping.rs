//! Escapes values for a mail: a value stays on one line and, in HTML, is text.
//!
//! The template engine calls the escapers for every value, so no template can forget to escape. A value cannot add a
//! header, a line or a tag.

use std::fmt;

use askama::filters::{self, Escaper};

use super::lines::one_line;

/// For plain text.
#[derive(Clone, Copy)]
pub(in crate::delivery::mail) struct PlainText;

/// For HTML: the engine's own escaping.
#[derive(Clone, Copy)]
pub(in crate::delivery::mail) struct Html;

impl Escaper for PlainText {
    fn write_escaped_str<W: fmt::Write>(&self, mut to: W, text: &str) -> fmt::Result {
        to.write_str(&one_line(text))
    }
}

impl Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, to: W, text: &str) -> fmt::Result {
        filters::Html.write_escaped_str(to, &one_line(text))
    }
}

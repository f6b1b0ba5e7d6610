//! How values stand in a mail: on one line, and in HTML as text.
//!
//! The template engine calls these for every value, so that no template can forget it. A name cannot add
//! a header, a line or a tag.

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

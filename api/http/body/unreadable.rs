//! Why reading ended before the end of the tree.

use std::fmt;

use serde::de;

/// A type refused the value it was given and nothing can stand in for it. What it said of the value is not
/// kept: it may repeat the value.
#[derive(Debug)]
pub(super) struct Unreadable {
    noted: bool,
}

impl Unreadable {
    /// Has the place noted, unless a place further inside was.
    pub(super) fn noted_by(self, note: impl FnOnce()) -> Self {
        if !self.noted {
            note();
        }
        Self { noted: true }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type refused the value at its place")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self { noted: false }
    }
}

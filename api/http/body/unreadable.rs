//! The error that stops the reading of a tree.

use std::fmt;

use serde::de;

/// A type refused its value, and no other value can be given to it. The type's message is dropped, because it may
/// repeat the value.
#[derive(Debug)]
pub(super) struct Unreadable {
    noted: bool,
}

impl Unreadable {
    /// Calls `note`, unless the fault of a place further inside was noted before.
    pub(super) fn noted_by(self, note: impl FnOnce()) -> Self {
        if !self.noted {
            note();
        }
        Self { noted: true }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a type refused its value")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self { noted: false }
    }
}

//! The portal in whose name mails are written, and a composed mail.

use std::fmt;

/// The portal as its mails present it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// Its name, by default 医療機関等向けポータルサイト.
    pub name: String,
    /// Its address on the web.
    pub url: String,
}

/// A mail that is ready to be sent. The subject (件名) is always one line without control characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Composed {
    /// The subject.
    pub subject: String,
    /// The body, plain text, lines ended by `\n`.
    pub text: String,
    /// The same content as an HTML document.
    pub html: String,
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composed").field("subject", &self.subject).finish_non_exhaustive()
    }
}

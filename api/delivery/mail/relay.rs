//! The mail server that takes our mails, and in whose name they are sent.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::values::email::EmailAddress;

/// When TLS begins. Nothing is ever sent without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// With the first byte (`smtps`, RFC 8314).
    Implicit,
    /// With STARTTLS (RFC 3207); a server that does not offer it gets nothing.
    StartTls,
}

/// What the server knows us by.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// In whose name mails are sent.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The name that readers see.
    pub name: String,
    /// The address.
    pub address: EmailAddress,
}

/// The mail server and how it is spoken to.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// What we call ourselves in the greeting.
    pub our_name: String,
    /// Its port.
    pub port: u16,
    /// When TLS begins.
    pub security: Security,
    /// What it knows us by, if it asks.
    pub login: Option<Login>,
    /// A file with the login's password, in the place of the one above.
    pub password_file: Option<PathBuf>,
    /// A file of certificates (PEM) that are trusted beside the machine's own.
    pub trusted: Option<PathBuf>,
    /// How long it may take to get ready for a mail, and then to want its content.
    pub ready_timeout: Duration,
    /// How long it may take to answer to the content.
    pub dot_timeout: Duration,
    /// The sender.
    pub from: Sender,
    /// Where replies go, if anywhere.
    pub reply_to: Option<EmailAddress>,
}

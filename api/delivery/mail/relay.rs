//! The settings of the relay, the mail server that delivers the service's mails, and of the mails' sender.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::values::email::EmailAddress;

/// When TLS begins. No mail and no password is sent without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// At the first byte (`smtps`, RFC 8314).
    Implicit,
    /// After STARTTLS (RFC 3207). A server that does not offer STARTTLS gets no mails.
    StartTls,
}

/// The service's user name and password at the mail server.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// The sender of the mails.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The name that readers see.
    pub name: String,
    /// The address.
    pub address: EmailAddress,
}

/// The mail server and how the service uses it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its host name, which its certificate must contain.
    pub host: String,
    /// The service's own host name in the greeting (EHLO).
    pub our_name: String,
    /// Its port.
    pub port: u16,
    /// When TLS begins.
    pub security: Security,
    /// The login, if the server requires one.
    pub login: Option<Login>,
    /// A file with the login's password, which replaces the password in `login`.
    pub password_file: Option<PathBuf>,
    /// A file of certificates (PEM) that are trusted in addition to the machine's own.
    pub trusted: Option<PathBuf>,
    /// The time limit of each of two steps: from the connection until the server has accepted the sender, and from
    /// there until it asks for the content.
    pub envelope_timeout: Duration,
    /// How long the server may take to accept a mail's content.
    pub content_timeout: Duration,
    /// The sender.
    pub from: Sender,
    /// Where replies go, if anywhere.
    pub reply_to: Option<EmailAddress>,
}

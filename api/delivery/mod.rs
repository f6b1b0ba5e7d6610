//! What the service sends to the outside: mails.

pub mod mail;

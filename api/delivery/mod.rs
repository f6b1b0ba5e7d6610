//! What leaves the service: mails.

pub mod mail;

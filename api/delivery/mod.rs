//! What the service sends by itself: mails.

pub mod mail;

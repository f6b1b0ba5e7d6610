//! Mails: the outbox, and the mails of an account with their states.

pub mod history;
pub mod outbox;

//! Mails: the outbox, and the history of the mails to an account.

pub mod history;
pub mod outbox;

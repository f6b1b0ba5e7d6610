//! Mails: the outbox they wait in, and what became of each, as its account sees it.

pub mod history;
pub mod outbox;

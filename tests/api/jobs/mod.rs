//! What happens after the answer.

mod mails;
mod runner;

//! Jobs, which run after the answer to a request.

mod mails;
mod runner;

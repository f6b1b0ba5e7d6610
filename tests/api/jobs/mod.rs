//! Background jobs: the delivery of mails, and the answers to requests for mailed links.

mod housekeeping;
mod link_requests;
mod mails;
mod runner;

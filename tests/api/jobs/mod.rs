//! Background jobs, such as the delivery of mails.

mod mails;
mod runner;

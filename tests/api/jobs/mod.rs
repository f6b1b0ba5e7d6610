//! Background jobs, such as the delivery of mails.

mod housekeeping;
mod mails;
mod runner;

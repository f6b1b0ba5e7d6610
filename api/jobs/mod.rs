//! Work in the background, which no request waits for.
//!
//! [`queue`] stores jobs in the database, [`runner`] runs jobs of any kind, [`schedule`] repeats tasks. [`mails`] is the
//! only kind of job. `boot` connects them.

pub mod mails;
pub mod queue;
pub mod runner;
pub mod schedule;
pub mod stop;

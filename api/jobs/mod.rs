//! Background work, for which no request waits.
//!
//! [`queue`] is a queue of jobs in the database, [`runner`] runs jobs of any kind, and [`schedule`] repeats tasks.
//! The kinds of jobs are [`mails`], [`link_requests`] and
//! [`scans`]. `boot::background` starts all of them.

pub mod link_requests;
pub mod mails;
pub mod queue;
pub mod runner;
pub mod scans;
pub mod schedule;
pub mod stop;

//! Work that no request waits for.
//!
//! [`queue`] is how jobs are kept in the database, [`runner`] carries jobs of any kind out, [`schedule`]
//! repeats what has to be done from time to time. [`mails`] is the one kind of job there is. `boot` puts
//! them together.

pub mod mails;
pub mod queue;
pub mod runner;
pub mod schedule;
pub mod stop;

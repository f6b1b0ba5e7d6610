//! Use cases of the sandbox, an installation for tests with invented data.

pub mod clock;
pub mod messages;

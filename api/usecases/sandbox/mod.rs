//! What only a sandbox does.

pub mod clock;
pub mod messages;

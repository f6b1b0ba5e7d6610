//! What only a sandbox keeps.

pub mod clock;
pub mod messages;

//! Data that only a sandbox stores.

pub mod clock;
pub mod messages;

//! What facilities file.

pub mod declarations;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

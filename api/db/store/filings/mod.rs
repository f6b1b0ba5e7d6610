//! What facilities file, and what goes with it.

pub mod declarations;
pub mod postal_items;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

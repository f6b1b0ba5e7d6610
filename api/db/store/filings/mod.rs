//! Filings of facilities, their uploads and their letters.

pub mod declarations;
pub mod postal_items;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

//! What facilities file: declarations by the rules of a transitional measure, successions, uploads.

pub mod declarations;
pub mod refusals;
pub mod reviews;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

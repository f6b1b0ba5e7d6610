//! Filings of facilities: declarations of the transitional measure, successions, and uploaded attachments.

pub mod declarations;
pub mod refusals;
pub mod reviews;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

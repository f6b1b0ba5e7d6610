//! Filings of facilities: declarations, successions and the attachments of declarations.

pub mod declarations;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

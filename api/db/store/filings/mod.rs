//! The filings, the rounds of the transitional measure, the uploads and their scans, and the letters to be posted.

pub mod declarations;
pub mod postal_items;
pub mod scans;
pub mod successions;
pub mod transitional_measures;
pub mod uploads;

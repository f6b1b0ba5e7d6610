//! Values and rules. Nothing here does I/O or reads a clock; functions get the present time as an argument.

pub mod accounts;
pub mod audit;
pub mod facilities;
pub mod filings;
pub mod founders;
pub mod identity;
pub mod mails;
pub mod support;
pub mod values;

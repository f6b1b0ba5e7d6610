//! Values and decisions without input or output, waiting or a clock. The present time is an argument.

pub mod accounts;
pub mod audit;
pub mod facilities;
pub mod filings;
pub mod identity;
pub mod mails;
pub mod support;
pub mod values;

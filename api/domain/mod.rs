//! Pure values and decisions: no input or output, no waiting, no clock (now is an argument).

pub mod accounts;
pub mod audit;
pub mod facilities;
pub mod filings;
pub mod identity;
pub mod mails;
pub mod support;
pub mod values;

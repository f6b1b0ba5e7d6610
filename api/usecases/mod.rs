//! The use cases. Each is one transaction: it loads data, lets `domain` decide, stores the result and queues
//! mails.

pub mod accounts;
pub mod actor;
pub mod facilities;
pub mod filings;
pub mod housekeeping;
pub mod identity;
pub mod sandbox;
pub mod work;

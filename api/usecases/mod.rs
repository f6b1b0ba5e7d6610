//! The use cases. Each runs in one transaction: it loads data, decides by the rules of `domain`, stores the result and
//! queues mails.

pub mod accounts;
pub mod actor;
pub mod facilities;
pub mod filings;
pub mod housekeeping;
pub mod identity;
pub mod sandbox;
pub mod work;

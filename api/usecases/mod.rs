//! What the service does: one transaction each, load, decide (in `domain`), store, queue the mails.

pub mod accounts;
pub mod actor;
pub mod facilities;
pub mod filings;
pub mod housekeeping;
pub mod identity;
pub mod sandbox;
pub mod work;

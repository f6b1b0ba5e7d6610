//! The statements, one function each, grouped by the areas of the use cases.

pub mod accounts;
pub mod audit;
pub mod diagnosis;
pub mod facilities;
pub mod filings;
pub mod health;
pub mod idempotency_keys;
pub mod identity;
pub mod mails;
pub mod sandbox;
#[cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "what the table macro of diesel wants"))]
pub(in crate::db) mod schema;

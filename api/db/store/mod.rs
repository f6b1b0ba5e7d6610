//! The statements, one function each, grouped by the areas of the use cases.
//!
//! A function is named by what it does to rows: `find` reads one row, `list` reads several, `exists` says
//! whether there is one, `count` counts them; `insert` adds one, `upsert` adds or replaces one, `update`
//! changes rows and `delete` removes them. The rest of the name tells similar functions apart:
//! `find_by_email`, `update_ended`. Only the outbox has other verbs, for its leases.

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

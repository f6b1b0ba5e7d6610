//! The functions that read and change the tables, grouped by area.
//!
//! The name of a function begins with a verb: `find` reads one row, `list` reads several rows, `exists` tests whether
//! there is a row, `count` counts rows, `insert` adds a row, `upsert` adds or replaces a row, `update` changes rows and
//! `delete` removes rows. The rest of the name distinguishes similar functions, such as `find_by_email`. The queues (the
//! outbox, `link_requests` and `scans`) have further verbs for their leases; `diagnosis` and `health` have no tables of
//! their own and follow no rule.

pub mod accounts;
pub mod audit;
pub mod diagnosis;
pub mod facilities;
pub mod filings;
pub mod health;
pub mod idempotency_keys;
pub mod identity;
mod leases;
pub mod mails;
pub mod sandbox;
#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "diesel's `table!` imports the SQL types with a wildcard")
)]
pub(in crate::db) mod schema;

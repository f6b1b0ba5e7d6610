//! Tests of the whole service. Most start a service with its own database and send it HTTP requests.
//!
//! Most tests run on both databases. The end of a test's name says on which database it ran:
//!
//! ```sh
//! cargo test --test api                                        # everything
//! cargo test --test api on_postgres                            # everything on PostgreSQL
//! cargo test --test api sessions                               # tests with `sessions` in their path
//! cargo test --test api the_clock_moves_forward_only           # one test, on both databases
//! cargo test --test api the_clock_moves_forward_only::on_sqlite
//! ```
//!
//! The first test on PostgreSQL starts a server that ends with the run. No setup is needed.

#![cfg(test)]

// Provides the attribute `apply`, which applies the macros of `support::engine` to tests.
#[macro_use]
extern crate macro_rules_attribute;
#[macro_use]
mod support;

mod db;
mod http;
mod jobs;
mod ops;
mod portal;
mod public;
mod sandbox;

//! Tests of the whole service: each starts a service with a database of its own and sends it HTTP requests.
//!
//! Most tests run on both databases. The name of a test shows which one it ran on:
//!
//! ```sh
//! cargo test --test api                                        # everything
//! cargo test --test api on_postgres                            # everything on PostgreSQL
//! cargo test --test api sessions                               # what has sessions in its path
//! cargo test --test api the_clock_moves_forward_only           # one test, on both databases
//! cargo test --test api the_clock_moves_forward_only::on_sqlite
//! ```
//!
//! The first test on PostgreSQL starts a server that ends with the run; nothing has to be set up.

#![cfg(test)]

// `apply` makes attributes of the macros in `support` that name a test's databases.
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

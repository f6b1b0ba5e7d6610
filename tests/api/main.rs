//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.
//!
//! Most tests run on both databases, and each is reported by name:
//!
//! ```sh
//! cargo test --test api                                        # everything
//! cargo test --test api on_postgres                            # everything on PostgreSQL
//! cargo test --test api sessions                               # what has to do with sessions
//! cargo test --test api the_clock_moves_forward_only           # one test, on both databases
//! cargo test --test api the_clock_moves_forward_only::on_sqlite
//! ```
//!
//! The first test on PostgreSQL starts a server that ends with the run; nothing has to be set up.

#![cfg(test)]

// The attributes that name a test's databases are macros of ours; `apply` takes them as attributes.
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

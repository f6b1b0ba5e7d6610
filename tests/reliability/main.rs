//! The service under failures: it is killed, cut off from its database, out of disk space, or restarted under load.
//! Every test runs the real binary as a separate process. docs/reliability.md says what each test proves, how
//! the long runs are started, and what they found.

#![cfg(test)]

mod balancer;
mod cleanup;
mod cluster;
mod crashes;
mod crowd;
mod disk_full;
mod environment;
mod failover;
mod ledger;
mod moves;
mod pgbouncer;
#[path = "../api/support/postgres.rs"]
mod postgres;
#[path = "../api/support/prerequisites.rs"]
mod prerequisites;
mod process;
mod rolling;
mod server_folder;
mod service;
mod small_disk;

//! The service under failures: killed, cut off from its database, out of disk space, restarted under load.
//! Every test runs the real binary in processes of its own. docs/reliability.md says what each proves,
//! how the long runs are started, and what they found.

#![cfg(test)]

mod balancer;
mod cluster;
mod crashes;
mod crowd;
mod disk_full;
mod failover;
mod knobs;
mod ledger;
mod moves;
mod pgbouncer;
#[path = "../api/support/postgres.rs"]
mod postgres;
mod process;
#[path = "../api/support/prerequisites.rs"]
mod required;
mod rolling;
mod scarce_disk;
mod service;
mod tidiness;
mod workplace;

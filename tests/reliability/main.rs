//! The service under blows: killed, cut off from its database, out of disk, restarted under load.
//! Every test runs the real binary in processes of its own. docs/reliability.md says what each proves,
//! how long ones are started, and what was seen.

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
#[path = "../api/support/required.rs"]
mod required;
mod rolling;
mod scarce_disk;
mod service;
mod tidiness;
mod workplace;

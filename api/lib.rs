//! todokede (届出): registration and filing for Japan's portal of medical institutions.
//!
//! A request enters by `server`, is read in `routes`, decided in `domain` within a transaction of
//! `usecases`, kept by `db`. `worker` does what no request waits for. `docs/architecture.md` draws the map.

// They panic where nobody reads: `commands` has a way that does not.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod backup;
pub mod boot;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod descriptors;
pub mod disk;
pub mod doctor;
pub mod domain;
pub mod error;
pub mod facility_list;
pub mod files;
pub mod mail;
pub mod metrics;
pub mod readiness;
pub mod routes;
pub mod security;
pub mod server;
pub mod signals;
pub mod state;
pub mod telemetry;
pub mod traffic;
pub mod usecases;
pub mod worker;

//! todokede (届出): registration and filing for Japan's portal of medical institutions.
//!
//! A request enters by [`http`], which knows no resource, and is handled in [`routes`]. A use case
//! ([`usecases`]) is one transaction: it loads by [`db`], decides by [`domain`], stores, and queues
//! [`jobs`]. [`delivery`] is what leaves the service, [`ops`] what looks after it while it runs.
//! `docs/architecture.md` has the rules between the modules.

// `print!` and `eprint!` panic on a closed pipe; `commands` writes without panicking.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod blocking;
pub mod boot;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod delivery;
pub mod domain;
pub mod error;
pub mod files;
pub mod http;
pub mod jobs;
pub mod ops;
pub mod routes;
pub mod security;
pub mod state;
pub mod usecases;

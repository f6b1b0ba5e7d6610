//! todokede (届出): the registration and filing service of the portal for Japan's medical institutions.
//!
//! [`http`] has the HTTP code that no resource owns, and [`routes`] has the handlers of each resource. A handler calls
//! a use case ([`usecases`]), which is one transaction: it loads rows with [`db`], applies the rules of [`domain`],
//! stores rows, and queues [`jobs`]. [`delivery`] sends mails, and [`ops`] has checks, metrics and commands for
//! operators. `docs/architecture.md` lists which module may import which.

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
pub mod folders;
pub mod http;
pub mod jobs;
pub mod ops;
pub mod routes;
pub mod security;
pub mod state;
pub mod usecases;

//! Listens, and holds each connection to its limits.

mod connection;
pub mod listener;
pub mod metrics_port;

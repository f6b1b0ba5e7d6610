//! Listens on ports, and enforces the limits of connections.

mod connection;
pub mod listener;
pub mod metrics_port;

//! The server: ports, and the limits of their connections.

mod connection;
pub mod listener;
pub mod metrics_port;
mod origin_line;
mod request_line;
mod unread;

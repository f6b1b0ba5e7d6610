//! Sessions, the clients they come from, and mailed links.

pub mod known_clients;
pub mod links;
pub mod refresh_tokens;
pub mod sessions;

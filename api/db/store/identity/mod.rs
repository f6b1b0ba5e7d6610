//! Sessions, the clients they come from, and mailed links.

pub mod known_devices;
pub mod links;
pub mod refresh_tokens;
pub mod sessions;
pub mod wrong_passwords;

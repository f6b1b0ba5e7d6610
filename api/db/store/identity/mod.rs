//! Sessions, the clients they come from, mailed links, and requests for such links.

pub mod known_devices;
pub mod link_requests;
pub mod links;
pub mod refresh_tokens;
pub mod sessions;
pub mod wrong_passwords;

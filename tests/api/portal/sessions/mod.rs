//! Sessions and their access tokens.

mod access_tokens;
mod authentication;
mod cookies;
mod known_devices;
mod lifetime;
mod password_checks;
mod wrong_passwords;

//! Sessions and their access tokens.

mod access_tokens;
mod lifetime;
mod password_checks;

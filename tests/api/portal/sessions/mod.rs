//! Sessions and the access tokens that they issue.

mod access_tokens;
mod lifetime;
mod password_checks;

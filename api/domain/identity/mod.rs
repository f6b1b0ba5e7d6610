//! How the owner of an account proves their identity: passwords, sessions, mailed links.

pub mod links;
pub mod password_hash;
pub mod passwords;
pub mod refusals;
pub mod sessions;

//! How an account's owner proves to be it: passwords, sessions, mailed links.

pub mod links;
pub mod password_hash;
pub mod passwords;
pub mod refusals;
pub mod sessions;

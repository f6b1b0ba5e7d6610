//! How an account's owner proves to be it: passwords, sessions, mailed links.

pub mod links;
pub mod passwords;
pub mod refusals;
pub mod sessions;

//! Authentication: passwords, sessions and mailed links.

pub mod links;
pub mod password_hash;
pub mod passwords;
pub mod refusals;
pub mod sessions;
pub mod wrong_passwords;

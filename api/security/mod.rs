//! Password hashes, access tokens, opaque tokens, pseudonyms, signing keys, the list of breached passwords, the malware
//! scanner, and the budgets that limit callers.

pub mod access_tokens;
pub mod breached_passwords;
pub mod ed25519;
pub mod limits;
pub mod link_tokens;
pub mod opaque_token;
pub mod origins;
pub mod passwords;
pub mod pseudonyms;
pub mod scanner;
pub mod signing_keys;

//! Adapters around the crypto crates: password hashes, access tokens, opaque tokens, budgets.

pub mod access_tokens;
pub mod ed25519;
pub mod limits;
pub mod opaque_token;
pub mod passwords;
pub mod signing_keys;

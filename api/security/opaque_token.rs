//! Opaque tokens: mailed links and refresh tokens.
//!
//! A token is 256 random bits. It is shown once, and only its SHA-256 hash is stored. The hash needs no salt and no
//! work factor, because 256 random bits cannot be guessed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The number of characters of a token: 32 bytes in base64url without padding.
pub const TOKEN_CHARACTERS: usize = 43;

/// The text of a token, not its hash.
#[derive(Debug, Clone)]
pub struct OpaqueToken(SecretString);

impl OpaqueToken {
    /// The maximum number of characters that callers may send as a token.
    pub const MAX_INPUT: u64 = 200;

    /// A new token.
    #[must_use]
    pub fn generate() -> Self {
        Self::of_bytes(&rand::random::<[u8; 32]>())
    }

    /// The token with these bytes, which nobody can guess.
    #[must_use]
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token as a caller presents it. Any text is accepted: an unknown token is simply not found.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(SecretString::from(text))
    }

    /// The token's text, for the mail or the answer that carries it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// A new salt for [`Self::successor`].
    #[must_use]
    pub fn successor_salt() -> [u8; 32] {
        rand::random()
    }

    /// The token that replaces this one. It is computed from this token and a salt, so that the service can answer with it
    /// again, although it stores only its hash. Only somebody who has both this token and the salt can compute it.
    #[must_use]
    pub fn successor(&self, salt: &[u8]) -> Self {
        // The hash of this token is stored, so it must not be the input.
        Self::of_bytes(&Sha256::new_with_prefix(salt).chain_update(self.reveal()).finalize())
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.reveal().as_bytes()).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_each_has_its_own_hash() {
        let (one, other) = (OpaqueToken::generate(), OpaqueToken::generate());
        assert_eq!(one.reveal().len(), TOKEN_CHARACTERS);
        assert_ne!(one.hash(), other.hash());
        assert_eq!(OpaqueToken::presented(one.reveal()).hash(), one.hash());
        assert_ne!(OpaqueToken::presented(&one.reveal().to_lowercase()).hash(), one.hash());
    }

    #[test]
    fn a_successor_is_determined_by_both_the_token_and_the_salt() {
        let (token, salt) = (OpaqueToken::generate(), OpaqueToken::successor_salt());
        let successor = token.successor(&salt);
        assert_eq!(successor.reveal().len(), TOKEN_CHARACTERS);
        assert_eq!(token.successor(&salt).hash(), successor.hash());
        assert_ne!(token.hash(), successor.hash());
        assert_ne!(token.successor(&OpaqueToken::successor_salt()).hash(), successor.hash());
        assert_ne!(OpaqueToken::generate().successor(&salt).hash(), successor.hash());
    }

    #[test]
    fn a_change_of_any_character_changes_the_hash() {
        let token = OpaqueToken::generate();
        for place in 0..TOKEN_CHARACTERS {
            let mut altered = token.reveal().to_owned();
            altered.replace_range(place..=place, if altered.as_bytes()[place] == b'A' { "B" } else { "A" });
            assert_ne!(OpaqueToken::presented(&altered).hash(), token.hash(), "{place}");
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let token = OpaqueToken::generate();
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}

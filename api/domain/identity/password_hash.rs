//! The hash of a password, from where it is made to its column and back.

use secrecy::{ExposeSecret as _, SecretString};

/// A password's hash in the text form in which it is stored. Whoever has it can try passwords on it at
/// leisure, so it is shown to nothing but its column and the verifier.
#[derive(Debug, Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// The hash of this text form.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text form.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_that_is_printed_by_mistake_shows_nothing() {
        let hash = PasswordHash::new("$argon2id$s3cret".to_owned());
        assert!(!format!("{hash:?}").contains("s3cret"));
        assert_eq!(hash.expose(), "$argon2id$s3cret");
    }
}

//! The hash of a password, as it is stored.

use secrecy::{ExposeSecret as _, SecretString};

/// A password's hash in the text form in which it is stored. Only the database column and the verifier may get the
/// text, because anybody who has it can guess passwords offline.
#[derive(Debug, Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// The hash with this text form.
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
    fn debug_output_hides_the_hash() {
        let hash = PasswordHash::new("$argon2id$s3cret".to_owned());
        assert!(!format!("{hash:?}").contains("s3cret"));
        assert_eq!(hash.expose(), "$argon2id$s3cret");
    }
}

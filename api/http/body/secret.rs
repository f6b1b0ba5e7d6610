//! Texts of a request that no log and no error may repeat: passwords and tokens.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use validator::ValidateLength;

/// A password or a token as it was sent. Its memory is wiped when it is dropped.
#[derive(Debug, Clone, Default)]
pub struct SecretText(SecretString);

impl SecretText {
    /// The text itself, to be checked or hashed and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<SecretText> for SecretString {
    fn from(text: SecretText) -> Self {
        text.0
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

impl ValidateLength<u64> for SecretText {
    fn length(&self) -> Option<u64> {
        u64::try_from(self.expose().chars().count()).ok()
    }
}

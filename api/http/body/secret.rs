//! Passwords and tokens of a request. They must not appear in logs and errors.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use validator::ValidateLength;

use crate::domain::identity::passwords::normal_form;
use crate::domain::values::characters;

/// A password or a token as the caller sent it. Its memory is overwritten when it is dropped.
#[derive(Debug, Clone, Default)]
pub struct SecretText(SecretString);

impl SecretText {
    /// The text. Callers may only check or hash it.
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

/// Writes an empty text. `validator` serializes a refused value into its error, and the secret must not get there.
impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

/// The characters of the normal form of a password, so that a password of the allowed length can be typed in every
/// spelling. A token has the same number in both forms.
impl ValidateLength<u64> for SecretText {
    fn length(&self) -> Option<u64> {
        Some(characters::count(&normal_form(self.expose())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_and_json_hide_a_secret() {
        let secret: SecretText = serde_json::from_value("雨の日は".into()).unwrap();
        assert!(!format!("{secret:?}").contains('雨'));
        assert_eq!(serde_json::to_value(&secret).unwrap(), "");
        assert_eq!((secret.expose(), secret.length()), ("雨の日は", Some(4)));
    }

    #[test]
    fn the_length_of_a_secret_is_that_of_its_normal_form() {
        for (typed, length) in [("ﾊﾞｽ", 2), ("バス", 2), ("㍿", 4), ("が", 1), ("か\u{3099}", 1), ("¥〜", 2)]
        {
            let secret: SecretText = serde_json::from_value(typed.into()).unwrap();
            assert_eq!(secret.length(), Some(length), "{typed}");
        }
    }
}

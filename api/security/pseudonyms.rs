//! Pseudonyms (仮名) of callers who may have no account.
//!
//! The service counts and logs wrong passwords by the address that was sent, whether or not it has an account. A keyed
//! hash stands for the address, so that neither the counts nor the log have the addresses of strangers, and nobody
//! without the key can find out whether an address is among them.

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::signing_keys::NamedKey;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// What separates the key for pseudonyms from other keys that are derived from a signing key.
const PURPOSE: &str = "todokede: pseudonyms";

/// Computes pseudonyms with a key outside the database. Clones share the key. A new signing key changes all pseudonyms.
#[derive(Clone)]
pub struct Pseudonyms(Hmac<Sha256>);

/// The pseudonym of a caller: 256 bits, shown as 32 hexadecimal digits of its first half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonym(Vec<u8>);

impl Pseudonyms {
    /// Derives the key from the first signing key. Without a key, for commands that serve no callers, the key is random.
    ///
    /// # Errors
    /// An internal error if the key cannot be derived.
    pub fn new(signing_keys: &[NamedKey]) -> Result<Self, Error> {
        match signing_keys.first() {
            Some(key) => key.derive(PURPOSE).map(Self),
            None => NamedKey::generate().derive(PURPOSE).map(Self),
        }
    }

    /// Of the callers who send a mail address. All spellings of an address have one pseudonym.
    #[must_use]
    pub fn of_address(&self, email: &EmailAddress) -> Pseudonym {
        self.of("address", email.key().as_bytes())
    }

    /// Of the callers who have a session of an account.
    #[must_use]
    pub fn of_sessions(&self, account: AccountId) -> Pseudonym {
        self.of("sessions", account.uuid().as_bytes())
    }

    fn of(&self, kind: &str, value: &[u8]) -> Pseudonym {
        let mut mac = self.0.clone();
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(value);
        Pseudonym(mac.finalize().into_bytes().to_vec())
    }
}

impl Pseudonym {
    /// The bytes that are stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(16).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_an_address_have_one_pseudonym_and_other_addresses_others() {
        let pseudonyms = Pseudonyms::new(&[NamedKey::generate()]).unwrap();
        let owner = pseudonyms.of_address(&address("reception@clinic.example"));
        assert_eq!(owner, pseudonyms.of_address(&address("RECEPTION@Clinic.Example")));
        assert_ne!(owner, pseudonyms.of_address(&address("office@clinic.example")));
    }

    #[test]
    fn a_pseudonym_does_not_contain_its_address_and_needs_the_key() {
        let key = NamedKey::generate();
        let owner = address("reception@clinic.example");
        let shown = Pseudonyms::new(std::slice::from_ref(&key)).unwrap().of_address(&owner).to_string();
        assert_eq!(shown.len(), 32);
        assert!(shown.bytes().all(|byte| byte.is_ascii_hexdigit()), "{shown}");
        let other_key = Pseudonyms::new(&[NamedKey::generate()]).unwrap();
        assert_ne!(other_key.of_address(&owner).to_string(), shown);
        assert_eq!(Pseudonyms::new(&[key]).unwrap().of_address(&owner).to_string(), shown);
    }
}

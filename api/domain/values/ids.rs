//! Public ids. An id is random and opaque. Its prefix shows its kind, so that ids of different kinds in a log or a mail
//! are not confused.
//!
//! The text form is the prefix and the 128 bits in 26 characters of Crockford's base32, lower case. Each id
//! has only this text form, and other forms are refused.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::fault::Fault;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: u32 = 26;

fn encode(bits: u128) -> impl Iterator<Item = char> {
    (0..LENGTH)
        .rev()
        .filter_map(move |place| usize::try_from(bits >> (5 * place) & 31).ok())
        .filter_map(|value| ALPHABET.get(value).copied().map(char::from))
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != LENGTH as usize {
        return None;
    }
    text.bytes().try_fold(0_u128, |bits, byte| {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        // 26 characters encode 130 bits. The multiplication overflows if one of the first two bits is set.
        Some(bits.checked_mul(32)? | u128::try_from(value).ok()?)
    })
}

macro_rules! public_ids {
    ($($(#[doc = $doc:literal])+ $name:ident = $prefix:literal;)+) => {
        /// The prefix of every kind of id.
        #[cfg(test)]
        const PREFIXES: &[&str] = &[$($prefix,)+];

        $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;

            /// The id with these 128 bits.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The 128 bits.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Reads the exact text form.
            ///
            /// # Errors
            /// [`Fault::IdForm`] for any other text.
            pub fn parse(text: &str) -> Result<Self, Fault> {
                let bits = text.strip_prefix(Self::PREFIX).and_then(decode).ok_or(Fault::IdForm)?;
                Ok(Self(Uuid::from_u128(bits)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::PREFIX)?;
                encode(self.0.as_u128()).try_for_each(|letter| fmt::Write::write_char(f, letter))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(|fault| D::Error::custom(fault.code()))
            }
        }
        )+
    };
}

public_ids! {
    /// The id of an account (アカウント).
    AccountId = "acc_";
    /// The id of a session, from login to logout (ログイン状態).
    SessionId = "ses_";
    /// The id of an uploaded file (添付書類).
    UploadId = "upl_";
    /// The id of a declaration of a transitional measure (猶予届出).
    DeclarationId = "dcl_";
    /// The id of a succession notification (承継届出).
    SuccessionId = "suc_";
    /// The id of a mail to a facility (メール).
    MessageId = "msg_";
    /// The id of a letter sent by post (郵送物).
    PostalItemId = "pst_";
    /// The id of a mailed link (案内URL). It is not secret, unlike the link's token.
    LinkId = "lnk_";
    /// The id of a line of the audit log (操作記録).
    AuditId = "aud_";
}

impl AccountId {
    /// The id of no account, for queries that must take as long without an account as with one.
    pub const NONE: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_smallest_and_the_greatest_id_are_written_in_26_characters() {
        assert_eq!(DeclarationId::from_uuid(Uuid::nil()).to_string(), "dcl_00000000000000000000000000");
        assert_eq!(DeclarationId::from_uuid(Uuid::max()).to_string(), "dcl_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn ids_with_more_than_128_bits_are_refused() {
        for text in ["dcl_80000000000000000000000000", "dcl_zzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(DeclarationId::parse(text), Err(Fault::IdForm), "{text}");
        }
    }

    #[test]
    fn another_prefix_length_case_or_alphabet_is_refused() {
        for text in [
            "",
            "dcl_",
            "00000000000000000000000000",
            "suc_00000000000000000000000000",
            "DCL_00000000000000000000000000",
            "dcl-00000000000000000000000000",
            "dcl_0000000000000000000000000",
            "dcl_000000000000000000000000000",
            "dcl_0000000000000000000000000A",
            "dcl_0000000000000000000000000i",
            "dcl_0000000000000000000000000l",
            "dcl_0000000000000000000000000o",
            "dcl_0000000000000000000000000u",
            "dcl_000000000000000000000000é",
            " dcl_00000000000000000000000000",
            "dcl_dcl_0000000000000000000000",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(DeclarationId::parse(text), Err(Fault::IdForm), "{text:?}");
        }
    }

    #[test]
    fn every_kind_of_id_has_its_own_prefix() {
        let unique: std::collections::HashSet<_> = PREFIXES.iter().collect();
        assert_eq!(unique.len(), PREFIXES.len());
        assert!(PREFIXES.iter().all(|prefix| prefix.len() == 4 && prefix.ends_with('_')));
    }

    proptest! {
        #[test]
        fn an_id_can_be_read_from_its_text_and_always_has_the_same_text(bits: u128) {
            let id = AccountId::from_uuid(Uuid::from_u128(bits));
            let text = id.to_string();
            prop_assert_eq!(AccountId::parse(&text).map(AccountId::uuid), Ok(id.uuid()));
            prop_assert_eq!(format!("{id:?}"), text.as_str());
            prop_assert_eq!(serde_json::to_value(id).unwrap(), text);
        }

        #[test]
        fn a_text_that_is_read_is_the_only_text_of_its_id(text in "acc_[0-7][0-9a-z]{25}|\\PC{0,32}") {
            if let Ok(id) = AccountId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}

//! The tokens of mailed links.
//!
//! A token is computed from a key outside the database and the id of the mail that carries it. So neither the database nor
//! a copy of it holds a usable token: a link has the token's hash, and a waiting mail has the id of the key where the
//! token belongs. The token is put in when the mail is sent.

use std::sync::Arc;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::opaque_token::OpaqueToken;
use super::signing_keys::NamedKey;
use crate::domain::values::ids::MessageId;
use crate::error::Error;

/// What separates the keys for links from other keys that are derived from a signing key.
const PURPOSE: &str = "todokede: tokens of mailed links";
/// How a link begins its token in a stored mail. A token has no dot.
const STORED: &str = "#token=key.";
/// How a link begins its token in a mail that is sent.
const SENT: &str = "#token=";

/// Computes the tokens of mailed links. Clones share the keys.
#[derive(Clone)]
pub struct LinkTokens(Arc<[Key]>);

struct Key {
    id: String,
    mac: Hmac<Sha256>,
}

/// A new token.
#[derive(Debug)]
pub struct NewToken {
    /// The token.
    pub token: OpaqueToken,
    /// The fragment of the link in the stored mail, from which [`LinkTokens::put_in`] makes the fragment with the token.
    pub stored_fragment: String,
}

impl LinkTokens {
    /// Derives a key from each signing key. The first one makes new tokens. Commands that mail no links need no key.
    ///
    /// # Errors
    /// An internal error if a key cannot be derived.
    pub fn new(signing_keys: &[NamedKey]) -> Result<Self, Error> {
        let derive = |signing: &NamedKey| Ok(Key { id: signing.id.clone(), mac: signing.derive(PURPOSE)? });
        Ok(Self(signing_keys.iter().map(derive).collect::<Result<_, Error>>()?))
    }

    /// The token of the link in a mail.
    ///
    /// # Errors
    /// An internal error if there is no key.
    pub fn issue(&self, mail: MessageId) -> Result<NewToken, Error> {
        let key = self.0.first().ok_or_else(|| Error::internal("no key for the tokens of mailed links"))?;
        Ok(NewToken { token: key.token(mail), stored_fragment: format!("{STORED}{}", key.id) })
    }

    /// The text of a stored mail with the token put into its link. `None` if the key of the token is missing.
    #[must_use]
    pub fn put_in(&self, text: &str, mail: MessageId) -> Option<String> {
        let text = self.0.iter().fold(text.to_owned(), |text, key| {
            let stored = format!("{STORED}{}", key.id);
            if !text.contains(&stored) {
                return text;
            }
            text.replace(&stored, &format!("{SENT}{}", key.token(mail).reveal()))
        });
        (!text.contains(STORED)).then_some(text)
    }
}

impl Key {
    fn token(&self, mail: MessageId) -> OpaqueToken {
        let mut mac = self.mac.clone();
        mac.update(mail.uuid().as_bytes());
        OpaqueToken::of_bytes(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn mail(number: u128) -> MessageId {
        MessageId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_stored_mail_has_no_token_and_gets_the_issued_one_when_it_is_sent() {
        let tokens = LinkTokens::new(&[NamedKey::generate()]).unwrap();
        let NewToken { token, stored_fragment } = tokens.issue(mail(1)).unwrap();
        let stored =
            format!("https://portal.example/registration{stored_fragment}\nhref=\"{stored_fragment}\"");
        assert!(!stored.contains(token.reveal()));
        let fragment = format!("#token={}", token.reveal());
        let sent = format!("https://portal.example/registration{fragment}\nhref=\"{fragment}\"");
        assert_eq!(tokens.put_in(&stored, mail(1)).unwrap(), sent);
    }

    #[test]
    fn tokens_of_different_mails_and_keys_differ() {
        let (one, other) = (NamedKey::generate(), NamedKey::generate());
        let (one, other) = (LinkTokens::new(&[one]).unwrap(), LinkTokens::new(&[other]).unwrap());
        let token = |tokens: &LinkTokens, number| tokens.issue(mail(number)).unwrap().token.hash();
        assert_eq!(token(&one, 1), token(&one, 1));
        assert_ne!(token(&one, 1), token(&one, 2));
        assert_ne!(token(&one, 1), token(&other, 1));
    }

    #[test]
    fn a_mail_of_a_replaced_key_gets_its_token_as_long_as_the_key_is_listed() {
        let (old, new) = (NamedKey::generate(), NamedKey::generate());
        let issued = LinkTokens::new(std::slice::from_ref(&old)).unwrap().issue(mail(1)).unwrap();
        let both = LinkTokens::new(&[new, old]).unwrap();
        assert_ne!(both.issue(mail(1)).unwrap().token.hash(), issued.token.hash());
        let sent = both.put_in(&issued.stored_fragment, mail(1)).unwrap();
        assert_eq!(sent, format!("#token={}", issued.token.reveal()));
        let only_new = LinkTokens::new(&[NamedKey::generate()]).unwrap();
        assert_eq!(only_new.put_in(&issued.stored_fragment, mail(1)), None);
    }

    #[test]
    fn a_mail_without_a_link_or_with_the_token_of_an_older_version_is_sent_as_it_is() {
        let tokens = LinkTokens::new(&[]).unwrap();
        for text in ["", "架空さくら診療所 御中", "https://portal.example/registration#token=k1RZ0d0Q"]
        {
            assert_eq!(tokens.put_in(text, mail(1)).as_deref(), Some(text));
        }
        tokens.issue(mail(1)).unwrap_err();
    }
}

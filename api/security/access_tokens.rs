//! Access tokens: JWTs of RFC 9068, signed with Ed25519.
//!
//! A token's signature is verified once. The claims are then cached by the token's hash until the token expires,
//! because a verification costs as much as eight simple requests. Whether the session is still open is read
//! from the database each time: see `usecases::identity::sessions::authenticate`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::signing_keys::NamedKey;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::identity::sessions::ACCESS_TOKEN_LIFETIME;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, SessionId};
use crate::error::Error;

/// How many verified tokens are cached at most. An entry takes a few hundred bytes.
const CACHE_SIZE: u64 = 20_000;
/// The scope of every token that belongs to a facility's session.
const FACILITY_SCOPE: &str = "facility";
/// The maximum length of a token in bytes. Tokens that the service issues are shorter. Longer texts are not
/// parsed.
const MAX_LENGTH: usize = 2048;

/// The account and the session of a verified token. The session may have ended since the token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The account.
    pub account_id: AccountId,
    /// The session.
    pub session_id: SessionId,
    expires_at: Instant,
}

impl Verified {
    fn unless_expired(self, now: Instant) -> Result<Self, Error> {
        if now < self.expires_at { Ok(self) } else { Err(IdentityRefusal::TokenExpired.into()) }
    }
}

/// The members of the header that the service writes. A header with another member, such as `crit`, is not one of ours,
/// and ignoring the member might change the token's meaning (RFC 7515, 4.1.11).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the values are read by `decode_header`")]
struct OwnHeader {
    alg: String,
    kid: String,
    typ: String,
}

/// The claims that the service writes. A token with another claim, such as `nbf`, is not one of ours. A version that
/// writes a new claim must follow a version that accepts it, because old and new replicas run side by side in an update.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
}

struct Key {
    public: NamedKey,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// Issues and verifies access tokens. Clones share the keys and the cache.
#[derive(Clone)]
pub struct AccessTokens {
    keys: Arc<Vec<Key>>,
    issuer: Arc<str>,
    verified: Cache<[u8; 32], Verified>,
}

impl AccessTokens {
    /// Prepares the keys. The first key signs tokens; every key verifies them.
    ///
    /// # Errors
    /// An internal error if there is no key.
    pub fn new(keys: Vec<NamedKey>, issuer: &str) -> Result<Self, Error> {
        super::ed25519::install();
        let keys = keys.into_iter().map(prepare).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::internal("no signing key"));
        }
        Ok(Self { keys: Arc::new(keys), issuer: issuer.into(), verified: Cache::new(CACHE_SIZE) })
    }

    /// Issues a token that is valid for [`ACCESS_TOKEN_LIFETIME`].
    ///
    /// # Errors
    /// An internal error if signing fails.
    pub fn issue(&self, account_id: AccountId, session_id: SessionId, now: Instant) -> Result<String, Error> {
        let key = self.keys.first().ok_or_else(|| Error::internal("no signing key"))?;
        let header = Header {
            typ: Some("at+jwt".to_owned()),
            kid: Some(key.public.id.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: self.issuer.to_string(),
            aud: self.issuer.to_string(),
            sub: account_id.to_string(),
            sid: session_id.to_string(),
            exp: (now + ACCESS_TOKEN_LIFETIME).timestamp(),
            iat: now.timestamp(),
            jti: Uuid::new_v4().to_string(),
            scope: FACILITY_SCOPE.to_owned(),
        };
        encode(&header, &claims, &key.encoding).map_err(Error::internal)
    }

    /// Verifies a token.
    ///
    /// # Errors
    /// [`IdentityRefusal::TokenInvalid`] for a token that the service did not issue,
    /// [`IdentityRefusal::TokenExpired`] for one that has expired.
    pub fn verify(&self, token: &str, now: Instant) -> Result<Verified, Error> {
        if token.len() > MAX_LENGTH {
            return Err(IdentityRefusal::TokenInvalid.into());
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.verified.get(&digest) {
            return known.unless_expired(now).inspect_err(|_| self.verified.invalidate(&digest));
        }
        let verified = self.decode(token).ok_or(IdentityRefusal::TokenInvalid)?.unless_expired(now)?;
        self.verified.insert(digest, verified);
        Ok(verified)
    }

    /// Verifies a token's signature and claims, except its expiry.
    fn decode(&self, token: &str) -> Option<Verified> {
        let encoded = token.split('.').next()?;
        serde_json::from_slice::<OwnHeader>(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some("at+jwt") {
            return None;
        }
        let key = self.keys.iter().find(|key| header.kid.as_deref() == Some(&key.public.id))?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_audience(&[&self.issuer]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.leeway = 0;
        // The crate would check the expiry with the machine's clock. `verify` checks it with the service's clock.
        rules.validate_exp = false;
        let claims = decode::<Claims>(token, &key.decoding, &rules).ok()?.claims;
        if claims.scope != FACILITY_SCOPE {
            return None;
        }
        Some(Verified {
            account_id: AccountId::parse(&claims.sub).ok()?,
            session_id: SessionId::parse(&claims.sid).ok()?,
            expires_at: DateTime::from_timestamp(claims.exp, 0)?,
        })
    }

    /// The public keys as (`kid`, `x`), for clients that verify tokens themselves.
    pub fn public_keys(&self) -> impl Iterator<Item = (&str, String)> {
        self.keys.iter().map(|key| (key.public.id.as_str(), key.public.public_x()))
    }
}

fn prepare(public: NamedKey) -> Result<Key, Error> {
    let der = public.key.to_pkcs8_der().map_err(|error| Error::internal(error.to_string()))?;
    Ok(Key {
        encoding: EncodingKey::from_ed_der(der.as_bytes()),
        decoding: DecodingKey::from_ed_der(public.key.verifying_key().as_bytes()),
        public,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ProblemCode;
    use chrono::Duration;
    use moka::notification::RemovalCause;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn ids() -> (AccountId, SessionId) {
        (AccountId::from_uuid(Uuid::from_u128(1)), SessionId::from_uuid(Uuid::from_u128(2)))
    }

    fn tokens(keys: Vec<NamedKey>) -> AccessTokens {
        AccessTokens::new(keys, "https://portal.example").unwrap()
    }

    /// Noon in Japan on 2023-02-03.
    fn noon() -> Instant {
        DateTime::from_timestamp(1_675_393_200, 0).unwrap()
    }

    fn refusal(result: Result<Verified, Error>) -> ProblemCode {
        match result {
            Err(Error::Refused(code)) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_token_is_valid_for_its_session_until_it_expires() {
        let tokens = tokens(vec![NamedKey::generate()]);
        let (account, session) = ids();
        let token = tokens.issue(account, session, noon()).unwrap();
        let last = noon() + ACCESS_TOKEN_LIFETIME - Duration::microseconds(1);
        for _ in 0..2 {
            let verified = tokens.verify(&token, last).unwrap();
            assert_eq!((verified.account_id, verified.session_id), (account, session));
        }
        assert_eq!(
            refusal(tokens.verify(&token, noon() + ACCESS_TOKEN_LIFETIME)),
            IdentityRefusal::TokenExpired
        );
    }

    #[test]
    fn a_token_is_cached_once_and_removed_from_the_cache_after_it_expires() {
        let replaced = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&replaced);
        let counting = Cache::builder().eviction_listener(move |_, _, cause| {
            if cause == RemovalCause::Replaced {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let tokens = AccessTokens { verified: counting.build(), ..tokens(vec![NamedKey::generate()]) };
        let token = tokens.issue(ids().0, ids().1, noon()).unwrap();
        for _ in 0..3 {
            tokens.verify(&token, noon()).unwrap();
        }
        tokens.verified.run_pending_tasks();
        assert_eq!((tokens.verified.entry_count(), replaced.load(Ordering::Relaxed)), (1, 0));
        for _ in 0..2 {
            let late = tokens.verify(&token, noon() + ACCESS_TOKEN_LIFETIME);
            assert_eq!(refusal(late), IdentityRefusal::TokenExpired);
            tokens.verified.run_pending_tasks();
            assert_eq!(tokens.verified.entry_count(), 0);
        }
    }

    #[test]
    fn an_altered_token_is_refused_even_after_the_original_was_verified() {
        let tokens = tokens(vec![NamedKey::generate()]);
        let token = tokens.issue(ids().0, ids().1, noon()).unwrap();
        tokens.verify(&token, noon()).unwrap();
        for place in (0..token.len()).step_by(5) {
            let mut altered = token.clone();
            altered.replace_range(place..=place, if altered.as_bytes()[place] == b'A' { "B" } else { "A" });
            assert_eq!(refusal(tokens.verify(&altered, noon())), IdentityRefusal::TokenInvalid, "{place}");
        }
    }

    #[test]
    fn a_replaced_key_still_verifies_while_it_is_listed() {
        let key = NamedKey::generate();
        let old = || NamedKey { id: key.id.clone(), key: key.key.clone() };
        let token = tokens(vec![old()]).issue(ids().0, ids().1, noon()).unwrap();
        assert!(tokens(vec![NamedKey::generate(), old()]).verify(&token, noon()).is_ok());
        assert_eq!(
            refusal(tokens(vec![NamedKey::generate()]).verify(&token, noon())),
            IdentityRefusal::TokenInvalid
        );
    }

    #[test]
    fn tokens_that_are_forged_altered_or_of_another_issuer_are_refused() {
        let ours = tokens(vec![NamedKey::generate()]);
        let token = ours.issue(ids().0, ids().1, noon()).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        let other_issuer =
            AccessTokens::new(vec![NamedKey::generate()], "https://elsewhere.example").unwrap();
        for forged in [
            String::new(),
            "not a token".to_owned(),
            format!("{}.{}", parts[0], parts[1]),
            format!("{unsigned}.{}.", parts[1]),
            format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
            format!("{token}A"),
            "x".repeat(MAX_LENGTH + 1),
            other_issuer.issue(ids().0, ids().1, noon()).unwrap(),
        ] {
            assert_eq!(refusal(ours.verify(&forged, noon())), IdentityRefusal::TokenInvalid, "{forged}");
        }
    }
}

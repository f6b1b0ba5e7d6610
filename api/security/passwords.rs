//! Password hashes with argon2id (19 MiB, two passes). As many hashes are computed at once as the machine has cores.
//!
//! Hashing is the most expensive work that a caller can cause, so the length of its queue is limited. An
//! unknown account takes the same time as a known one, so that the time does not reveal which accounts exist.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::breached_passwords::{BreachedPasswords, ListProblem};
use crate::blocking;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::identity::passwords::{self, OwnData, normal_form};
use crate::domain::values::fault::Fault;
use crate::error::Error;

/// Memory in KiB, passes and lanes of a hash: OWASP's second recommended setting.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// How many callers may wait for each permit. At about 30 ms for each hash, the last caller waits about a second.
const WAITING_PER_PERMIT: usize = 32;

/// Hashes and verifies passwords. Clones share the permits.
#[derive(Clone)]
pub struct Passwords {
    argon: Argon2<'static>,
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    max_waiting: usize,
    dummy_hash: PasswordHash,
}

impl Passwords {
    /// Prepares hashing with as many permits as cores.
    ///
    /// # Errors
    /// An internal error if the parameters are refused.
    pub fn new(cores: usize) -> Result<Self, Error> {
        let (memory, passes, lanes) = COST;
        let params =
            Params::new(memory, passes, lanes, None).map_err(|error| Error::internal(error.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy_hash = hash_with(&argon, &SecretString::from("an account that does not exist"))?;
        Ok(Self {
            argon,
            permits: Arc::new(Semaphore::new(cores.max(1))),
            waiting: Arc::new(AtomicUsize::new(0)),
            max_waiting: cores.max(1) * WAITING_PER_PERMIT,
            dummy_hash,
        })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many callers wait.
    pub async fn hash(&self, password: SecretString) -> Result<PasswordHash, Error> {
        let argon = self.argon.clone();
        self.with_permit(move || hash_with(&argon, &password)).await?
    }

    /// Verifies a password against a stored hash, and returns the hash if the password matches. Without a hash, because
    /// there is no such account, the same work is done, and the result is `None`.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many callers wait.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<PasswordHash>,
    ) -> Result<Option<MatchedHash>, Error> {
        let argon = self.argon.clone();
        let dummy_hash = self.dummy_hash.clone();
        self.with_permit(move || {
            let matches = verify_with(&argon, &password, stored.as_ref().unwrap_or(&dummy_hash))?;
            Ok(stored.filter(|_| matches).map(MatchedHash))
        })
        .await?
    }

    /// Examines a new password. The check takes a permit, because a caller can make it take some milliseconds, and reads
    /// the list of breached passwords if there is one.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many callers wait.
    pub async fn examine(
        &self,
        password: SecretString,
        own_data: OwnData,
        breached: Option<Arc<BreachedPasswords>>,
    ) -> Result<Examined, Error> {
        self.with_permit(move || {
            let password = password.expose_secret();
            let fault = passwords::examine(password, &own_data);
            if fault.is_some() {
                return Examined::Known(fault);
            }
            match breached.map(|list| list.contains(password)) {
                Some(Ok(true)) => Examined::Known(Some(Fault::PasswordBreached)),
                Some(Err(problem)) => Examined::WithoutList(problem),
                Some(Ok(false)) | None => Examined::Known(None),
            }
        })
        .await
    }

    async fn with_permit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let slot = QueueSlot::take(&self.waiting, self.max_waiting)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Error::internal)?;
        drop(slot);
        blocking::run(move || {
            let _permit = permit;
            work()
        })
        .await
    }
}

/// The result of examining a new password.
#[derive(Debug)]
pub enum Examined {
    /// The fault, or none.
    Known(Option<Fault>),
    /// The other rules have found no fault, and the list of breached passwords cannot be read.
    WithoutList(ListProblem),
}

/// A hash that a caller's password matched. The password was verified outside the transaction, because that is slow, so
/// the transaction must check that the account still has this hash: the password may have been changed meanwhile.
#[derive(Debug, Clone)]
pub struct MatchedHash(PasswordHash);

impl MatchedHash {
    /// Whether this is the hash that an account has now.
    #[must_use]
    pub fn is(&self, stored: &PasswordHash) -> bool {
        self.0.expose() == stored.expose()
    }
}

/// A place in the queue of callers that wait. Dropping it frees the place.
struct QueueSlot<'a>(&'a AtomicUsize);

impl<'a> QueueSlot<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Result<Self, Error> {
        let before = waiting.fetch_add(1, Ordering::AcqRel);
        let slot = Self(waiting);
        if before < max { Ok(slot) } else { Err(Error::Overloaded("too many password checks wait")) }
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn hash_with(argon: &Argon2<'_>, password: &SecretString) -> Result<PasswordHash, Error> {
    let normalized = SecretString::from(normal_form(password.expose_secret()));
    let salt: [u8; 16] = rand::random();
    argon
        .hash_password_with_salt(normalized.expose_secret().as_bytes(), &salt)
        .map(|hash| PasswordHash::new(hash.to_string()))
        .map_err(|error| Error::internal(error.to_string()))
}

fn verify_with(argon: &Argon2<'_>, password: &SecretString, stored: &PasswordHash) -> Result<bool, Error> {
    let stored =
        phc::PasswordHash::new(stored.expose()).map_err(|error| Error::internal(error.to_string()))?;
    let normalized = SecretString::from(normal_form(password.expose_secret()));
    match argon.verify_password(normalized.expose_secret().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::internal(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn only_the_same_password_matches_and_two_hashes_of_it_differ() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash(secret("雨の日は縁側で将棋を指した")).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = passwords.hash(secret("雨の日は縁側で将棋を指した")).await.unwrap();
        assert_ne!(hash.expose(), again.expose());
        assert!(
            passwords
                .verify(secret("雨の日は縁側で将棋を指した"), Some(hash.clone()))
                .await
                .unwrap()
                .is_some()
        );
        assert!(passwords.verify(secret("雨の日は縁側で将棋を指す"), Some(hash)).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_unknown_account_never_matches_even_with_the_password_of_the_dummy_hash() {
        let passwords = Passwords::new(1).unwrap();
        assert!(passwords.verify(secret("an account that does not exist"), None).await.unwrap().is_none());
    }

    /// A hash that argon2 cannot compute, because its memory is below the minimum. Only the computation finds out.
    const INCOMPUTABLE: &str =
        "$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A";

    #[tokio::test]
    async fn the_hash_is_computed_for_an_unknown_account_as_well() {
        let dummy_hash = PasswordHash::new(INCOMPUTABLE.to_owned());
        let passwords = Passwords { dummy_hash, ..Passwords::new(1).unwrap() };
        assert!(passwords.verify(secret("guess"), None).await.is_err(), "no hash was computed");
    }

    #[tokio::test]
    async fn a_stored_hash_that_cannot_be_computed_is_an_error_and_not_a_wrong_password() {
        let passwords = Passwords::new(1).unwrap();
        for stored in ["no hash", INCOMPUTABLE] {
            let stored = Some(PasswordHash::new(stored.to_owned()));
            assert!(passwords.verify(secret("guess"), stored).await.is_err());
        }
    }

    #[test]
    fn a_full_queue_refuses_callers_until_a_place_is_free() {
        let waiting = AtomicUsize::new(0);
        let first = QueueSlot::take(&waiting, 1).unwrap();
        assert!(matches!(QueueSlot::take(&waiting, 1), Err(Error::Overloaded(_))));
        drop(first);
        assert!(QueueSlot::take(&waiting, 1).is_ok());
    }
}

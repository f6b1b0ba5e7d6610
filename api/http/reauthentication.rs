//! Checks the password of a logged-in account again, before a change that needs more than an open session.

use super::body::SecretText;
use super::caller::LoggedIn;
use super::context::Context;
use crate::db::store::accounts;
use crate::domain::accounts::Account;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::error::Error;
use crate::security::passwords::MatchedHash;
use crate::usecases::identity::wrong_passwords;

impl Context<LoggedIn> {
    /// Reads the account, and checks its password.
    ///
    /// Wrong passwords are charged to the account and counted, so that the holder of a stolen session cannot guess the
    /// password. A caller without a session can neither use up this budget nor raise the count.
    ///
    /// # Errors
    /// [`Error::Limited`] if a budget is used up; the refusal of a caller without a valid session.
    pub async fn reauthenticate(&self, password: SecretText) -> Result<Reauthenticated, Error> {
        let pseudonyms = self.state.policy.pseudonyms.clone();
        let found = self.read(move |reading| {
            let account = reading.actor.principal()?.account.clone();
            let accepts = wrong_passwords::accepts_in_session(reading.conn, &pseudonyms, account.id)?;
            let hash = accounts::find_password_hash(reading.conn, account.id)?;
            Ok((account, hash.filter(|_| accepts)))
        });
        let (account, hash) = found.await?;
        let limit = &self.state.limits.wrong_passwords_per_account;
        let charge = self.reserve(limit, &account.id.to_string())?;
        let verified = self.state.passwords.verify(password.into(), hash).await;
        if matches!(verified, Ok(None)) {
            self.keep(&charge);
            self.store(wrong_passwords::note_in_session).await?;
        } else {
            self.give_back(charge);
        }
        Ok(Reauthenticated { account, matched: verified? })
    }
}

/// An account, and whether the password that its caller sent is correct.
#[derive(Debug)]
pub struct Reauthenticated {
    /// The account.
    pub account: Account,
    matched: Option<MatchedHash>,
}

impl Reauthenticated {
    /// Adds a fault if the password is wrong. `pointer` is the JSON Pointer of the password in the body.
    pub fn note(&self, pointer: &str, faults: &mut Faults) {
        if self.matched.is_none() {
            faults.add(pointer, Fault::PasswordWrong);
        }
    }

    /// The hash that the password matched, for the transaction. `pointer` is the JSON Pointer of the password in the body.
    ///
    /// # Errors
    /// [`Fault::PasswordWrong`] if the password is wrong.
    pub fn matched(self, pointer: &str) -> Result<MatchedHash, Error> {
        self.matched.ok_or_else(|| Error::invalid(pointer, Fault::PasswordWrong))
    }
}

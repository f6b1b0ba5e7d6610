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
    /// Wrong passwords are charged to the session and counted for the account, so that the holder of a stolen session
    /// cannot guess the password. A caller without a session can neither use up this budget nor raise the count.
    ///
    /// # Errors
    /// [`Error::Limited`] if a budget is used up; the refusal of a caller without a valid session.
    pub async fn reauthenticate(&self, password: SecretText) -> Result<Reauthenticated, Error> {
        let pseudonyms = self.state.policy.pseudonyms.clone();
        let found = self.read(move |reading| {
            let principal = reading.actor.principal()?;
            let (account, session) = (principal.account.clone(), principal.session_id);
            let accepts = wrong_passwords::accepts_in_session(reading.conn, &pseudonyms, account.id)?;
            let hash = accounts::find_password_hash(reading.conn, account.id)?;
            Ok((account, session, hash.filter(|_| accepts)))
        });
        let (account, session, hash) = found.await?;
        let limit = &self.state.limits.wrong_passwords_per_session;
        let charge = self.reserve(limit, &session.to_string())?;
        let verified = self.state.passwords.verify(password.into(), hash).await;
        let is_wrong = matches!(verified, Ok(None));
        self.settle(charge, is_wrong);
        if is_wrong {
            self.write(wrong_passwords::note_in_session).await?;
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

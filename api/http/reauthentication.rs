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

impl Context<LoggedIn> {
    /// Reads the account, and checks its password.
    ///
    /// The attempt is charged to two budgets: that of the client, and that of the account for known clients. The second
    /// one limits the guesses of somebody who holds a stolen session and uses many addresses. A caller without a
    /// session cannot use up this budget.
    ///
    /// # Errors
    /// [`Error::Limited`] if a budget is used up; the refusal of a caller without a valid session.
    pub async fn reauthenticate(&self, password: SecretText) -> Result<Reauthenticated, Error> {
        let found = self.read(|reading| {
            let account = reading.actor.principal()?.account.clone();
            let hash = accounts::find_password_hash(reading.conn, account.id)?;
            Ok((account, hash))
        });
        let (account, hash) = found.await?;
        let limits = &self.state.limits;
        self.spend(&limits.logins_per_client, self.client())?;
        self.spend(&limits.logins_per_known_client, &account.id.to_string())?;
        let matched = self.state.passwords.verify(password.into(), hash).await?;
        Ok(Reauthenticated { account, matched })
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

//! The present password of a logged-in account, asked again before a change that an open session alone
//! must not make.

use super::body::SecretText;
use super::caller::LoggedIn;
use super::context::Context;
use crate::db::store::accounts;
use crate::domain::accounts::Account;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::error::Error;

impl Context<LoggedIn> {
    /// The account, and whether this is its password. It is charged to the budgets of the client and, since
    /// a stolen session may guess from many addresses, of the account. Strangers cannot use that one up.
    ///
    /// # Errors
    /// [`Error::Limited`], and those of the session.
    pub async fn reauthenticate(&self, password: SecretText) -> Result<Reauthenticated, Error> {
        let found = self.read(|reading| {
            let account = reading.actor.authority()?.account.clone();
            let hash = accounts::find_password_hash(reading.conn, account.id)?;
            Ok((account, hash))
        });
        let (account, hash) = found.await?;
        let limits = &self.state.limits;
        self.spend(&limits.logins_per_client, self.client())?;
        self.spend(&limits.logins_per_known_client, &account.id.to_string())?;
        let fits = self.state.passwords.verify(password.into(), hash).await?;
        Ok(Reauthenticated { account, fits })
    }
}

/// An account whose password was asked for again.
#[derive(Debug)]
pub struct Reauthenticated {
    /// The account.
    pub account: Account,
    fits: bool,
}

impl Reauthenticated {
    /// Notes a password that did not fit at its place in the form.
    pub fn note(&self, pointer: &str, faults: &mut Faults) {
        if !self.fits {
            faults.add(pointer, Fault::PasswordWrong);
        }
    }
}

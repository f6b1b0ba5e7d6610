//! Charges requests to budgets. The edge writes what is left into the answer's headers.

use actix_web::HttpMessage as _;

use super::caller::Caller;
use super::context::Context;
use super::operation::{Budget, Operation};
use crate::domain::values::email::EmailAddress;
use crate::error::Error;
use crate::security::limits::{Limit, Remaining};

impl<C: Caller> Context<C> {
    /// Charges a request to its operation's budget, if the budget depends on the caller alone. Budgets of mails and
    /// passwords also depend on an address or an account, which only the handler knows.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn charge(&self, operation: &Operation) -> Result<(), Error> {
        let limits = &self.state.limits;
        match (operation.budget, self.caller().account_id()) {
            (Budget::Writes, Some(account)) => self.spend(&limits.writes_per_account, &account.to_string()),
            (Budget::Tokens, _) => self.spend(&limits.tokens_per_client, self.client()),
            (Budget::Writes | Budget::None | Budget::Mails | Budget::Passwords, _) => Ok(()),
        }
    }

    /// Charges a mail to the budget of the client that causes it and to that of its recipient.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn charge_mail(&self, email: &EmailAddress) -> Result<(), Error> {
        let limits = &self.state.limits;
        self.spend(&limits.mails_per_client, self.client())?;
        self.spend(&limits.mails_per_address, &email.key())
    }

    /// Takes one request from a budget.
    ///
    /// # Errors
    /// [`Error::Limited`].
    pub fn spend(&self, limit: &Limit, key: &str) -> Result<(), Error> {
        let remaining: Remaining = limit.take(key)?;
        self.request().extensions_mut().insert(remaining);
        Ok(())
    }
}

//! Charges requests to budgets (rate limits). The edge writes the rest of the budget into the answer's headers.

use actix_web::HttpMessage as _;

use super::caller::Caller;
use super::context::Context;
use super::operation::{Budget, Operation};
use crate::domain::values::email::EmailAddress;
use crate::error::Error;
use crate::security::limits::{Limit, Remaining};

impl<C: Caller> Context<C> {
    /// Charges a request to the budget of its operation, if the budget depends only on the caller. The budgets of mails
    /// and passwords also depend on an address or an account, so their handlers charge them.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn charge(&self, operation: &Operation) -> Result<(), Error> {
        let limits = &self.state.limits;
        match (operation.budget, self.caller().account_id()) {
            (Budget::Writes, Some(account)) => self.spend(&limits.writes_per_account, &account.to_string()),
            (Budget::Tokens, _) => self.spend(&limits.tokens_per_client, self.client()),
            (Budget::Writes | Budget::None | Budget::Mails | Budget::Passwords, _) => Ok(()),
        }
    }

    /// Charges a mail to two budgets: that of the client that causes the mail, and that of the recipient's address.
    ///
    /// # Errors
    /// [`Error::Limited`] if one of the budgets is used up.
    pub fn charge_mail(&self, email: &EmailAddress) -> Result<(), Error> {
        let limits = &self.state.limits;
        self.spend(&limits.mails_per_client, self.client())?;
        self.spend(&limits.mails_per_address, &email.key())
    }

    /// Takes one request from the budget of `key`.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn spend(&self, limit: &Limit, key: &str) -> Result<(), Error> {
        let remaining: Remaining = limit.take(key)?;
        self.request().extensions_mut().insert(remaining);
        Ok(())
    }
}

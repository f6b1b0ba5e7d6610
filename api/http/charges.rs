//! Charges requests to budgets (rate limits). The edge writes the rest of the budget into the answer's headers.

use std::future::Future;

use actix_web::HttpMessage as _;

use super::caller::Caller;
use super::context::Context;
use super::operation::{Budget, Operation};
use crate::domain::audit::AuditAction;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::error::Error;
use crate::security::limits::{Limit, Remaining};

/// The refusals of a token that a caller may have guessed.
const WRONG_TOKEN: [IdentityRefusal; 4] = [
    IdentityRefusal::LinkUnknown,
    IdentityRefusal::LinkExpired,
    IdentityRefusal::LinkUsed,
    IdentityRefusal::RefreshTokenInvalid,
];

/// A request that is charged to a budget. It stays charged if it is dropped, for example because the caller closes the
/// connection.
pub struct Charge<'a> {
    limit: &'a Limit,
    key: String,
    remaining: Remaining,
}

impl<C: Caller> Context<C> {
    /// Charges a request to the budget of its operation, if the budget depends only on the caller. Passwords and
    /// tokens are charged only if they are wrong, so their handlers charge them. The budget of an address that gets a mail
    /// is charged when the mail is made.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn charge(&self, operation: &Operation) -> Result<(), Error> {
        let limits = &self.state.limits;
        match (operation.budget, self.caller().account_id()) {
            (Budget::Writes, Some(account)) => self.spend(&limits.writes_per_account, &account.to_string()),
            // A client that has used up its registrations can still reset its password.
            (Budget::Mails, account) => {
                self.spend(&limits.mails_per_client, &format!("{} {}", operation.id, self.client()))?;
                account.map_or(Ok(()), |account| {
                    self.spend(&limits.email_changes_per_account, &account.to_string())
                })
            }
            (Budget::Writes | Budget::None | Budget::Passwords | Budget::Tokens, _) => Ok(()),
        }
    }

    /// Runs an attempt with a token. It is charged to the client and recorded only if the token is refused.
    ///
    /// # Errors
    /// [`Error::Limited`] if the client's budget is used up; the errors of the attempt.
    pub async fn present_token<T>(
        &self,
        attempt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let charge = self.reserve(&self.state.limits.wrong_tokens_per_client, self.client())?;
        let result = attempt.await;
        match &result {
            Err(Error::Refused(code)) if WRONG_TOKEN.iter().any(|refusal| *code == *refusal) => {
                self.settle(charge, true);
                let code = code.as_str();
                self.write(move |work| work.security_event(AuditAction::TokenRefused, &code)).await?;
            }
            _ => self.settle(charge, false),
        }
        result
    }

    /// Charges a request whose cost depends on its result. [`Self::settle`] the charge when the result is known.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    pub fn reserve<'a>(&self, limit: &'a Limit, key: &str) -> Result<Charge<'a>, Error> {
        Ok(Charge { limit, key: key.to_owned(), remaining: limit.take(key)? })
    }

    /// Keeps a charge or gives it back to its budget, and shows the rest of the budget in the answer.
    pub fn settle(&self, charge: Charge<'_>, is_due: bool) {
        let Charge { limit, key, mut remaining } = charge;
        if !is_due {
            limit.give_back(&key);
            remaining.left += 1;
        }
        self.request().extensions_mut().insert(remaining);
    }

    /// Takes one request from the budget of `key`.
    ///
    /// # Errors
    /// [`Error::Limited`] if the budget is used up.
    fn spend(&self, limit: &Limit, key: &str) -> Result<(), Error> {
        self.settle(self.reserve(limit, key)?, true);
        Ok(())
    }
}

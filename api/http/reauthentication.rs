//! The present password of a logged-in account, asked again before a change that an open session alone
//! must not make.

use secrecy::SecretString;

use super::context::Context;
use crate::domain::accounts::Account;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::error::Error;

/// Verifies the present password of a logged-in account, within the budgets of its client and, since
/// a stolen session may guess from many addresses, of the account. Strangers cannot use that one up.
pub async fn reauthenticate(
    context: &Context,
    account: &Account,
    faults: &mut Faults,
    pointer: &str,
    password: String,
    stored: Option<PasswordHash>,
) -> Result<(), Error> {
    let limits = &context.state.limits;
    context.spend(&limits.logins_per_client, context.client())?;
    context.spend(&limits.logins_per_known_client, &account.id.to_string())?;
    if !context.state.passwords.verify(SecretString::from(password), stored).await? {
        faults.add(pointer, Fault::PasswordWrong);
    }
    Ok(())
}

//! Examines a new password of a registration, a change or a reset.

use secrecy::SecretString;

use super::context::Context;
use crate::domain::identity::passwords::OwnData;
use crate::domain::values::fault::Fault;
use crate::error::{Error, chain};
use crate::security::passwords::Examined;

impl<C> Context<C> {
    /// The fault of a new password, if it has one.
    ///
    /// If the list of breached passwords cannot be read any more, the password is accepted without it: a facility that
    /// registers shortly before a deadline must not fail because of a file of the operator. The operator is told by the
    /// log, at most once a minute, and by a metric.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many password checks wait.
    pub async fn examine_password(
        &self,
        password: SecretString,
        own_data: OwnData,
    ) -> Result<Option<Fault>, Error> {
        let list = self.state.breached_passwords.clone();
        match self.state.passwords.examine(password, own_data, list.clone()).await? {
            Examined::Known(fault) => Ok(fault),
            Examined::WithoutList(problem) => {
                self.state.metrics.breached_list_failed();
                if list.is_some_and(|list| list.may_report()) {
                    tracing::error!(
                        error = %chain(&problem),
                        "the list of breached passwords cannot be read; passwords are accepted without it",
                    );
                }
                Ok(None)
            }
        }
    }
}

//! The sandbox's mailbox, which receives mails instead of a mail server.

use crate::db::store::sandbox::messages;
use crate::domain::audit::AuditAction;
use crate::error::Error;
use crate::usecases::work::Work;

/// Deletes every mail.
#[tracing::instrument(skip_all, level = "debug")]
pub fn delete_all(work: &mut Work<'_>) -> Result<(), Error> {
    messages::delete_all(work.conn)?;
    work.audit(AuditAction::SandboxMailboxEmptied, &"mailbox", None)
}

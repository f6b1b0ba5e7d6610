//! What only a sandbox does.

use super::work::Work;
use crate::db::store::sandbox::{clock as sandbox_clock, messages};
use crate::domain::audit::AuditAction;
use crate::error::Error;

/// Keeps the clock's new offset.
#[tracing::instrument(skip_all, level = "debug")]
pub fn keep_clock(work: &mut Work<'_>, offset_micros: i64) -> Result<(), Error> {
    sandbox_clock::upsert_offset(work.conn, offset_micros)?;
    work.audit(AuditAction::SandboxClockMoved, &"clock", None)
}

/// Empties the mailbox.
#[tracing::instrument(skip_all, level = "debug")]
pub fn empty_mailbox(work: &mut Work<'_>) -> Result<(), Error> {
    messages::delete_all(work.conn)?;
    work.audit(AuditAction::SandboxMailboxEmptied, &"mailbox", None)
}

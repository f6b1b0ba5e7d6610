//! The sandbox's clock, which testers move forward.

use crate::db::store::sandbox::clock;
use crate::domain::audit::AuditAction;
use crate::error::Error;
use crate::usecases::work::Work;

/// Stores how far the sandbox's clock is ahead of the machine's clock, in microseconds.
#[tracing::instrument(skip_all, level = "debug")]
pub fn store_offset(work: &mut Work<'_>, offset_micros: i64) -> Result<(), Error> {
    clock::upsert_offset(work.conn, offset_micros)?;
    work.audit(AuditAction::SandboxClockMoved, &"clock", None)
}

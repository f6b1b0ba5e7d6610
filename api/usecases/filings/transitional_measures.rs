//! Rounds: loaded from files, effective-dated, read by day.

use crate::db::engine::Conn;
use crate::db::store::filings::transitional_measures;
use crate::domain::audit::AuditAction;
use crate::domain::filings::transitional_measures::{Edition, RoundFile, edition_in_force};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::usecases::work::Work;

/// The rounds that come with the binary.
pub const SHIPPED: [&str; 1] = [include_str!("../../rounds/2023.json")];

/// Loads a round, replacing what was known of it.
#[tracing::instrument(skip_all, level = "debug")]
pub fn load(work: &mut Work<'_>, file: &RoundFile) -> Result<(), Error> {
    let now = work.now();
    let days: Vec<_> = file.editions.iter().map(|edition| edition.effective_from).collect();
    transitional_measures::delete_except(work.conn, &file.round, &days)?;
    for edition in &file.editions {
        transitional_measures::upsert(work.conn, &file.round, edition, now)?;
    }
    work.audit(AuditAction::RoundLoaded, &&file.round, None)
}

/// Loads the shipped rounds that the database does not know yet; a round that staff loaded stays.
#[tracing::instrument(skip_all, level = "debug")]
pub fn load_shipped(work: &mut Work<'_>) -> Result<(), Error> {
    for json in SHIPPED {
        let file = RoundFile::parse(json).map_err(Error::internal)?;
        if transitional_measures::list_editions(work.conn, &file.round)?.is_empty() {
            load(work, &file)?;
        }
    }
    Ok(())
}

/// A round's edition in force at an instant.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, round: &str, now: Instant) -> Result<Option<Edition>, Error> {
    let editions = transitional_measures::list_editions(conn, round)?;
    Ok(edition_in_force(&editions, japan_day(now)).cloned())
}

/// The same for a round that a form names.
///
/// # Errors
/// [`Error::Invalid`] at `/round`.
#[tracing::instrument(skip_all, level = "debug")]
pub fn require(conn: &mut Conn, round: &str, now: Instant) -> Result<Edition, Error> {
    find(conn, round, now)?.ok_or_else(|| Error::invalid("/round", Fault::RoundUnknown))
}

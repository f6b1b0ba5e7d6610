//! Rounds of the transitional measure: loading their files into the database, and finding the edition in force.

use crate::db::engine::Conn;
use crate::db::store::filings::transitional_measures;
use crate::domain::audit::AuditAction;
use crate::domain::filings::transitional_measures::{Edition, RoundFile, edition_in_force};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::usecases::work::Work;

/// The files of the rounds that are embedded in the binary.
pub const SHIPPED_ROUNDS: [&str; 1] = [include_str!("../../rounds/2023.json")];

/// Stores the editions of a round, and deletes the round's editions that the file does not contain.
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

/// Loads the shipped rounds that the database does not have. A round that is in the database stays as it is.
#[tracing::instrument(skip_all, level = "debug")]
pub fn load_shipped(work: &mut Work<'_>) -> Result<(), Error> {
    for json in SHIPPED_ROUNDS {
        let file = RoundFile::parse(json).map_err(Error::internal)?;
        if transitional_measures::list_editions(work.conn, &file.round)?.is_empty() {
            load(work, &file)?;
        }
    }
    Ok(())
}

/// The edition of a round that is in force at an instant; `None` if there is no such round.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find_edition(conn: &mut Conn, round: &str, now: Instant) -> Result<Option<Edition>, Error> {
    let editions = transitional_measures::list_editions(conn, round)?;
    Ok(edition_in_force(&editions, japan_day(now)).cloned())
}

/// The same as [`find_edition`] for a round that must exist.
///
/// # Errors
/// [`Error::Invalid`] at `/round` if there is no such round.
#[tracing::instrument(skip_all, level = "debug")]
pub fn require_edition(conn: &mut Conn, round: &str, now: Instant) -> Result<Edition, Error> {
    find_edition(conn, round, now)?.ok_or_else(|| Error::invalid("/round", Fault::RoundUnknown))
}

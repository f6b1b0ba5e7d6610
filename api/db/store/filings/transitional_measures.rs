//! Rounds of the transitional measure: one row for each edition.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Document, Moment};
use crate::db::engine::connection::on;
use crate::db::store::schema::round_editions;
use crate::domain::filings::transitional_measures::Edition;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// Stores an edition. It replaces the edition of the same round and day.
pub fn upsert(conn: &mut Conn, round: &str, edition: &Edition, now: Instant) -> Result<(), Error> {
    let document = Document::of(edition)?;
    on!(conn, |c| diesel::insert_into(round_editions::table)
        .values((
            round_editions::round.eq(round),
            round_editions::effective_from.eq(edition.effective_from.to_string()),
            round_editions::edition.eq(&document),
            round_editions::loaded_at.eq(Moment(now)),
        ))
        .on_conflict((round_editions::round, round_editions::effective_from))
        .do_update()
        .set((round_editions::edition.eq(&document), round_editions::loaded_at.eq(Moment(now))))
        .execute(c))?;
    Ok(())
}

/// Deletes the editions of a round whose first day is not among `days`.
pub fn delete_except(conn: &mut Conn, round: &str, days: &[NaiveDate]) -> Result<(), Error> {
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    on!(conn, |c| diesel::delete(
        round_editions::table
            .filter(round_editions::round.eq(round))
            .filter(round_editions::effective_from.ne_all(days)),
    )
    .execute(c))?;
    Ok(())
}

/// All editions of a round, oldest first; empty if there is no such round.
pub fn list_editions(conn: &mut Conn, round: &str) -> Result<Vec<Edition>, Error> {
    // PostgreSQL refuses texts with NUL, even in a comparison.
    if round.contains('\0') {
        return Ok(Vec::new());
    }
    let rows: Vec<Document> = on!(conn, |c| round_editions::table
        .filter(round_editions::round.eq(round))
        .order(round_editions::effective_from)
        .select(round_editions::edition)
        .load(c))?;
    rows.into_iter().map(|document| document.read(&round, "round_editions.edition")).collect()
}

/// The names of the rounds that sort after `after`, in ascending order.
pub fn list_names(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<String>, Error> {
    Ok(on!(conn, |c| round_editions::table
        .select(round_editions::round)
        .filter(round_editions::round.gt(after.unwrap_or("").to_owned()))
        .distinct()
        .order(round_editions::round)
        .limit(limit)
        .load(c))?)
}

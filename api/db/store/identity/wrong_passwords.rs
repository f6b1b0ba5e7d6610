//! The numbers of wrong passwords in a row, by the pseudonyms of those who sent them.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::Moment;
use crate::db::engine::connection::on;
use crate::db::store::schema::wrong_passwords;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// How many wrong passwords were sent in a row.
pub fn count(conn: &mut Conn, pseudonym: &[u8]) -> Result<i64, Error> {
    let counted = on!(conn, |c| wrong_passwords::table
        .find(pseudonym)
        .select(wrong_passwords::in_a_row)
        .first(c)
        .optional())?;
    Ok(counted.unwrap_or(0))
}

/// Counts a wrong password, and returns how many were sent in a row.
pub fn increment(conn: &mut Conn, pseudonym: &[u8], now: Instant) -> Result<i64, Error> {
    Ok(on!(conn, |c| diesel::insert_into(wrong_passwords::table)
        .values((
            wrong_passwords::pseudonym.eq(pseudonym),
            wrong_passwords::in_a_row.eq(1),
            wrong_passwords::last_at.eq(Moment(now)),
        ))
        .on_conflict(wrong_passwords::pseudonym)
        .do_update()
        .set((
            wrong_passwords::in_a_row.eq(wrong_passwords::in_a_row + 1),
            wrong_passwords::last_at.eq(Moment(now)),
        ))
        .returning(wrong_passwords::in_a_row)
        .get_result(c))?)
}

/// Begins a new count.
pub fn delete(conn: &mut Conn, pseudonym: &[u8]) -> Result<(), Error> {
    on!(conn, |c| diesel::delete(wrong_passwords::table.find(pseudonym)).execute(c))?;
    Ok(())
}

/// Deletes counts whose last wrong password was sent before `before`.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(
        wrong_passwords::table.filter(wrong_passwords::last_at.lt(Moment(before)))
    )
    .execute(c))?)
}

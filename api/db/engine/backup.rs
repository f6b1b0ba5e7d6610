//! Whole copies of an embedded database, made while others write to it.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::{Conn, on};
use crate::error::Error;

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Opens a database to be copied or looked at, as it is: nothing is created and nothing set. A file that may
/// not be written is opened for reading.
///
/// # Errors
/// An internal error if there is no such file or it cannot be opened.
pub fn open_as_it_is(file: &Path) -> Result<Conn, Error> {
    let named = |error: &dyn std::fmt::Display| Error::internal(format!("{}: {error}", file.display()));
    // SQLite would make the file.
    std::fs::metadata(file).map_err(|error| named(&error))?;
    let mut conn = SqliteConnection::establish(&file.to_string_lossy()).map_err(|error| named(&error))?;
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut conn)?;
    Ok(Conn::Sqlite(conn))
}

/// Writes the database, as it is at one instant, into an empty file. Other connections go on reading and
/// writing. Nothing is synced: that is the caller's.
///
/// # Errors
/// An internal error, for example of a full disk.
pub fn copy_into(conn: &mut Conn, empty: &Path) -> Result<(), Error> {
    let place = empty.to_str().ok_or_else(|| Error::internal("the path of the copy is not UTF-8"))?;
    on!(conn, |c| diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(place).execute(c))?;
    Ok(())
}

/// What is wrong with the database's pages and rows, as SQLite tells it; nothing if it is whole.
///
/// # Errors
/// An internal error if it cannot be read at all.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let told: Vec<Told> = on!(conn, |c| diesel::sql_query("PRAGMA integrity_check(10)").load(c))?;
    Ok(told.into_iter().map(|row| row.integrity_check).filter(|line| line != "ok").collect())
}

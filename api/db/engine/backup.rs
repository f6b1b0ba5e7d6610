//! Copies an embedded database while other connections write to it, and checks copies for damage.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::{Conn, on};
use crate::error::Error;

#[derive(QueryableByName)]
struct IntegrityCheck {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Opens a database to copy or check it. No file is created and no setting of the database is changed. A file without
/// write permission is opened for reading.
///
/// # Errors
/// An internal error if there is no such file or it cannot be opened.
pub fn open_unchanged(file: &Path) -> Result<Conn, Error> {
    let with_path = |error: &dyn std::fmt::Display| Error::internal(format!("{}: {error}", file.display()));
    // SQLite would create a file that does not exist.
    std::fs::metadata(file).map_err(|error| with_path(&error))?;
    let mut conn = SqliteConnection::establish(&file.to_string_lossy()).map_err(|error| with_path(&error))?;
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut conn)?;
    Ok(Conn::Sqlite(conn))
}

/// Writes a snapshot of the database into an empty file. Other connections continue to read and write. The caller has
/// to sync the file.
///
/// # Errors
/// The error of the database, for example if the disk is full.
pub fn copy_into(conn: &mut Conn, empty: &Path) -> Result<(), Error> {
    let path = empty.to_str().ok_or_else(|| Error::internal("the path of the copy is not UTF-8"))?;
    on!(conn, |c| diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(path).execute(c))?;
    Ok(())
}

/// The damage that SQLite finds in the database's pages and rows. Empty if the database is intact.
///
/// # Errors
/// The error of the database if it cannot be read.
pub fn find_damage(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let rows: Vec<IntegrityCheck> = on!(conn, |c| diesel::sql_query("PRAGMA integrity_check(10)").load(c))?;
    Ok(rows.into_iter().map(|row| row.integrity_check).filter(|line| line != "ok").collect())
}

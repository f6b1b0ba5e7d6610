//! The offset of the sandbox's clock from the machine's clock.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::connection::on;
use crate::db::store::schema::sandbox_clock;
use crate::error::Error;

/// The stored offset in microseconds; `None` if the database was never used by a sandbox.
pub fn find_offset(conn: &mut Conn) -> Result<Option<i64>, Error> {
    Ok(on!(conn, |c| sandbox_clock::table.select(sandbox_clock::offset_micros).first(c).optional())?)
}

/// Stores an offset in microseconds.
pub fn upsert_offset(conn: &mut Conn, offset_micros: i64) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(sandbox_clock::table)
        .values((sandbox_clock::only.eq(1), sandbox_clock::offset_micros.eq(offset_micros)))
        .on_conflict(sandbox_clock::only)
        .do_update()
        .set(sandbox_clock::offset_micros.eq(offset_micros))
        .execute(c))?;
    Ok(())
}

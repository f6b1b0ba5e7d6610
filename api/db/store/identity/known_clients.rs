//! Clients, by IP address or network, that have logged in to an account before. Their logins have a separate budget.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::store::schema::known_clients;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// Whether the client has logged in to the account before.
pub fn exists(conn: &mut Conn, account: AccountId, client: &str) -> Result<bool, Error> {
    let row = known_clients::table.find((Id(account.uuid()), client));
    Ok(on!(conn, |c| diesel::select(diesel::dsl::exists(row)).get_result(c))?)
}

/// Stores that the client logged in.
pub fn upsert(conn: &mut Conn, account: AccountId, client: &str, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(known_clients::table)
        .values((
            known_clients::account_id.eq(Id(account.uuid())),
            known_clients::client.eq(client),
            known_clients::last_used_at.eq(Moment(now)),
        ))
        .on_conflict((known_clients::account_id, known_clients::client))
        .do_update()
        .set(known_clients::last_used_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Deletes clients that have not logged in since `before`.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(
        known_clients::table.filter(known_clients::last_used_at.lt(Moment(before)))
    )
    .execute(c))?)
}

//! Devices that have logged in to an account before. Only the hashes of their tokens are stored.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::store::schema::known_devices;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// Whether the device with this token has logged in to the account before.
pub fn exists(conn: &mut Conn, account: AccountId, hash: &[u8]) -> Result<bool, Error> {
    let device = known_devices::table.find(hash).filter(known_devices::account_id.eq(Id(account.uuid())));
    Ok(on!(conn, |c| diesel::select(diesel::dsl::exists(device)).get_result(c))?)
}

/// Whether any device has logged in to the account before.
pub fn exists_any(conn: &mut Conn, account: AccountId) -> Result<bool, Error> {
    let devices = known_devices::table.filter(known_devices::account_id.eq(Id(account.uuid())));
    Ok(on!(conn, |c| diesel::select(diesel::dsl::exists(devices)).get_result(c))?)
}

/// Stores a device that has just logged in.
pub fn insert(conn: &mut Conn, account: AccountId, hash: &[u8], now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(known_devices::table)
        .values((
            known_devices::token_hash.eq(hash),
            known_devices::account_id.eq(Id(account.uuid())),
            known_devices::last_used_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Stores that a device logged in again.
pub fn update_used(conn: &mut Conn, hash: &[u8], now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(known_devices::table.find(hash))
        .set((
            known_devices::last_used_at.eq(Moment(now)),
            known_devices::logins.eq(known_devices::logins + 1),
            known_devices::failures.eq(0),
        ))
        .execute(c))?;
    Ok(())
}

/// Counts a wrong password of a device, and deletes the device if this was wrong password number `max` in a row.
pub fn count_failure(conn: &mut Conn, hash: &[u8], max: i64) -> Result<(), Error> {
    on!(conn, |c| diesel::update(known_devices::table.find(hash))
        .set(known_devices::failures.eq(known_devices::failures + 1))
        .execute(c))?;
    on!(conn, |c| diesel::delete(known_devices::table.find(hash).filter(known_devices::failures.ge(max)))
        .execute(c))?;
    Ok(())
}

/// Deletes all devices of an account but `kept`: the new device, then those that logged in again, and the latest of each.
/// So a client that never sends its token does not make the owner's devices unknown.
pub fn delete_oldest(conn: &mut Conn, account: AccountId, new: &[u8], kept: i64) -> Result<(), Error> {
    let of_account = known_devices::account_id.eq(Id(account.uuid()));
    let oldest: Vec<Vec<u8>> = on!(conn, |c| known_devices::table
        .filter(of_account)
        .order((
            known_devices::token_hash.eq(new).desc(),
            known_devices::logins.gt(1).desc(),
            known_devices::last_used_at.desc(),
            known_devices::token_hash,
        ))
        .select(known_devices::token_hash)
        .offset(kept)
        .load(c))?;
    if !oldest.is_empty() {
        on!(conn, |c| diesel::delete(
            known_devices::table.filter(known_devices::token_hash.eq_any(&oldest))
        )
        .execute(c))?;
    }
    Ok(())
}

/// Deletes a device.
pub fn delete(conn: &mut Conn, hash: &[u8]) -> Result<(), Error> {
    on!(conn, |c| diesel::delete(known_devices::table.find(hash)).execute(c))?;
    Ok(())
}

/// Deletes all devices of an account.
pub fn delete_of_account(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    on!(conn, |c| diesel::delete(
        known_devices::table.filter(known_devices::account_id.eq(Id(account.uuid())))
    )
    .execute(c))?;
    Ok(())
}

/// Deletes devices that have not logged in since `before`.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(
        known_devices::table.filter(known_devices::last_used_at.lt(Moment(before)))
    )
    .execute(c))?)
}

//! Uploads whose contents wait for the malware scanner.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::leases::lease_statements;
use crate::db::store::mails::outbox::Lease;
use crate::db::store::schema::{scans, uploads};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, UploadId};
use crate::error::Error;

/// A file that waits for the scanner, or was refused and is not deleted yet.
#[derive(Debug, Clone)]
pub struct WaitingScan {
    /// The upload.
    pub upload_id: UploadId,
    /// The account that sent it.
    pub account_id: AccountId,
    /// The text form of the account's id.
    pub account: String,
    /// The number of attempts that failed because of this file.
    pub attempts: i64,
    /// Whether the content was refused already.
    pub is_refused: bool,
}

/// Stores that an upload's content waits for the scanner. It is due at once.
pub fn insert(conn: &mut Conn, upload: UploadId, account: AccountId, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(scans::table)
        .values((
            scans::upload_id.eq(Id(upload.uuid())),
            scans::account_id.eq(Id(account.uuid())),
            scans::attempts.eq(0),
            scans::received_at.eq(Moment(now)),
            scans::next_attempt_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// The upload and the account of each scan that is due and not leased, longest waiting first, except those of the accounts
/// `except_for`. No other process can list due scans until the transaction ends.
pub fn list_due(
    conn: &mut Conn,
    now: Instant,
    except_for: &[AccountId],
    limit: i64,
) -> Result<Vec<(UploadId, AccountId)>, Error> {
    locks::acquire(conn, &[Lock::Scans])?;
    let rows: Vec<(Id, Id)> = on!(conn, |c| scans::table
        .filter(scans::next_attempt_at.le(Moment(now)))
        .filter(scans::leased_until.is_null().or(scans::leased_until.le(Moment(now))))
        .filter(scans::account_id.ne_all(except_for.iter().map(|account| Id(account.uuid()))))
        .order((scans::next_attempt_at, scans::upload_id))
        .limit(limit)
        .select((scans::upload_id, scans::account_id))
        .load(c))?;
    Ok(rows
        .into_iter()
        .map(|(id, account)| (UploadId::from_uuid(id.0), AccountId::from_uuid(account.0)))
        .collect())
}

/// Leases scans that are not leased, and returns them.
pub fn lease(
    conn: &mut Conn,
    ids: &[UploadId],
    lease: Lease,
    now: Instant,
) -> Result<Vec<WaitingScan>, Error> {
    let rows: Vec<(Id, Id, i64)> = on!(conn, |c| diesel::update(scans::table)
        .filter(scans::upload_id.eq_any(ids.iter().map(|id| Id(id.uuid()))))
        .filter(scans::leased_until.is_null().or(scans::leased_until.le(Moment(now))))
        .set((scans::lease_holder.eq(Id(lease.holder)), scans::leased_until.eq(Moment(lease.until))))
        .returning((scans::upload_id, scans::account_id, scans::attempts))
        .get_results(c))?;
    let refused: Vec<Id> = on!(conn, |c| uploads::table
        .filter(uploads::id.eq_any(rows.iter().map(|(id, _, _)| *id)))
        .filter(uploads::refused_at.is_not_null())
        .select(uploads::id)
        .load(c))?;
    let scan = |(id, account, attempts): (Id, Id, i64)| {
        let account_id = AccountId::from_uuid(account.0);
        WaitingScan {
            upload_id: UploadId::from_uuid(id.0),
            account_id,
            account: account_id.to_string(),
            attempts,
            is_refused: refused.contains(&id),
        }
    };
    Ok(rows.into_iter().map(scan).collect())
}

lease_statements!(scans, upload_id, UploadId, |id: UploadId| Id(id.uuid()));

/// Deletes the scan of an upload, and returns whether it existed.
pub fn delete(conn: &mut Conn, id: UploadId) -> Result<bool, Error> {
    Ok(on!(conn, |c| diesel::delete(scans::table.find(Id(id.uuid()))).execute(c))? > 0)
}

/// How many contents wait, and since when the oldest has waited.
pub fn count_and_oldest(conn: &mut Conn) -> Result<(i64, Option<Instant>), Error> {
    let waiting = on!(conn, |c| scans::table.count().get_result(c))?;
    let oldest: Option<Moment> =
        on!(conn, |c| scans::table.select(scans::received_at).order(scans::received_at).first(c).optional())?;
    Ok((waiting, oldest.map(|at| at.0)))
}

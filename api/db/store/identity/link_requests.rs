//! Requests for a mailed link, or for a notice of wrong passwords, that wait for their answer, a mail. The job that answers
//! a request deletes its row, so that afterwards nothing in this table shows who asked for what.

use diesel::prelude::*;
use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::leases::lease_statements;
use crate::db::store::mails::outbox::Lease;
use crate::db::store::schema::link_requests;
use crate::domain::identity::links::RequestedMail;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// A request that waits. Its texts are decoded only when it is answered, so that a row that cannot be decoded does not
/// stop the others.
#[derive(Debug, Clone)]
pub struct WaitingLinkRequest {
    /// Its id.
    pub id: Uuid,
    /// The code of the mail that it asks for.
    pub purpose: String,
    /// The address that the caller named.
    pub email: String,
    /// [`EmailAddress::key`] of the address.
    pub email_key: String,
    /// The logged-in account that asked. `None` for a stranger.
    pub account_id: Option<AccountId>,
    /// The client that asked, for the audit log.
    pub client: Option<String>,
    /// The id of the HTTP request, for the audit log.
    pub request_id: Option<String>,
    /// The number of attempts that failed.
    pub attempts: i64,
    /// When it was made.
    pub requested_at: Instant,
    /// When it is given up: when the link that it asks for would have expired.
    pub expires_at: Instant,
}

impl WaitingLinkRequest {
    /// The mail that it asks for.
    ///
    /// # Errors
    /// An internal error if the row cannot be decoded.
    pub fn requested_mail(&self) -> Result<RequestedMail, Error> {
        RequestedMail::from_code(&self.purpose)
            .ok_or_else(|| undecodable(&self.id, "link_requests.purpose", &self.purpose))
    }

    /// The address that the caller named.
    ///
    /// # Errors
    /// An internal error if the row cannot be decoded.
    pub fn email(&self) -> Result<EmailAddress, Error> {
        EmailAddress::parse(&self.email).map_err(|fault| undecodable(&self.id, "link_requests.email", &fault))
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = link_requests)]
struct Row {
    id: Id,
    purpose: String,
    email: String,
    email_key: String,
    account_id: Option<Id>,
    client: Option<String>,
    request_id: Option<String>,
    attempts: i64,
    requested_at: Moment,
    expires_at: Moment,
}

impl From<&WaitingLinkRequest> for Row {
    fn from(request: &WaitingLinkRequest) -> Self {
        Self {
            id: Id(request.id),
            purpose: request.purpose.clone(),
            email: request.email.clone(),
            email_key: request.email_key.clone(),
            account_id: request.account_id.map(|account| Id(account.uuid())),
            client: request.client.clone(),
            request_id: request.request_id.clone(),
            attempts: request.attempts,
            requested_at: Moment(request.requested_at),
            expires_at: Moment(request.expires_at),
        }
    }
}

impl From<Row> for WaitingLinkRequest {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            purpose: row.purpose,
            email: row.email,
            email_key: row.email_key,
            account_id: row.account_id.map(|account| AccountId::from_uuid(account.0)),
            client: row.client,
            request_id: row.request_id,
            attempts: row.attempts,
            requested_at: row.requested_at.0,
            expires_at: row.expires_at.0,
        }
    }
}

/// Stores a request, which is due at once.
pub fn insert(conn: &mut Conn, request: &WaitingLinkRequest) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(link_requests::table)
        .values((Row::from(request), link_requests::next_attempt_at.eq(Moment(request.requested_at))))
        .execute(c))?;
    Ok(())
}

/// All requests that wait, whether they are due or not.
pub fn list(conn: &mut Conn) -> Result<Vec<WaitingLinkRequest>, Error> {
    let rows: Vec<Row> = on!(conn, |c| link_requests::table
        .order((link_requests::requested_at, link_requests::id))
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(WaitingLinkRequest::from).collect())
}

/// The id, the address and the expiry of each request that is due and not leased, longest waiting first, except requests
/// for the addresses with the keys `except_for`. No other process can list due requests until the transaction ends.
pub fn list_due(
    conn: &mut Conn,
    now: Instant,
    except_for: &[String],
    limit: i64,
) -> Result<Vec<(Uuid, String, Instant)>, Error> {
    locks::acquire(conn, &[Lock::LinkRequests])?;
    let rows: Vec<(Id, String, Moment)> = on!(conn, |c| link_requests::table
        .filter(link_requests::next_attempt_at.le(Moment(now)))
        .filter(link_requests::leased_until.is_null().or(link_requests::leased_until.le(Moment(now))))
        .filter(link_requests::email_key.ne_all(except_for))
        .order((link_requests::next_attempt_at, link_requests::id))
        .limit(limit)
        .select((link_requests::id, link_requests::email_key, link_requests::expires_at))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, key, expires_at)| (id.0, key, expires_at.0)).collect())
}

/// Leases requests that are not leased, and returns them.
pub fn lease(
    conn: &mut Conn,
    ids: &[Uuid],
    lease: Lease,
    now: Instant,
) -> Result<Vec<WaitingLinkRequest>, Error> {
    let rows: Vec<Row> = on!(conn, |c| diesel::update(link_requests::table)
        .filter(link_requests::id.eq_any(ids.iter().copied().map(Id)))
        .filter(link_requests::leased_until.is_null().or(link_requests::leased_until.le(Moment(now))))
        .set((
            link_requests::lease_holder.eq(Id(lease.holder)),
            link_requests::leased_until.eq(Moment(lease.until))
        ))
        .returning(Row::as_returning())
        .get_results(c))?;
    Ok(rows.into_iter().map(WaitingLinkRequest::from).collect())
}

lease_statements!(link_requests, id, Uuid, Id);

/// Deletes requests, and returns how many of them existed. A job that deletes its request in the transaction that answers
/// it therefore knows that no other job has answered it.
pub fn delete(conn: &mut Conn, ids: &[Uuid]) -> Result<usize, Error> {
    let requests = link_requests::table.filter(link_requests::id.eq_any(ids.iter().copied().map(Id)));
    Ok(on!(conn, |c| diesel::delete(requests).execute(c))?)
}

/// Deletes the requests of a logged-in account. The caller must hold the account's lock.
pub fn delete_of_account(conn: &mut Conn, account: AccountId) -> Result<(), Error> {
    let requests = link_requests::table.filter(link_requests::account_id.eq(Id(account.uuid())));
    on!(conn, |c| diesel::delete(requests).execute(c))?;
    Ok(())
}

/// How many requests wait, and since when the oldest of those has waited whose attempts have not failed.
pub fn count_and_oldest(conn: &mut Conn) -> Result<(i64, Option<Instant>), Error> {
    let waiting = on!(conn, |c| link_requests::table.count().get_result(c))?;
    let oldest: Option<Moment> = on!(conn, |c| link_requests::table
        .filter(link_requests::attempts.eq(0))
        .select(link_requests::requested_at)
        .order(link_requests::requested_at)
        .first(c)
        .optional())?;
    Ok((waiting, oldest.map(|at| at.0)))
}

//! Mailed links.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::store::schema::links;
use crate::domain::identity::links::{Link, LinkPurpose};
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId};
use crate::error::Error;

#[derive(Queryable, Selectable)]
#[diesel(table_name = links)]
struct Row {
    id: Id,
    purpose: String,
    email: String,
    account_id: Option<Id>,
    created_at: Moment,
    expires_at: Moment,
    used_at: Option<Moment>,
}

impl Row {
    fn decode(self) -> Result<Link, Error> {
        let id = LinkId::from_uuid(self.id.0);
        Ok(Link {
            id,
            purpose: LinkPurpose::from_code(&self.purpose)
                .ok_or_else(|| undecodable(&id, "links.purpose", &self.purpose))?,
            email: EmailAddress::parse(&self.email)
                .map_err(|fault| undecodable(&id, "links.email", &fault))?,
            account_id: self.account_id.map(|account| AccountId::from_uuid(account.0)),
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
            used_at: self.used_at.map(|at| at.0),
        })
    }
}

/// Stores a link with its token's hash.
pub fn insert(conn: &mut Conn, link: &Link, token_hash: &[u8]) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(links::table)
        .values((
            links::id.eq(Id(link.id.uuid())),
            links::purpose.eq(link.purpose.code()),
            links::token_hash.eq(token_hash),
            links::email.eq(link.email.to_string()),
            links::email_key.eq(link.email.key()),
            links::account_id.eq(link.account_id.map(|account| Id(account.uuid()))),
            links::created_at.eq(Moment(link.created_at)),
            links::expires_at.eq(Moment(link.expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The link with this purpose whose token has this hash.
pub fn find(conn: &mut Conn, purpose: LinkPurpose, token_hash: &[u8]) -> Result<Option<Link>, Error> {
    let row: Option<Row> = on!(conn, |c| links::table
        .filter(links::token_hash.eq(token_hash))
        .filter(links::purpose.eq(purpose.code()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// Marks the link and all other links of its purpose and address as used.
pub fn update_used(conn: &mut Conn, link: &Link, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(links::table)
        .filter(links::purpose.eq(link.purpose.code()))
        .filter(links::email_key.eq(link.email.key()))
        .filter(links::used_at.is_null())
        .set(links::used_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Marks all links of a purpose that belong to an account as used.
pub fn update_used_of_account(
    conn: &mut Conn,
    purpose: LinkPurpose,
    account: AccountId,
    now: Instant,
) -> Result<(), Error> {
    on!(conn, |c| diesel::update(links::table)
        .filter(links::purpose.eq(purpose.code()))
        .filter(links::account_id.eq(Id(account.uuid())))
        .filter(links::used_at.is_null())
        .set(links::used_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Deletes links that expired before `before`.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(links::table.filter(links::expires_at.lt(Moment(before)))).execute(c))?)
}

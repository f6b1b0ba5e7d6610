//! Letters that staff must post.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment};
use crate::db::engine::connection::on;
use crate::db::store::schema::postal_items;
use crate::domain::filings::successions::GuidanceAddress;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{PostalItemId, SuccessionId};
use crate::error::Error;

/// Stores that the guidance (今後の手続きに関するご案内) of an accepted succession must be posted.
pub fn insert_guidance(
    conn: &mut Conn,
    id: PostalItemId,
    succession: SuccessionId,
    to: &GuidanceAddress,
    now: Instant,
) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(postal_items::table)
        .values((
            postal_items::id.eq(Id(id.uuid())),
            postal_items::kind.eq("SUCCESSION_GUIDANCE"),
            postal_items::succession_id.eq(Id(succession.uuid())),
            postal_items::postal_code.eq(to.postal_code.digits()),
            postal_items::address.eq(to.address.as_str()),
            postal_items::addressee.eq(to.name.as_str()),
            postal_items::queued_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

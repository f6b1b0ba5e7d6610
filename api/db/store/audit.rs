//! The audit log of all actions. A line is written in the transaction of its action.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::audit_log;
use crate::db::engine::Conn;
use crate::db::engine::columns::{Document, Id, Moment};
use crate::db::engine::connection::on;
use crate::domain::audit::AuditAction;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// One line of the audit log. It contains ids and codes instead of personal data.
pub struct Entry<'a> {
    /// When the action happened.
    pub at: Instant,
    /// The actor: an account's id, `system`, `import`, or `stranger` (a caller who is not logged in).
    pub actor: String,
    /// The action.
    pub action: AuditAction,
    /// The id or the name of the object of the action.
    pub subject: String,
    /// The client's IPv4 address, or the /64 network of its IPv6 address.
    pub client: Option<&'a str>,
    /// The id of the request.
    pub request_id: Option<&'a str>,
    /// Further codes, ids and counts.
    pub details: Option<serde_json::Value>,
}

/// Writes a line.
pub fn insert(conn: &mut Conn, entry: &Entry<'_>) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(audit_log::table)
        .values((
            audit_log::id.eq(Id(Uuid::new_v4())),
            audit_log::at.eq(Moment(entry.at)),
            audit_log::actor.eq(&entry.actor),
            audit_log::action.eq(entry.action.code()),
            audit_log::subject.eq(&entry.subject),
            audit_log::client.eq(entry.client),
            audit_log::request_id.eq(entry.request_id),
            audit_log::details.eq(entry.details.as_ref().map(Document::of).transpose()?),
        ))
        .execute(c))?;
    Ok(())
}

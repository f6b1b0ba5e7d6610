//! The audit log: who did what, to what, when and from where. A line is written in the transaction of the action.

use diesel::prelude::*;
use uuid::Uuid;

use super::schema::audit_log;
use crate::db::engine::Conn;
use crate::db::engine::columns::{Document, Id, Moment};
use crate::db::engine::connection::on;
use crate::domain::audit::AuditAction;
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// One line of the log. It names things by their ids and contains no personal data.
pub struct Entry<'a> {
    /// When it was done.
    pub at: Instant,
    /// Who did it: an account's id, or `system`, `import`, `stranger`.
    pub actor: String,
    /// What was done.
    pub action: AuditAction,
    /// What it was done to: an id or a code.
    pub subject: String,
    /// Where it came from: the client's address.
    pub client: Option<&'a str>,
    /// The id of the request that did it.
    pub request_id: Option<&'a str>,
    /// Codes and ids that complete the line.
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

//! Idempotency keys with the answers to their requests. The row of a key is written in the transaction of the request's
//! effect, so that a crash cannot leave one without the other.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::schema::idempotency_keys;
use crate::db::engine::columns::{Document, Id, Moment};
use crate::db::engine::connection::on;
use crate::db::engine::{Conn, Stored};
use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// A key, and the caller and the operation that it belongs to.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The caller: the id of an account or of a mailed link.
    pub principal: Uuid,
    /// The id of the operation.
    pub operation: &'static str,
    /// The key that the caller chose.
    pub key: String,
}

/// The fingerprint of the request with this key, and the stored answer.
pub fn find<T: DeserializeOwned>(conn: &mut Conn, scope: &Scope) -> Result<Option<(Vec<u8>, T)>, Error> {
    let row: Option<(Vec<u8>, Document)> = on!(conn, |c| idempotency_keys::table
        .find((Id(scope.principal), scope.operation, &scope.key))
        .select((idempotency_keys::fingerprint, idempotency_keys::answer))
        .first(c)
        .optional())?;
    row.map(|(fingerprint, answer)| {
        Ok((fingerprint, answer.read(&scope.principal, "idempotency_keys.answer")?))
    })
    .transpose()
}

/// Stores an answer under its key.
pub fn insert(
    conn: &mut Conn,
    scope: &Scope,
    fingerprint: &[u8],
    answer: &impl Serialize,
    now: Instant,
) -> Result<Stored, Error> {
    let result = on!(conn, |c| diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::principal.eq(Id(scope.principal)),
            idempotency_keys::operation.eq(scope.operation),
            idempotency_keys::key.eq(&scope.key),
            idempotency_keys::fingerprint.eq(fingerprint),
            idempotency_keys::answer.eq(Document::of(answer)?),
            idempotency_keys::created_at.eq(Moment(now)),
        ))
        .on_conflict_do_nothing()
        .execute(c));
    Stored::from_count(result)
}

/// Deletes keys that were stored before `before`.
pub fn delete_before(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::delete(
        idempotency_keys::table.filter(idempotency_keys::created_at.lt(Moment(before)))
    )
    .execute(c))?)
}

//! The three column types that SQLite and PostgreSQL store differently, and their Rust types.
//!
//! Each file of `db::store` decodes its rows from these types into domain values. The error of a value that cannot be
//! decoded names the row and the column.

use std::fmt;
use std::io::Write as _;

use chrono::DateTime;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, BigInt, Binary, Text, Timestamptz};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::domain::values::calendar::Instant;
use crate::error::Error;

/// The first byte of a `jsonb` value in PostgreSQL's protocol. The service encodes `jsonb` itself, because diesel
/// supports it only for `serde_json::Value`, which sorts an object's members: SQLite would then store new documents
/// with another order of members than existing rows have.
const JSONB_VERSION: u8 = 1;

/// The SQL types, as `schema` names them.
pub mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// A random 128-bit id: `uuid`, 16 bytes in SQLite.
    #[derive(Debug, Clone, Copy, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Binary"), postgres_type(oid = 2950, array_oid = 2951))]
    pub struct Id;

    /// An instant: `timestamptz`, in SQLite the microseconds since 1970-01-01T00:00:00Z.
    #[derive(Debug, Clone, Copy, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Long"), postgres_type(oid = 1184, array_oid = 1185))]
    pub struct Moment;

    /// A JSON document: `jsonb`, in SQLite text.
    #[derive(Debug, Clone, Copy, QueryId, SqlType)]
    #[diesel(sqlite_type(name = "Text"), postgres_type(oid = 3802, array_oid = 3807))]
    pub struct Document;
}

/// An id in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Id)]
pub struct Id(pub Uuid);

impl ToSql<sql::Id, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        <[u8] as ToSql<Binary, Sqlite>>::to_sql(self.0.as_bytes(), out)
    }
}

impl FromSql<sql::Id, Sqlite> for Id {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

impl ToSql<sql::Id, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<sql::Id, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(value).map(Self)
    }
}

/// An instant in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Moment)]
pub struct Moment(pub Instant);

impl ToSql<sql::Moment, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Moment, Sqlite> for Moment {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| "an instant out of range".into())
    }
}

impl ToSql<sql::Moment, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Instant as ToSql<Timestamptz, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<sql::Moment, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <Instant as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

/// A JSON document in a row.
#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Document)]
pub struct Document(pub String);

impl Document {
    /// Encodes a value as a document.
    ///
    /// # Errors
    /// An internal error if the value cannot be written as JSON.
    pub fn of(value: &impl Serialize) -> Result<Self, Error> {
        serde_json::to_string(value).map(Self).map_err(Error::internal)
    }

    /// Decodes a value from the document.
    ///
    /// # Errors
    /// An internal error that names the row and the column.
    pub fn read<T: DeserializeOwned>(
        &self,
        row: &dyn fmt::Display,
        column: &'static str,
    ) -> Result<T, Error> {
        serde_json::from_str(&self.0).map_err(|source| undecodable(row, column, &source))
    }
}

impl ToSql<sql::Document, Sqlite> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        <str as ToSql<Text, Sqlite>>::to_sql(&self.0, out)
    }
}

impl FromSql<sql::Document, Sqlite> for Document {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Sqlite>>::from_sql(value).map(Self)
    }
}

impl ToSql<sql::Document, Pg> for Document {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&[JSONB_VERSION])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<sql::Document, Pg> for Document {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes().split_first() {
            Some((&JSONB_VERSION, json)) => Ok(Self(std::str::from_utf8(json)?.to_owned())),
            _ => Err("a document of an unknown version".into()),
        }
    }
}

/// The error for a stored value that the domain does not accept.
pub fn undecodable(row: &dyn fmt::Display, column: &'static str, reason: &dyn fmt::Debug) -> Error {
    Error::internal(format!("row {row}: column {column} cannot be decoded: {reason:?}"))
}

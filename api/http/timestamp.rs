//! Points in time in answers: RFC 3339, in UTC, with milliseconds.

use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::values::calendar::Instant;

/// A point in time in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp(Instant);

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A point in time (RFC 3339), in UTC with milliseconds."))
            .max_length(Some(40))
            .examples([serde_json::json!("2023-02-03T00:00:00.000Z")])
            .into()
    }
}

impl ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_in_utc_with_milliseconds() {
        let instant = chrono::DateTime::from_timestamp_micros(1_675_382_400_123_456).unwrap();
        assert_eq!(serde_json::json!(Timestamp(instant)), "2023-02-03T00:00:00.123Z");
    }
}

//! Serializes an optional [`YearMonth`] as a string `YYYY-MM` or as an absent member.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::domain::values::calendar::YearMonth;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    reason = "serde's `with` passes the member by reference"
)]
pub(super) fn serialize<S: Serializer>(month: &Option<YearMonth>, serializer: S) -> Result<S::Ok, S::Error> {
    match month {
        Some(month) => serializer.collect_str(month),
        None => serializer.serialize_none(),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<YearMonth>, D::Error> {
    Option::<String>::deserialize(deserializer)?
        .map(|text| YearMonth::parse(&text).map_err(|_| D::Error::custom("a month YYYY-MM is expected")))
        .transpose()
}

//! The rules of a category for the members of the reason.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::StatementField;
use crate::domain::values::calendar::{YearMonth, parse_date};

/// A value of a member that is an enumeration.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 40, example = "OTHER")]
#[expect(dead_code, reason = "describes a word in the OpenAPI document")]
struct RuleWord(String);

/// Whether a member of the reason is required (記載の要否).
///
/// A condition refers to another member, which is earlier in the list of members. If the condition is met, the member
/// is required. If not, the member must be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Requirement {
    /// The member is required.
    Always {},
    /// The member may be absent.
    Optional {},
    /// The member is required if another member has one of these values.
    WhenOneOf {
        /// The other member, which is an enumeration.
        field: StatementField,
        /// The values, at least one.
        words: Vec<String>,
    },
    /// The member is required if another member is below a limit.
    WhenBelow {
        /// The other member, which is a whole number.
        field: StatementField,
        /// The limit. The condition is met for numbers below it.
        limit: i64,
    },
}

/// When a member of the reason is required. `ALWAYS`: always. `OPTIONAL`: never. `WHEN_ONE_OF`: if the member `field` has
/// one of the values `words`. `WHEN_BELOW`: if the member `field` is below `limit`.
#[derive(ToSchema)]
#[schema(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "describes the kinds in the OpenAPI document")]
enum RequirementKind {
    Always,
    Optional,
    WhenOneOf,
    WhenBelow,
}

/// Whether a member of the reason is required. A condition refers to another member, which is earlier in the list of
/// members. If the condition is met, the member is required. If not, the member must be absent.
#[derive(ToSchema)]
#[schema(as = Requirement)]
#[expect(dead_code, reason = "describes a requirement in the OpenAPI document, without a union")]
struct RequirementSchema {
    /// When the member is required.
    kind: RequirementKind,
    /// The other member. Only for `WHEN_ONE_OF` and `WHEN_BELOW`.
    #[schema(nullable = false)]
    field: Option<StatementField>,
    /// The values of the other member, at least one. Only for `WHEN_ONE_OF`.
    #[schema(nullable = false, max_items = 20, value_type = Option<Vec<RuleWord>>)]
    words: Option<Vec<String>>,
    /// The limit of the other member. The condition is met for numbers below it. Only for `WHEN_BELOW`.
    #[schema(nullable = false, minimum = 0, maximum = 1000)]
    limit: Option<i64>,
}

/// The last allowed day or month (期限) of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum NotAfter {
    /// For members that are days.
    Day(NaiveDate),
    /// For members that are months.
    Month(YearMonth),
}

impl TryFrom<String> for NotAfter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        parse_date(&text)
            .map(Self::Day)
            .or_else(|_| YearMonth::parse(&text).map(Self::Month))
            .map_err(|_| "a day YYYY-MM-DD or a month YYYY-MM is expected")
    }
}

impl From<NotAfter> for String {
    fn from(limit: NotAfter) -> Self {
        match limit {
            NotAfter::Day(day) => day.to_string(),
            NotAfter::Month(month) => month.to_string(),
        }
    }
}

/// The rule of a category for one member of the reason (記載事項).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The member.
    pub field: StatementField,
    /// Whether the member is required.
    #[schema(value_type = RequirementSchema)]
    pub requirement: Requirement,
    /// The last day or the last month that the member may have, inclusive. Only for members that are days or months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        value_type = Option<String>,
        nullable = false,
        max_length = 10,
        pattern = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$",
        example = "2023-02-28",
    )]
    pub not_after: Option<NotAfter>,
    /// Whether the day must not be after the day of filing, in Japan. Only for members that are days.
    #[serde(default)]
    pub not_in_future: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_an_existing_day_or_month() {
        for text in ["2023-02-28", "2023-09"] {
            let limit: NotAfter = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(String::from(limit), text);
        }
        for text in ["", "2023", "2023-02-29", "2023-13", "2023-9", "令和5年9月"] {
            assert!(NotAfter::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn malformed_requirements_are_refused() {
        for json in [
            r#""ALWAYS""#,
            "{}",
            r#"{"kind":"SOMETIMES"}"#,
            r#"{"kind":"ALWAYS","limit":70}"#,
            r#"{"kind":"OPTIONAL","field":"works"}"#,
            r#"{"kind":"WHEN_BELOW","field":"youngest_fulltime_age"}"#,
            r#"{"kind":"WHEN_BELOW","field":"youngest_fulltime_age","limit":70,"or":1}"#,
            r#"{"kind":"WHEN_ONE_OF","field":"age","words":["OTHER"]}"#,
        ] {
            assert!(serde_json::from_str::<Requirement>(json).is_err(), "{json}");
        }
    }
}

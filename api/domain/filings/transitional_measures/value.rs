//! The values of the members of a reason, and the closed lists of words among them.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::values::calendar::YearMonth;
use crate::domain::values::coded_enum::coded_enum;

coded_enum! {
    /// Whether an optical line (光回線) is available at the facility. `NOT_AVAILABLE`: no line is available yet.
    /// `AVAILABLE`: a line can be used, or will be from a known day on.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum LineStatus {
        /// No line can be used, and no day is known: the end of the excuse is open.
        NotAvailable = "NOT_AVAILABLE",
        /// A line can be used from a known day on. The excuse ends some months after this day.
        Available = "AVAILABLE",
    }
}

coded_enum! {
    /// Why the facility is not in its usual building (改築工事・臨時施設の別). `REBUILDING`: the building is being rebuilt
    /// (改築工事). `TEMPORARY_SITE`: the facility is on a temporary site (臨時施設).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Works {
        /// 改築工事: the building is being rebuilt.
        Rebuilding = "REBUILDING",
        /// 臨時施設: the facility is on a temporary site.
        TemporarySite = "TEMPORARY_SITE",
    }
}

coded_enum! {
    /// What the facility has decided (廃止・休止の別). `CLOSING`: to close (廃止). `SUSPENDING`: to suspend its services
    /// (休止).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Plan {
        /// 廃止: the facility closes.
        Closing = "CLOSING",
        /// 休止: the facility suspends its work.
        Suspending = "SUSPENDING",
    }
}

coded_enum! {
    /// The kind of special hardship (特に困難な事情の別). `DISASTER`: a natural disaster or a similar event.
    /// `ELDERLY_DOCTORS`: elderly doctors and few claims. `OTHER`: another hardship, which is judged case by case.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Circumstance {
        /// ア: a natural disaster or a similar event.
        Disaster = "DISASTER",
        /// イ: elderly doctors and few claims. The regional bureau checks the number of claims.
        ElderlyDoctors = "ELDERLY_DOCTORS",
        /// ウ: another hardship, which is judged individually.
        Other = "OTHER",
    }
}

/// The value of one member of a statement.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A day.
    Date(NaiveDate),
    /// A month.
    Month(YearMonth),
    /// A line or a paragraph, trimmed and without control characters.
    Text(String),
    /// A word, by its code.
    Word(&'static str),
    /// A confirmation.
    Confirmation(bool),
    /// A whole number.
    Integer(i64),
}

/// Hides texts: people write about age and illness there.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(day) => write!(f, "{day}"),
            Self::Month(month) => write!(f, "{month}"),
            Self::Text(_) => f.write_str("Text(..)"),
            Self::Word(code) => f.write_str(code),
            Self::Confirmation(confirmed) => write!(f, "{confirmed}"),
            Self::Integer(number) => write!(f, "{number}"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Date(day) => serializer.collect_str(day),
            Self::Month(month) => serializer.collect_str(month),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Word(code) => serializer.serialize_str(code),
            Self::Confirmation(confirmed) => serializer.serialize_bool(*confirmed),
            Self::Integer(number) => serializer.serialize_i64(*number),
        }
    }
}

/// The value of a member as it was sent or stored. [`FieldForm::read`](super::FieldForm::read) converts it to a [`Value`].
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// A text: for days, months, lines, paragraphs and words.
    Text(String),
    /// A boolean: for confirmations.
    Confirmation(bool),
    /// A whole number.
    Integer(i64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_texts() {
        assert_eq!(format!("{:?}", Value::Text("七十五歳です".to_owned())), "Text(..)");
        assert_eq!(format!("{:?}", Value::Word(Plan::Closing.code())), "CLOSING");
    }
}

//! The values of the members of a reason, and the closed lists of words among them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::values::calendar::YearMonth;
use crate::domain::values::words::words;

words! {
    /// Whether an optical line (光回線) can be used at the facility.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum LineStatus {
        /// No line yet: the excuse stays open.
        NotAvailable = "NOT_AVAILABLE",
        /// A line is ready, or has a day from which it is: the months after it count.
        Available = "AVAILABLE",
    }
}

words! {
    /// What keeps the facility from its usual rooms (改築工事・臨時施設の別).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Works {
        /// 改築工事: the building is being rebuilt.
        Rebuilding = "REBUILDING",
        /// 臨時施設: the facility works on a temporary site.
        TemporarySite = "TEMPORARY_SITE",
    }
}

words! {
    /// What the facility has decided (廃止・休止の別).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Plan {
        /// 廃止: to close.
        Closing = "CLOSING",
        /// 休止: to suspend.
        Suspending = "SUSPENDING",
    }
}

words! {
    /// Which special hardship (特に困難な事情の別).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Circumstance {
        /// ア: a natural disaster or the like.
        Disaster = "DISASTER",
        /// イ: elderly doctors and few claims; the bureau checks the claims.
        ElderlyDoctors = "ELDERLY_DOCTORS",
        /// ウ: another hardship, judged case by case.
        Other = "OTHER",
    }
}

/// The value of one member of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A day.
    Date(NaiveDate),
    /// A month.
    Month(YearMonth),
    /// A line or a paragraph, trimmed and without control characters.
    Text(String),
    /// The code of a word.
    Word(&'static str),
    /// A confirmation, given or not.
    Confirmation(bool),
    /// A whole number.
    Integer(i64),
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

/// The value of a member as it was sent or stored, before
/// [`FieldForm::read`](super::FieldForm::read) makes a [`Value`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// A text: for days, months, lines, paragraphs and words.
    Text(String),
    /// A boolean: for confirmations.
    Confirmation(bool),
    /// A whole number.
    Integer(i64),
}

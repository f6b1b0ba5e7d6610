//! The two languages of the service, and texts in both languages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language of the service. Japanese is the default everywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Japanese, the language of the procedures.
    #[default]
    Ja,
    /// English, on request.
    En,
}

impl Lang {
    /// The language's BCP 47 tag, as in `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// A text in Japanese and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The text in Japanese.
    #[schema(max_length = 1000, example = "架空の文です。")]
    pub ja: String,
    /// The text in English.
    #[schema(max_length = 1000, example = "A sentence made up for the example.")]
    pub en: String,
}

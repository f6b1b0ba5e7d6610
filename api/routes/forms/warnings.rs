//! The warnings about a form, as confirmation screens show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::entry_schemas::FormPointer;
use crate::domain::values::lang::Lang;
use crate::domain::values::warning::FieldWarning;

/// What looks like a mistake in a form that is accepted all the same.
#[derive(Serialize, ToSchema)]
pub struct WarningResponse {
    /// What looks like a mistake. Clients must accept unknown codes.
    #[schema(max_length = 60, example = "CORPORATION_NAME_EXPECTED")]
    pub code: String,
    /// The member of the form, as a JSON Pointer.
    #[schema(value_type = FormPointer)]
    pub pointer: String,
    /// The text for the person who fills in the form, in Japanese.
    #[schema(
        max_length = 500,
        example = "開設者が「法人」ですが、個人の氏名または役職名が入力されているようです。"
    )]
    pub detail_ja: String,
    /// The same text in English.
    #[schema(
        max_length = 500,
        example = "The founder is a corporation, but the name looks like that of a person."
    )]
    pub detail_en: String,
}

impl WarningResponse {
    /// Shows the warnings about a form.
    #[must_use]
    pub fn list(warnings: &[FieldWarning]) -> Vec<Self> {
        let show = |found: &FieldWarning| Self {
            code: found.warning.code().to_owned(),
            pointer: found.pointer.clone(),
            detail_ja: found.warning.text(Lang::Ja).to_owned(),
            detail_en: found.warning.text(Lang::En).to_owned(),
        };
        warnings.iter().map(show).collect()
    }
}

//! Reviews of filings: who decides, and the result of a review.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::values::calendar::Instant;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::lang::Lang;

coded_enum! {
    /// Whether filings are accepted automatically or by staff. This is a setting of the service.
    pub enum ReviewMode {
        /// A complete filing is accepted at once.
        Automatic = "automatic",
        /// Staff decide.
        Staff = "staff",
    }
}

coded_enum! {
    /// Why the service itself returned a filing.
    #[derive(Serialize, Deserialize)]
    pub enum ReturnReason {
        /// The successor's code or postal code does not match the facility list.
        #[serde(rename = "SUCCESSOR_NOT_AS_LISTED")]
        SuccessorNotAsListed = "SUCCESSOR_NOT_AS_LISTED",
        /// The successor has an account of its own.
        #[serde(rename = "SUCCESSOR_HAS_ACCOUNT")]
        SuccessorHasAccount = "SUCCESSOR_HAS_ACCOUNT",
    }
}

impl ReturnReason {
    /// The reason as a sentence for the facility.
    #[must_use]
    pub const fn text(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::SuccessorNotAsListed, Lang::Ja) => {
                "承継先の医療機関等コードまたは郵便番号が、地方厚生（支）局の一覧と一致しませんでした。"
            }
            (Self::SuccessorNotAsListed, Lang::En) => {
                "The successor's facility code or postal code does not match the regional bureau's list."
            }
            (Self::SuccessorHasAccount, Lang::Ja) => {
                "承継先の医療機関等コードでは、すでに別のアカウントが登録されています。コードに誤りがないかご確認ください。\
                 誤りがない場合は、コールセンターにお問い合わせください。"
            }
            (Self::SuccessorHasAccount, Lang::En) => {
                "Another account is registered with the successor's facility code. Check the code. If it is correct, \
                 ask the call centre."
            }
        }
    }
}

/// The latest result of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When the filing was reviewed.
    pub at: Instant,
    /// The text of staff for the facility: what to correct, or why the filing was rejected. Older rows of filings that
    /// the service returned have the Japanese text of the reason here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<String>,
    /// Why the service returned the filing, if the service did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<ReturnReason>,
    /// The JSON pointers (RFC 6901) of the fields to correct.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<String>,
    /// The last day in Japan on which a correction is accepted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<NaiveDate>,
}

impl Review {
    /// The text for the facility: the message if there is one, otherwise the text of the reason.
    #[must_use]
    pub fn text(&self, lang: Lang) -> Option<&str> {
        self.message.as_deref().or_else(|| self.reason.map(|reason| reason.text(lang)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::coded_enum::tests::codes_round_trip_and_other_texts_are_refused;

    #[test]
    fn a_reason_is_stored_by_its_code_and_has_a_text_in_both_languages() {
        codes_round_trip_and_other_texts_are_refused::<ReturnReason>();
        for &reason in ReturnReason::ALL {
            let stored = serde_json::json!({ "at": "2023-02-04T00:00:00Z", "reason": reason.code() });
            let review: Review = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!(review.reason, Some(reason));
            assert_eq!(serde_json::to_value(&review).unwrap(), stored);
            assert!(review.text(Lang::En).unwrap().is_ascii());
            assert!(!review.text(Lang::Ja).unwrap().is_ascii());
        }
    }

    #[test]
    fn a_review_that_was_stored_with_a_text_keeps_the_text() {
        let stored =
            serde_json::json!({ "at": "2023-02-04T00:00:00Z", "message": "一覧と一致しませんでした。" });
        let review: Review = serde_json::from_value(stored).unwrap();
        assert_eq!((review.text(Lang::Ja), review.reason), (Some("一覧と一致しませんでした。"), None));
    }

    #[test]
    fn a_review_with_an_unknown_reason_cannot_be_read() {
        let stored = serde_json::json!({ "at": "2023-02-04T00:00:00Z", "reason": "BAD_WEATHER" });
        assert!(serde_json::from_value::<Review>(stored).is_err());
    }
}

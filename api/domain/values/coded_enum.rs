//! The one way in which enums with codes are declared: one line gives a word and its code.
//!
//! A code stands in JSON, in the database, in a setting or in a round's file. Every such enum has
//! the same three names: `ALL`, `code()` and `from_code()`.

/// Declares an enum with `ALL`, `CODES`, `code`, `from_code` and `Display`.
///
/// Where the words also stand in JSON, the declaration derives serde's traits and `ToSchema` and
/// spells the codes for serde once more, as utoipa reads them there; the test holds the two together.
macro_rules! coded_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$of_variant:meta])* $variant:ident = $code:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// Every word, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The codes of [`Self::ALL`], in the same order.
            pub const CODES: &'static [&'static str] = &[$($code,)+];

            /// The word's code. Codes are never reused for another meaning.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The word with this code, compared exactly; `None` for every other text.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        #[cfg(test)]
        impl $crate::domain::values::coded_enum::CodedEnum for $name {
            const ALL: &'static [Self] = Self::ALL;

            fn code(self) -> &'static str {
                self.code()
            }

            fn from_code(code: &str) -> Option<Self> {
                Self::from_code(code)
            }
        }
    };
}

pub(crate) use coded_enum;

/// What the test below asks of every declaration.
#[cfg(test)]
pub(crate) trait CodedEnum: Copy + 'static {
    const ALL: &'static [Self];
    fn code(self) -> &'static str;
    fn from_code(code: &str) -> Option<Self>;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;
    use std::fmt::{Debug, Display};

    use serde::{Serialize, de::DeserializeOwned};
    use utoipa::PartialSchema;

    use super::CodedEnum;
    use crate::domain::accounts::FounderKind;
    use crate::domain::filings::declarations::DeclarationStatus;
    use crate::domain::filings::reviews::ReviewMode;
    use crate::domain::filings::successions::{SuccessionReason, SuccessionStatus};
    use crate::domain::filings::transitional_measures::{
        AttachmentRule, Basis, Category, Circumstance, LineStatus, Plan, StatementField, Works,
    };
    use crate::domain::filings::uploads::MediaType;
    use crate::domain::identity::links::LinkPurpose;
    use crate::domain::mails::{MailFailure, MailState};
    use crate::domain::values::facility_code::FacilityKind;

    /// For the words of other modules, too: this one imports none of them.
    pub(crate) fn codes_round_trip_and_other_texts_are_refused<W: CodedEnum + Debug + Display + PartialEq>() {
        let codes: HashSet<_> = W::ALL.iter().map(|word| word.code()).collect();
        assert_eq!(codes.len(), W::ALL.len(), "{codes:?}");
        for word in W::ALL {
            let code = word.code();
            assert_eq!(W::from_code(code), Some(*word));
            assert_eq!(word.to_string(), code);
            for other in [String::new(), format!("{code} "), swapped(code), code.replace('_', "-") + "-"] {
                assert_eq!(W::from_code(&other), None, "{other:?}");
            }
        }
    }

    fn swapped(code: &str) -> String {
        if code.chars().any(char::is_lowercase) { code.to_uppercase() } else { code.to_lowercase() }
    }

    fn serde_and_schema_spell_them_alike<W: CodedEnum + Serialize + PartialSchema>() {
        let codes: Vec<_> = W::ALL.iter().map(|word| word.code()).collect();
        let schema = serde_json::to_value(W::schema()).unwrap();
        assert_eq!(schema.get("enum"), Some(&serde_json::json!(codes)));
        for word in W::ALL {
            assert_eq!(serde_json::to_value(word).unwrap(), word.code());
        }
    }

    fn serde_reads_them_back<W: CodedEnum + Debug + PartialEq + DeserializeOwned>() {
        for word in W::ALL {
            assert_eq!(serde_json::from_value::<W>(word.code().into()).unwrap(), *word);
        }
    }

    macro_rules! in_json {
        ($($word:ty),+ $(,)?) => {$(
            codes_round_trip_and_other_texts_are_refused::<$word>();
            serde_and_schema_spell_them_alike::<$word>();
            serde_reads_them_back::<$word>();
        )+};
    }

    #[test]
    fn codes_of_json_agree_with_serde_and_schema() {
        in_json!(
            FacilityKind,
            FounderKind,
            DeclarationStatus,
            SuccessionStatus,
            SuccessionReason,
            MediaType,
            AttachmentRule,
            Basis,
            Category,
            Circumstance,
            LineStatus,
            Plan,
            StatementField,
            Works,
        );
        codes_round_trip_and_other_texts_are_refused::<MailState>();
        serde_and_schema_spell_them_alike::<MailState>();
    }

    #[test]
    fn codes_of_the_database_and_of_settings_lead_back_and_near_misses_nowhere() {
        codes_round_trip_and_other_texts_are_refused::<LinkPurpose>();
        codes_round_trip_and_other_texts_are_refused::<MailFailure>();
        codes_round_trip_and_other_texts_are_refused::<ReviewMode>();
    }
}

//! The macro `coded_enum!` declares an enum whose variants have codes. A code is the text of a variant in JSON, in the
//! database, in a setting or in a round's file.

/// Declares an enum with `ALL`, `CODES`, `code`, `from_code` and `Display`.
///
/// An enum that is part of JSON also derives serde's traits and `ToSchema`, and repeats its codes in serde's
/// attributes, because utoipa reads the codes there. A test checks that both spellings of the codes agree.
macro_rules! coded_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$of_variant:meta])* $variant:ident = $code:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The codes of [`Self::ALL`], in the same order.
            pub const CODES: &'static [&'static str] = &[$($code,)+];

            /// The variant's code. Codes are never reused for another meaning.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The variant with exactly this code; `None` for every other text.
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

/// The functions of every declared enum, for the test below.
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
    use crate::domain::identity::sessions::RefreshTokenPlace;
    use crate::domain::mails::{MailFailure, MailState};
    use crate::domain::values::facility_code::FacilityKind;

    /// Checks that each code gives its variant and that similar texts give none. Modules above `domain` test their
    /// enums with this, too.
    pub(crate) fn codes_round_trip_and_other_texts_are_refused<E: CodedEnum + Debug + Display + PartialEq>() {
        let codes: HashSet<_> = E::ALL.iter().map(|variant| variant.code()).collect();
        assert_eq!(codes.len(), E::ALL.len(), "{codes:?}");
        for variant in E::ALL {
            let code = variant.code();
            assert_eq!(E::from_code(code), Some(*variant));
            assert_eq!(variant.to_string(), code);
            for other in
                [String::new(), format!("{code} "), with_other_case(code), code.replace('_', "-") + "-"]
            {
                assert_eq!(E::from_code(&other), None, "{other:?}");
            }
        }
    }

    fn with_other_case(code: &str) -> String {
        if code.chars().any(char::is_lowercase) { code.to_uppercase() } else { code.to_lowercase() }
    }

    fn serde_and_schema_use_the_codes<E: CodedEnum + Serialize + PartialSchema>() {
        let codes: Vec<_> = E::ALL.iter().map(|variant| variant.code()).collect();
        let schema = serde_json::to_value(E::schema()).unwrap();
        assert_eq!(schema.get("enum"), Some(&serde_json::json!(codes)));
        for variant in E::ALL {
            assert_eq!(serde_json::to_value(variant).unwrap(), variant.code());
        }
    }

    fn serde_reads_the_codes<E: CodedEnum + Debug + PartialEq + DeserializeOwned>() {
        for variant in E::ALL {
            assert_eq!(serde_json::from_value::<E>(variant.code().into()).unwrap(), *variant);
        }
    }

    macro_rules! in_json {
        ($($coded:ty),+ $(,)?) => {$(
            codes_round_trip_and_other_texts_are_refused::<$coded>();
            serde_and_schema_use_the_codes::<$coded>();
            serde_reads_the_codes::<$coded>();
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
            RefreshTokenPlace,
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
        serde_and_schema_use_the_codes::<MailState>();
    }

    #[test]
    fn codes_of_the_database_and_of_settings_round_trip() {
        codes_round_trip_and_other_texts_are_refused::<LinkPurpose>();
        codes_round_trip_and_other_texts_are_refused::<MailFailure>();
        codes_round_trip_and_other_texts_are_refused::<ReviewMode>();
    }
}

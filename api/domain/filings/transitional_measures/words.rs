//! Closed lists of words: one declaration gives the enum, its codes and the way back.

/// Declares an enum of words with `ALL`, `CODES`, `code`, `from_code`, `Display`, serde and schema.
/// The `serde` attribute stays with the caller, as utoipa does not read a code passed on by a
/// macro; the test holds it to the codes.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$meta])*
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The codes of [`Self::ALL`], in the same order.
            pub const CODES: &'static [&'static str] = &[$($code,)+];

            /// The word as it stands in JSON, in the database and in the round's file.
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
        impl $crate::domain::filings::transitional_measures::words::Word for $name {
            fn all() -> Vec<(Self, &'static str)> {
                Self::ALL.iter().map(|word| (*word, word.code())).collect()
            }

            fn read(code: &str) -> Option<Self> {
                Self::from_code(code)
            }
        }
    };
}

pub(super) use words;

#[cfg(test)]
pub(super) trait Word: Sized {
    fn all() -> Vec<(Self, &'static str)>;
    fn read(code: &str) -> Option<Self>;
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use serde::{Serialize, de::DeserializeOwned};
    use utoipa::PartialSchema;

    use super::Word;
    use crate::domain::filings::transitional_measures::{
        Category, Circumstance, LineStatus, Plan, StatementField, Works,
    };

    fn one_spelling_everywhere<W>()
    where
        W: Word + Debug + Display + PartialEq + Serialize + DeserializeOwned + PartialSchema,
    {
        let codes: Vec<_> = W::all().into_iter().map(|(_, code)| code).collect();
        let schema = serde_json::to_value(W::schema()).unwrap();
        assert_eq!(schema.get("enum"), Some(&serde_json::json!(codes)));
        for (word, code) in W::all() {
            let json = format!("\"{code}\"");
            assert_eq!(serde_json::to_string(&word).unwrap(), json);
            assert_eq!(serde_json::from_str::<W>(&json).unwrap(), word);
            assert_eq!(word.to_string(), code);
            for other in [String::new(), format!("{code} "), swapped(code), code.replace('_', "-") + "-"] {
                assert_eq!(W::read(&other), None, "{other:?}");
            }
            assert_eq!(W::read(code), Some(word));
        }
    }

    fn swapped(code: &str) -> String {
        if code.chars().any(char::is_lowercase) { code.to_uppercase() } else { code.to_lowercase() }
    }

    #[test]
    fn json_schema_code_and_display_agree_for_every_word_and_near_misses_are_refused() {
        one_spelling_everywhere::<Category>();
        one_spelling_everywhere::<StatementField>();
        one_spelling_everywhere::<LineStatus>();
        one_spelling_everywhere::<Works>();
        one_spelling_everywhere::<Plan>();
        one_spelling_everywhere::<Circumstance>();
    }
}

//! The file of a round, which an operator writes and loads.

use serde::{Deserialize, Serialize};

use super::check::check;
use super::{Edition, RoundFileError};

/// A round (届出回), as its JSON file contains it.
///
/// ```json
/// { "round": "2023", "editions": [ { "effective_from": "2022-12-23" } ] }
/// ```
///
/// Every edition is complete: it repeats the rules that did not change. Unknown members are refused. Files must be
/// read with [`RoundFile::parse`], because deserializing checks only the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundFile {
    /// The round's name in URLs: 1 to 40 characters of `a-z`, `0-9` and the hyphen.
    pub round: String,
    /// The editions, ordered by `effective_from`, each later than the edition before.
    pub editions: Vec<Edition>,
}

impl RoundFile {
    /// Reads a round's file and checks that it is consistent.
    ///
    /// # Errors
    /// [`RoundFileError`] with the first error and its place.
    pub fn parse(json: &str) -> Result<Self, RoundFileError> {
        let file: Self = serde_json::from_str(json)?;
        check(&file)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::filings::transitional_measures::testing::{
        HOME_VISIT_NURSING, ROUND_2023, home_visit_nursing_round, round_2023,
    };

    /// The error after one value of the file was replaced.
    fn refusal(pointer: &str, value: Value) -> String {
        let mut file: Value = serde_json::from_str(ROUND_2023).unwrap();
        *file.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        RoundFile::parse(&file.to_string()).expect_err(pointer).to_string()
    }

    #[test]
    fn the_file_of_2023_is_consistent_and_unchanged_after_writing_and_reading() {
        let round = round_2023();
        assert_eq!((round.round.as_str(), round.editions.len()), ("2023", 2));
        let written = serde_json::to_string(&round).unwrap();
        assert_eq!(RoundFile::parse(&written).unwrap(), round);
    }

    #[test]
    fn the_editions_of_2023_differ_only_in_two_categories() {
        let round = round_2023();
        let [first, second] = round.editions.as_slice() else { panic!("two editions") };
        let changed: Vec<_> = std::iter::zip(&first.categories, &second.categories)
            .filter(|(before, after)| before != after)
            .map(|(before, _)| before.number)
            .collect();
        assert_eq!(changed, [3, 5]);
        assert_eq!(
            (first.opens_on, first.until, first.late_until),
            (second.opens_on, second.until, second.late_until)
        );
        assert_eq!(first.eligible_kinds, second.eligible_kinds);
    }

    #[test]
    fn the_file_of_another_round_is_read_and_checked() {
        assert_eq!(home_visit_nursing_round().round, "visiting-nursing-2024");
        assert!(RoundFile::parse(&HOME_VISIT_NURSING.replace("2024-10-31", "2024-08-31")).is_err());
    }

    #[test]
    fn names_that_cannot_be_part_of_a_url_are_refused() {
        for name in ["", "2023 ", "Round", "令和5年", "a/b", &"a".repeat(41)] {
            assert!(refusal("/round", json!(name)).contains("must be 1 to 40 characters of"), "{name}");
        }
    }

    #[test]
    fn values_of_another_form_are_refused() {
        for (pointer, value) in [
            ("/editions", json!({})),
            ("/editions/0/until", json!("2023-02-29")),
            ("/editions/0/eligible_kinds/0", json!("HOSPITAL")),
            ("/editions/0/categories/0/category", json!("SYSTEM")),
            ("/editions/0/categories/0/fields/0/not_after", json!("2023")),
            ("/editions/0/categories/0/excused_until/basis", json!({ "kind": "OPEN", "months": 1 })),
            (
                "/editions/0/categories/0/excused_until/basis",
                json!({ "kind": "END_OF_MONTH_OF", "field": "works", "month": 1 }),
            ),
            ("/editions/0/categories/0/excused_until/basis", json!("OPEN")),
            ("/editions/0/name", json!({ "ja": "回" })),
        ] {
            assert!(
                refusal(pointer, value).starts_with("the file does not have the form of a round: "),
                "{pointer}"
            );
        }
        let unknown = ROUND_2023.replacen("\"until\"", "\"deadline\"", 1);
        assert!(RoundFile::parse(&unknown).unwrap_err().to_string().contains("`deadline`"));
        assert!(RoundFile::parse("").is_err());
    }
}

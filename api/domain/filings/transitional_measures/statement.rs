//! The reason that a facility states in a declaration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Category, Given, StatementField, Value};

/// The reason of a declaration (届出事由): a category and the members stated for it. [`Edition::examine`](super::Edition::examine)
/// checks whether the members fit the category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Statement {
    /// The category.
    pub category: Category,
    /// The members, each with a value of its [form](StatementField::form).
    #[serde(flatten)]
    pub members: BTreeMap<StatementField, Value>,
}

impl Statement {
    /// The stated value of a member, even if the category does not ask for the member.
    #[must_use]
    pub fn value(&self, field: StatementField) -> Option<&Value> {
        self.members.get(&field)
    }
}

/// A statement in a stored document.
#[derive(Deserialize)]
struct Stored {
    category: Category,
    #[serde(flatten)]
    members: BTreeMap<StatementField, Given>,
}

impl TryFrom<Stored> for Statement {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let read = |(field, given): (StatementField, Given)| match field.form().read(&given) {
            Ok(value) => Ok((field, value)),
            Err(fault) => Err(format!("{field}: {}", fault.code())),
        };
        let members = stored.members.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { category: stored.category, members })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filings::transitional_measures::testing::{complete_statements, set_sample};

    #[test]
    fn a_statement_is_unchanged_after_writing_and_reading() {
        for statement in complete_statements() {
            let json = serde_json::to_string(&statement).unwrap();
            assert_eq!(serde_json::from_str::<Statement>(&json).unwrap(), statement, "{json}");
        }
    }

    #[test]
    fn members_that_were_not_stated_are_not_stored() {
        for category in Category::ALL {
            let json =
                serde_json::to_string(&Statement { category: *category, members: BTreeMap::new() }).unwrap();
            assert_eq!(json, format!(r#"{{"category":"{category}"}}"#));
        }
    }

    #[test]
    fn every_member_is_stored_and_read_by_its_code() {
        for field in StatementField::ALL {
            let mut statement = Statement { category: Category::NoNetwork, members: BTreeMap::new() };
            set_sample(&mut statement, *field);
            let stored = serde_json::to_value(&statement).unwrap();
            assert_eq!(stored.as_object().unwrap().len(), 2);
            assert!(stored.get(field.code()).is_some(), "{field}");
            assert_eq!(serde_json::from_value::<Statement>(stored).unwrap(), statement, "{field}");
        }
    }

    #[test]
    fn stored_texts_that_are_not_statements_are_refused() {
        for json in [
            "{}",
            r#"{"category":"SYSTEM_READY"}"#,
            r#"{"category":"NO_NETWORK","line":"AVAILABLE"}"#,
            r#"{"category":"NO_NETWORK","line_status":"available"}"#,
            r#"{"category":"NO_NETWORK","line_ready_date":"2023-02-29"}"#,
            r#"{"category":"SYSTEM_IN_PROGRESS","expected_completion_month":"2023-9"}"#,
            r#"{"category":"SYSTEM_IN_PROGRESS","expected_completion_month":"2023-09-30"}"#,
        ] {
            assert!(serde_json::from_str::<Statement>(json).is_err(), "{json}");
        }
    }
}

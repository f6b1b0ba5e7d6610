//! The check of the query before the handler runs: it compares the parameters with those that the document describes for
//! the operation, and finds every fault.
//!
//! A parameter that the operation does not have is not ignored: somebody who sends `dry_run` to an operation without it
//! expects that nothing is stored.

use actix_web::web;
use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::fields::printable;
use crate::domain::values::characters;
use crate::domain::values::fault::Fault;
use crate::error::{ParameterFault, Place};

/// The maximum number of faults in one answer.
const MAX_FAULTS: usize = 50;

/// A parameter of an operation's query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryParameter {
    name: String,
    form: Form,
}

/// What the document says about the values of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Integer { min: i64, max: i64 },
    Word(Vec<String>),
    Text { max: u64 },
}

impl QueryParameter {
    /// Reads a parameter of the document, whose components have these schemas; `None` if it is not in the query.
    pub(super) fn of(parameter: &Parameter, schemas: &Value) -> Option<Self> {
        if parameter.parameter_in != ParameterIn::Query {
            return None;
        }
        let stated = json!(parameter.schema);
        let reference =
            stated.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        let schema = reference.and_then(|name| schemas.get(name)).unwrap_or(&stated);
        let number = |name: &str| schema.get(name).and_then(Value::as_i64);
        let is_integer = match &schema["type"] {
            Value::Array(types) => types.iter().any(|kind| kind == "integer"),
            kind => kind == "integer",
        };
        let form = if is_integer {
            Form::Integer {
                min: number("minimum").unwrap_or(i64::MIN),
                max: number("maximum").unwrap_or(i64::MAX),
            }
        } else if let Some(words) = schema["enum"].as_array() {
            Form::Word(words.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        } else {
            let max = number("maxLength").and_then(|max| u64::try_from(max).ok());
            Form::Text { max: max.unwrap_or(u64::MAX) }
        };
        Some(Self { name: parameter.name.clone(), form })
    }

    fn fault(&self, value: &str) -> Option<Fault> {
        if value.contains('\0') {
            // PostgreSQL cannot compare with a text that contains NUL.
            return Some(Fault::ControlCharacter);
        }
        match &self.form {
            Form::Integer { min, max } => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Some(Fault::WrongType { expected: "integer" });
                }
                let is_allowed = value.parse().is_ok_and(|number| (*min..=*max).contains(&number));
                (!is_allowed).then_some(Fault::OutOfRange { min: *min, max: *max })
            }
            Form::Word(words) => (!words.iter().any(|word| word == value)).then_some(Fault::UnknownValue),
            Form::Text { max } => {
                let too_long = characters::count(value) > *max;
                too_long.then_some(Fault::TooLong { max: *max })
            }
        }
    }
}

/// Every fault of a query.
pub(super) fn faults(query: &str, known: &[QueryParameter]) -> Vec<ParameterFault> {
    let Ok(pairs) = web::Query::<Vec<(String, String)>>::from_query(query) else {
        return vec![ParameterFault { place: Place::Query, name: "".into(), fault: Fault::UnknownParameter }];
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut found: Vec<ParameterFault> = Vec::new();
    for (name, value) in pairs.iter() {
        let fault = match known.iter().find(|parameter| parameter.name == *name) {
            None => Some(Fault::UnknownParameter),
            Some(_) if seen.contains(&name.as_str()) => Some(Fault::RepeatedParameter),
            Some(parameter) => parameter.fault(value),
        };
        seen.push(name);
        let name = printable(name);
        if let Some(fault) = fault
            && found.len() < MAX_FAULTS
            && !found.iter().any(|known| known.name == name)
        {
            found.push(ParameterFault { place: Place::Query, name: name.into(), fault });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<QueryParameter> {
        let parameter = |name: &str, form| QueryParameter { name: name.to_owned(), form };
        vec![
            parameter("page_size", Form::Integer { min: 1, max: 100 }),
            parameter("kind", Form::Word(vec!["MEDICAL".to_owned(), "DENTAL".to_owned()])),
            parameter("to", Form::Text { max: 5 }),
        ]
    }

    fn found(query: &str) -> Vec<(String, &'static str)> {
        let faults = faults(query, &known()).into_iter();
        faults.map(|fault| (fault.name.into_owned(), fault.fault.code())).collect()
    }

    #[test]
    fn queries_that_the_document_describes_have_no_fault() {
        for query in
            ["", "page_size=1", "page_size=100&kind=DENTAL&to=abcde", "to=", "to=%E6%9E%B6%E7%A9%BA", "&"]
        {
            assert_eq!(found(query), [], "{query}");
        }
    }

    #[test]
    fn every_fault_of_a_query_is_named_once_with_its_parameter() {
        for (query, expected) in [
            ("page_size=0", ("page_size", "OUT_OF_RANGE")),
            ("page_size=101", ("page_size", "OUT_OF_RANGE")),
            ("page_size=-1", ("page_size", "OUT_OF_RANGE")),
            ("page_size=99999999999999999999", ("page_size", "OUT_OF_RANGE")),
            ("page_size=", ("page_size", "WRONG_TYPE")),
            ("page_size=1.5", ("page_size", "WRONG_TYPE")),
            ("page_size=%2B5", ("page_size", "WRONG_TYPE")),
            ("kind=medical", ("kind", "UNKNOWN_VALUE")),
            ("kind=", ("kind", "UNKNOWN_VALUE")),
            ("to=abcdef", ("to", "TOO_LONG")),
            ("to=a%00", ("to", "CONTROL_CHARACTER")),
            ("to=a&to=a", ("to", "REPEATED_PARAMETER")),
            ("t%6F=a&to=a", ("to", "REPEATED_PARAMETER")),
            ("dry_run=true", ("dry_run", "UNKNOWN_PARAMETER")),
            ("x", ("x", "UNKNOWN_PARAMETER")),
            ("%00=a", ("?", "UNKNOWN_PARAMETER")),
        ] {
            assert_eq!(found(query), [(expected.0.to_owned(), expected.1)], "{query}");
        }
        let several = found("kind=x&page_size=0&surplus=1&surplus=2&to=abcdef");
        let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["kind", "page_size", "surplus", "to"]);
    }

    #[test]
    fn the_name_of_an_unknown_parameter_is_shortened_and_has_no_unusual_characters() {
        let long = "x".repeat(500);
        assert_eq!(found(&long)[0].0.len(), 40);
        assert_eq!(found("%3Cscript%3E=1")[0].0, "?script?");
    }
}

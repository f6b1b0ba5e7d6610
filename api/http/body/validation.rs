//! Turns the errors of `validator` into faults. The messages of `validator` are not used, because they repeat the
//! refused value.

use std::borrow::Cow;

use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;

/// Adds a fault for every error. `place` is the JSON Pointer of the object that the errors belong to.
pub(super) fn note(faults: &mut Faults, place: &str, errors: &ValidationErrors) {
    for (field, kind) in errors.errors() {
        let pointer = format!("{place}/{field}");
        match kind {
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    faults.add(&pointer, fault_of(error));
                }
            }
            ValidationErrorsKind::Struct(inner) => note(faults, &pointer, inner),
            ValidationErrorsKind::List(entries) => {
                for (index, inner) in entries {
                    note(faults, &format!("{pointer}/{index}"), inner);
                }
            }
        }
    }
}

/// The fault of an error. The codes are those in the `validate` attributes of the request types.
fn fault_of(error: &ValidationError) -> Fault {
    let number = |name: &'static str| {
        error.params.get(&Cow::Borrowed(name)).and_then(serde_json::Value::as_i64).unwrap_or_default()
    };
    let count = |name| u64::try_from(number(name)).unwrap_or_default();
    match error.code.as_ref() {
        "too_long" => Fault::TooLong { max: count("max") },
        "too_many" => Fault::TooMany { max: count("max") },
        "out_of_range" => Fault::OutOfRange { min: number("min"), max: number("max") },
        _ => Fault::UnknownValue,
    }
}

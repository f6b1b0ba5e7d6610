//! Tests that the limits in the document are the limits that requests are checked against.
//!
//! `validator` uses the constants of the domain. The schema attributes accept only literals, so they could differ from
//! the constants.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::documents;
use super::forms::links::{EmailRequest, TokenRequest};
use super::portal::accounts::forms::{AccountChangeRequest, AccountRequest, PasswordRequest};
use super::portal::declarations::forms::DeclarationRequest;
use super::portal::email_changes::EmailChangeRequest;
use super::portal::password_resets::PasswordResetRequest;
use super::portal::sessions::authentication::AuthenticationRequest;
use super::portal::sessions::forms::{LoginRequest, RefreshRequest};
use super::portal::successions::forms::SuccessionRequest;
use super::portal::uploads::forms::UploadRequest;
use super::sandbox::clock::ClockRequest;
use crate::domain::identity::passwords;

/// The limits by the JSON Pointer of their member: the minimum of a number, and the maximum of a number, of
/// characters or of entries.
type Limits = BTreeMap<String, (Option<i64>, i64)>;

/// The document's schemas.
struct Schemas(Value);

impl Schemas {
    fn of_public_document() -> Self {
        let document = serde_json::to_value(documents::PUBLIC.describe(true)).unwrap();
        Self(document["components"]["schemas"].clone())
    }

    /// The schema that a reference leads to, or the schema itself.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => &self.0[reference.rsplit('/').next().unwrap()],
            None => schema,
        }
    }

    /// The members of an object schema, with references resolved.
    fn members<'a>(&'a self, schema: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let members = schema["properties"].as_object().into_iter().flatten();
        members.map(|(name, member)| (name.as_str(), self.resolve(member)))
    }

    /// A request in which every member exceeds its limit.
    fn request_beyond_limits(&self, schema: &Value) -> Value {
        match schema["type"].as_str() {
            Some("object") => {
                let members = self.members(schema);
                members
                    .map(|(name, member)| (name.to_owned(), self.request_beyond_limits(member)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => json!(vec![""; 100]),
            Some("integer") => json!(i64::MAX),
            Some("boolean") => json!(true),
            _ => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("a".repeat(10_000))),
        }
    }

    /// The limits in the document. A text of one fixed length, such as a date, is left out: the document states its
    /// exact form, and requests may use longer forms of it.
    fn documented_limits(&self, schema: &Value, place: &str, found: &mut Limits) {
        for (name, member) in self.members(schema) {
            let place = format!("{place}/{name}");
            let most = ["maxLength", "maxItems", "maximum"].iter().find_map(|limit| member[limit].as_i64());
            if let Some(most) =
                most.filter(|_| member["minLength"].is_null() || member["minLength"] != member["maxLength"])
            {
                found.insert(place.clone(), (member["minimum"].as_i64(), most));
            }
            self.documented_limits(member, &place, found);
        }
    }
}

/// The limits that a request exceeds, as `validator` reports them.
fn exceeded_limits(errors: &ValidationErrors, place: &str, found: &mut Limits) {
    for (name, kind) in errors.errors() {
        let place = format!("{place}/{name}");
        match kind {
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    let bound = |name: &str| error.params.get(name).and_then(Value::as_i64);
                    found.insert(place.clone(), (bound("min"), bound("max").unwrap()));
                }
            }
            ValidationErrorsKind::Struct(inner) => exceeded_limits(inner, &place, found),
            ValidationErrorsKind::List(_) => {}
        }
    }
}

/// Compares the limits of one request type, and returns the name of its schema.
fn compare<T: DeserializeOwned + Validate + ToSchema>(schemas: &Schemas) -> String {
    let name = T::name().into_owned();
    let schema = &schemas.0[&name];
    let request: T = serde_json::from_value(schemas.request_beyond_limits(schema)).unwrap();
    let (mut checked, mut documented) = (Limits::new(), Limits::new());
    exceeded_limits(&request.validate().unwrap_err(), "", &mut checked);
    schemas.documented_limits(schema, "", &mut documented);
    checked.retain(|place, _| documented.contains_key(place));
    assert!(!documented.is_empty(), "{name} has no limits");
    assert_eq!(checked, documented, "{name}");
    name
}

#[test]
fn the_document_has_the_limits_that_requests_are_checked_against() {
    let schemas = Schemas::of_public_document();
    let mut compared = [
        compare::<AccountChangeRequest>(&schemas),
        compare::<AccountRequest>(&schemas),
        compare::<AuthenticationRequest>(&schemas),
        compare::<ClockRequest>(&schemas),
        compare::<DeclarationRequest>(&schemas),
        compare::<EmailChangeRequest>(&schemas),
        compare::<EmailRequest>(&schemas),
        compare::<LoginRequest>(&schemas),
        compare::<PasswordRequest>(&schemas),
        compare::<PasswordResetRequest>(&schemas),
        compare::<RefreshRequest>(&schemas),
        compare::<SuccessionRequest>(&schemas),
        compare::<TokenRequest>(&schemas),
        compare::<UploadRequest>(&schemas),
    ];
    compared.sort();
    let requests: Vec<&String> =
        schemas.0.as_object().unwrap().keys().filter(|name| name.ends_with("Request")).collect();
    assert_eq!(requests, compared.iter().collect::<Vec<_>>());
}

#[test]
fn the_document_has_the_minimum_length_of_passwords() {
    let schemas = Schemas::of_public_document();
    for (request, member) in [
        ("AccountRequest", "password"),
        ("PasswordRequest", "new_password"),
        ("PasswordResetRequest", "password"),
    ] {
        assert_eq!(
            schemas.0[request]["properties"][member]["minLength"],
            passwords::MIN_CHARACTERS,
            "{request}"
        );
    }
}

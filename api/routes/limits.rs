//! Compares the limits in the document with the limits by which requests are checked.
//!
//! `validator` takes the domain's constants. The derive of a schema takes literals only, so this test
//! compares the two.

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
use super::portal::sessions::forms::{LoginRequest, RefreshRequest};
use super::portal::successions::forms::SuccessionRequest;
use super::portal::uploads::forms::UploadRequest;
use super::sandbox::clock::ClockRequest;
use crate::domain::identity::passwords;

/// A limit's bounds by the pointer of its member: smallest and largest number, or none and the most
/// characters or entries.
type Limits = BTreeMap<String, (Option<i64>, i64)>;

/// The document's schemas.
struct Schemas(Value);

impl Schemas {
    fn of_the_document() -> Self {
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

    /// The members of an object, resolved.
    fn members<'a>(&'a self, schema: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let members = schema["properties"].as_object().into_iter().flatten();
        members.map(|(name, member)| (name.as_str(), self.resolve(member)))
    }

    /// A request whose every member breaks its limit.
    fn beyond_all_limits(&self, schema: &Value) -> Value {
        match schema["type"].as_str() {
            Some("object") => {
                let members = self.members(schema);
                members
                    .map(|(name, member)| (name.to_owned(), self.beyond_all_limits(member)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => json!(vec![""; 100]),
            Some("integer") => json!(i64::MAX),
            Some("boolean") => json!(true),
            _ => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("a".repeat(10_000))),
        }
    }

    /// The limits that the document states. A text of one length only, such as a date, states its exact
    /// form there; what is read leaves room for other ways to write it.
    fn limits(&self, schema: &Value, place: &str, found: &mut Limits) {
        for (name, member) in self.members(schema) {
            let place = format!("{place}/{name}");
            let most = ["maxLength", "maxItems", "maximum"].iter().find_map(|limit| member[limit].as_i64());
            if let Some(most) =
                most.filter(|_| member["minLength"].is_null() || member["minLength"] != member["maxLength"])
            {
                found.insert(place.clone(), (member["minimum"].as_i64(), most));
            }
            self.limits(member, &place, found);
        }
    }
}

/// The limits that a request exceeds, as `validator` found them.
fn broken(errors: &ValidationErrors, place: &str, found: &mut Limits) {
    for (name, kind) in errors.errors() {
        let place = format!("{place}/{name}");
        match kind {
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    let bound = |name: &str| error.params.get(name).and_then(Value::as_i64);
                    found.insert(place.clone(), (bound("min"), bound("max").unwrap()));
                }
            }
            ValidationErrorsKind::Struct(inner) => broken(inner, &place, found),
            ValidationErrorsKind::List(_) => {}
        }
    }
}

/// Compares the limits of one request, and returns the request's name.
fn compared<T: DeserializeOwned + Validate + ToSchema>(schemas: &Schemas) -> String {
    let name = T::name().into_owned();
    let schema = &schemas.0[&name];
    let request: T = serde_json::from_value(schemas.beyond_all_limits(schema)).unwrap();
    let (mut checked, mut described) = (Limits::new(), Limits::new());
    broken(&request.validate().unwrap_err(), "", &mut checked);
    schemas.limits(schema, "", &mut described);
    checked.retain(|place, _| described.contains_key(place));
    assert!(!described.is_empty(), "{name} has no limits");
    assert_eq!(checked, described, "{name}");
    name
}

#[test]
fn the_document_has_the_limits_that_requests_are_checked_by() {
    let schemas = Schemas::of_the_document();
    let mut compared = [
        compared::<AccountChangeRequest>(&schemas),
        compared::<AccountRequest>(&schemas),
        compared::<ClockRequest>(&schemas),
        compared::<DeclarationRequest>(&schemas),
        compared::<EmailChangeRequest>(&schemas),
        compared::<EmailRequest>(&schemas),
        compared::<LoginRequest>(&schemas),
        compared::<PasswordRequest>(&schemas),
        compared::<PasswordResetRequest>(&schemas),
        compared::<RefreshRequest>(&schemas),
        compared::<SuccessionRequest>(&schemas),
        compared::<TokenRequest>(&schemas),
        compared::<UploadRequest>(&schemas),
    ];
    compared.sort();
    let requests: Vec<&String> =
        schemas.0.as_object().unwrap().keys().filter(|name| name.ends_with("Request")).collect();
    assert_eq!(requests, compared.iter().collect::<Vec<_>>());
}

#[test]
fn the_document_has_the_shortest_password() {
    let schemas = Schemas::of_the_document();
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

//! States in the schemas of request bodies that their objects allow no unknown members.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{OpenApi, RefOr};

/// The beginning of a reference to a schema.
const SCHEMA_REFERENCE: &str = "#/components/schemas/";

/// Sets `additionalProperties: false` in every object schema that a request body uses.
pub(super) fn forbid_unknown_members(document: &mut OpenApi) {
    let paths = serde_json::to_value(&document.paths).unwrap_or_default();
    let Some(components) = &mut document.components else { return };
    let mut visited = BTreeSet::new();
    let mut to_visit = Vec::new();
    for body in bodies(&paths) {
        references(body, &mut to_visit);
    }
    while let Some(name) = to_visit.pop() {
        if let Some(schema) = components.schemas.get(&name)
            && visited.insert(name)
        {
            references(&serde_json::to_value(schema).unwrap_or_default(), &mut to_visit);
        }
    }
    for name in visited {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name)
            && !object.properties.is_empty()
        {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The request bodies of all operations.
fn bodies(paths: &Value) -> impl Iterator<Item = &Value> {
    let items = paths.as_object().into_iter().flat_map(|paths| paths.values());
    let operations = items.filter_map(Value::as_object).flat_map(|item| item.values());
    operations.filter_map(|operation| operation.get("requestBody"))
}

/// Collects the names of the schemas that a part of the document refers to.
fn references(part: &Value, found: &mut Vec<String>) {
    match part {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(target) if name == "$ref" => {
                        found.extend(target.strip_prefix(SCHEMA_REFERENCE).map(str::to_owned));
                    }
                    _ => references(value, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| references(entry, found)),
        _ => {}
    }
}

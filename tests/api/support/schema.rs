//! Validates values against the schemas of an OpenAPI document.

use serde_json::{Map, Value};

/// A schema, or another part of the document, with its reference resolved.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let choices = schema["oneOf"].as_array().or_else(|| schema["allOf"].as_array());
    match choices.map(Vec::as_slice) {
        Some([only]) => resolved(document, only),
        _ => schema,
    }
}

/// All violations of a schema by a value.
pub fn schema_violations(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, location: &str, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    if let Some(parts) = schema["allOf"].as_array() {
        let object_schema = merged(document, parts);
        return check(document, &object_schema, value, location, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        if choices.iter().all(|choice| !schema_violations(document, choice, value).is_empty()) {
            found.push(format!("{location}: {value} is none of the choices"));
        }
        return;
    }
    let fits = match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(object)) => {
            check_object(document, schema, object, location, found);
            true
        }
        (Some("array"), Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                check(document, &schema["items"], entry, &format!("{location}/{index}"), found);
            }
            schema["maxItems"].as_u64().is_none_or(|most| entries.len() as u64 <= most)
        }
        (Some("string"), Value::String(text)) => {
            let words = schema["enum"].as_array();
            let length = text.chars().count() as u64;
            words.is_none_or(|words| words.contains(value))
                && schema["maxLength"].as_u64().is_none_or(|most| length <= most)
                && schema["minLength"].as_u64().is_none_or(|least| length >= least)
        }
        (Some("integer"), Value::Number(number)) => number.as_i64().is_some_and(|number| {
            schema["minimum"].as_i64().is_none_or(|least| number >= least)
                && schema["maximum"].as_i64().is_none_or(|most| number <= most)
        }),
        (Some("boolean"), Value::Bool(_)) => true,
        _ => false,
    };
    if !fits {
        found.push(format!("{location}: {value} does not fit {schema}"));
    }
}

fn check_object(
    document: &Value,
    schema: &Value,
    object: &Map<String, Value>,
    location: &str,
    found: &mut Vec<String>,
) {
    for name in schema["required"].as_array().into_iter().flatten() {
        if !object.contains_key(name.as_str().unwrap()) {
            found.push(format!("{location}: {name} is missing"));
        }
    }
    for (name, value) in object {
        match schema["properties"].get(name) {
            Some(member) => check(document, member, value, &format!("{location}/{name}"), found),
            None => found.push(format!("{location}: {name} is not described")),
        }
    }
}

/// The parts of an `allOf` as one object.
fn merged(document: &Value, parts: &[Value]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in parts {
        let mut part = resolved(document, part).clone();
        if let Some(parts) = part["allOf"].as_array() {
            part = merged(document, parts);
        }
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    serde_json::json!({ "type": "object", "properties": properties, "required": required })
}

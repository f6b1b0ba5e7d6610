//! Builds the example of every JSON body of the document from the examples of its members.
//!
//! An example has all required members, and the optional members whose schemas have an example. So a client can send
//! it unchanged. The schema of a body may also have an example of its own, which is then used as it is.

use serde_json::{Map, Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Components, Content, RefOr};

const JSON: &str = "application/json";

/// Builds examples from the document's schemas, by name.
pub(super) struct Examples(Value);

impl Examples {
    /// Reads the schemas from the document's components.
    pub(super) fn of(components: &Components) -> Self {
        Self(json!(components.schemas))
    }

    /// Adds examples to the operation's request and its successful answers.
    pub(super) fn add_to(&self, operation: &mut Operation) {
        if let Some(RefOr::T(body)) = &mut operation.request_body
            && let Some(content) = body.content.get_mut(JSON)
        {
            self.add(content);
        }
        let successful =
            operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
        for (_, response) in successful {
            if let RefOr::T(response) = response
                && let Some(content) = response.content.get_mut(JSON)
            {
                self.add(content);
            }
        }
    }

    fn add(&self, content: &mut RefOr<Content>) {
        if let RefOr::T(content) = content
            && let Some(schema) = &content.schema
        {
            content.example = self.example_of(&json!(schema));
        }
    }

    fn example_of(&self, schema: &Value) -> Option<Value> {
        if let Some(example) = own_example(schema) {
            return Some(example.clone());
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            return self.example_of(self.0.get(name.rsplit('/').next()?)?);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let parts = parts.iter().filter_map(|part| self.example_of(part));
            let members =
                parts.filter_map(|part| if let Value::Object(part) = part { Some(part) } else { None });
            return Some(Value::Object(members.flatten().collect()));
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return choices.iter().find_map(|choice| self.example_of(choice));
        }
        match schema.get("type")?.as_str()? {
            "object" => Some(self.example_of_object(schema)),
            "array" => Some(Value::Array(
                schema.get("items").and_then(|items| self.example_of(items)).into_iter().collect(),
            )),
            "boolean" => Some(json!(false)),
            "integer" => schema.get("minimum").cloned(),
            _ => example_of_text(schema),
        }
    }

    fn example_of_object(&self, schema: &Value) -> Value {
        let required = |name: &String| {
            let mut names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            names.any(|required| required == name)
        };
        let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let shown = members.filter(|(name, member)| required(name) || own_example(member).is_some());
        let shown: Map<String, Value> =
            shown.filter_map(|(name, member)| Some((name.clone(), self.example_of(member)?))).collect();
        Value::Object(shown)
    }
}

/// The example that a schema has of its own.
fn own_example(schema: &Value) -> Option<&Value> {
    schema.get("example").or_else(|| schema.get("examples")?.get(0))
}

/// The example of a text without an example of its own: the first value of an enumeration, or a date.
fn example_of_text(schema: &Value) -> Option<Value> {
    let first_value = schema.get("enum").and_then(|words| words.get(0)).cloned();
    first_value.or_else(|| (schema.get("format")? == "date").then(|| json!("2023-04-01")))
}

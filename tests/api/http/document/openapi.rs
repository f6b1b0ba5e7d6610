//! The OpenAPI documents are current and complete.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use todokede::routes::documents::{ALL, PUBLIC, STAFF};

use crate::support::contract::{document, operations, operations_of};

#[test]
fn the_documents_in_the_repository_are_current() {
    for (document, file, options) in
        [(&PUBLIC, "openapi.yaml", ""), (&STAFF, "openapi-staff.yaml", "--staff ")]
    {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let current = std::fs::read_to_string(path).unwrap_or_default() == document.yaml().unwrap();
        assert!(current, "{file} is out of date; update it with: cargo run -- openapi {options}> {file}");
    }
}

#[test]
fn no_operation_is_in_two_documents() {
    let mut ids = BTreeSet::new();
    for document in &ALL {
        for operation in document.operations(true) {
            assert!(ids.insert(operation.id), "{} is in two documents", operation.id);
        }
    }
}

#[test]
fn every_operation_has_descriptions_one_tag_and_its_security() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let (spec, id) = (&operation.spec, operation.id());
        assert!(ids.insert(id.to_owned()), "{id} is used twice");
        for text in ["summary", "description"] {
            assert!(spec[text].as_str().is_some_and(|text| text.len() > 5), "{id}: no {text}");
        }
        let own_tags = spec["tags"].as_array().unwrap();
        assert!(
            own_tags.len() == 1 && tags.contains(own_tags[0].as_str().unwrap()),
            "{id}: tags {own_tags:?}"
        );
        // Not `[{}]`, which means the same: openapi-python-client would ask for a token.
        let is_open = spec["security"] == serde_json::json!([]);
        assert!(is_open || operation.is_secured(), "{id}: security {}", spec["security"]);
        for parameter in operation.parameters() {
            assert!(parameter["description"].is_string(), "{id}: {} is not described", parameter["name"]);
        }
        for (status, response) in spec["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            let is_problem = response["content"].get("application/problem+json").is_some();
            assert_eq!(is_problem, status.starts_with(['4', '5']), "{id} {status}");
        }
    }
}

#[test]
fn responses_and_headers_are_shared_components_if_and_only_if_they_are_used_more_than_once() {
    let document = document();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut inline_problems = BTreeSet::new();
    let mut count = |part: &Value| match part["$ref"].as_str() {
        Some(name) => *uses.entry(name.to_owned()).or_default() += 1,
        None => assert!(
            part["content"].get("application/problem+json").is_none()
                || inline_problems.insert(part.to_string()),
            "{part} occurs twice: make it a shared response"
        ),
    };
    let components = &document["components"];
    let shared = components["responses"].as_object().unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let responses: Vec<&Value> =
        operations.flat_map(|operation| operation["responses"].as_object().unwrap().values()).collect();
    for response in &responses {
        count(response);
    }
    for response in responses.into_iter().chain(shared.values()) {
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            assert!(
                header["$ref"].is_string(),
                "{name} is described in the response instead of in a shared header"
            );
            count(header);
        }
    }
    for kind in ["responses", "headers"] {
        for name in components[kind].as_object().unwrap().keys() {
            let used = uses.remove(&format!("#/components/{kind}/{name}")).unwrap_or_default();
            assert!(used > 1, "{kind}/{name} is used {used} times");
        }
    }
    assert_eq!(uses, BTreeMap::new(), "references to components that do not exist");
}

#[test]
fn every_value_has_bounds_and_no_value_is_null() {
    let document = document();
    let mut unbounded = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        collect_unbounded(schema, name, &mut unbounded);
    }
    for operation in operations() {
        for parameter in operation.parameters() {
            collect_unbounded(
                &parameter["schema"],
                &format!("{} {}", operation.id(), parameter["name"]),
                &mut unbounded,
            );
        }
        collect_unbounded_bodies(
            &operation.spec["requestBody"],
            &format!("{} request", operation.id()),
            &mut unbounded,
        );
        for (status, response) in operation.spec["responses"].as_object().unwrap() {
            let location = format!("{} {status}", operation.id());
            collect_unbounded_bodies(response, &location, &mut unbounded);
            for (name, header) in response["headers"].as_object().into_iter().flatten() {
                collect_unbounded(&header["schema"], &format!("{location} {name}"), &mut unbounded);
            }
        }
    }
    assert!(unbounded.is_empty(), "\n{}\n", unbounded.join("\n"));
}

/// `maxLength` counts characters, and clients in Go do not compile if a file has one.
#[test]
fn no_schema_of_a_file_counts_characters() {
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        let counts = schema["format"] == "binary" && schema.get("maxLength").is_some();
        assert!(!counts, "{name}: {schema}");
    }
}

fn collect_unbounded_bodies(holder: &Value, location: &str, unbounded: &mut Vec<String>) {
    for (media_type, content) in holder["content"].as_object().into_iter().flatten() {
        collect_unbounded(&content["schema"], &format!("{location} {media_type}"), unbounded);
    }
}

fn collect_unbounded(schema: &Value, location: &str, unbounded: &mut Vec<String>) {
    let has = |name: &str| schema.get(name).is_some();
    let bounded = match schema["type"].as_str() {
        Some("string") => has("enum") || has("maxLength") || (has("format") && !has("pattern")),
        Some("array") => has("maxItems") && has("items"),
        Some("integer" | "number") => has("minimum") && has("maximum"),
        Some("null") => false,
        Some("object") => has("properties"),
        Some("boolean") => true,
        _ => has("$ref") || has("oneOf") || has("allOf") || has("anyOf"),
    };
    if !bounded {
        unbounded.push(format!("{location}: {schema}"));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        collect_unbounded(member, &format!("{location}/{name}"), unbounded);
    }
    for kind in ["oneOf", "allOf", "anyOf"] {
        for part in schema[kind].as_array().into_iter().flatten() {
            collect_unbounded(part, location, unbounded);
        }
    }
    if let Some(items) = schema.get("items") {
        collect_unbounded(items, &format!("{location}/[]"), unbounded);
    }
}

#[test]
fn every_body_has_an_example() {
    for operation in operations() {
        let json = |holder: &Value| holder["content"].get("application/json").cloned();
        if let Some(body) = json(&operation.spec["requestBody"]) {
            assert!(body["example"].is_object(), "{}: the request", operation.id());
        }
        for (status, response) in operation.spec["responses"].as_object().unwrap() {
            if let Some(body) = json(response) {
                assert!(body["example"].is_object(), "{} {status}", operation.id());
            }
        }
    }
}

#[test]
fn the_document_of_production_has_no_operation_of_the_sandbox() {
    let production = serde_json::to_value(PUBLIC.describe(false)).unwrap();
    let names = |document: &Value| -> BTreeSet<String> {
        operations_of(document).iter().map(|operation| operation.path.clone()).collect()
    };
    let (all, without) = (names(&document()), names(&production));
    assert!(without.iter().all(|path| !path.starts_with("/sandbox")), "{without:?}");
    assert!(all.iter().filter(|path| !path.starts_with("/sandbox")).eq(without.iter()));
    assert!(!production["tags"].to_string().contains("\"sandbox\""));
}

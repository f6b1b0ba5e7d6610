//! What a form states is shown again, within the same limits.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::contract::{document, operations};
use crate::support::schema::resolved;

/// Members that no answer shows: secrets and where to keep them, links, agreements, the address of whoever is not logged in,
/// and the id that a change of the account may repeat.
const NOT_SHOWN: [&str; 10] = [
    "consent",
    "current_password",
    "email",
    "id",
    "new_password",
    "password",
    "refresh_token",
    "refresh_token_in",
    "terms_accepted",
    "token",
];

/// The length of the texts of a request that may be written in several ways, such as a code with hyphens. The answer
/// shows one way, which is shorter.
const OTHER_SPELLINGS: u64 = todokede::domain::values::text::MAX_CODE_INPUT;

/// The members of an object, with those of the schemas that it is made of.
fn members<'a>(document: &'a Value, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut all: BTreeMap<_, _> = parts.flat_map(|part| members(document, part)).collect();
    all.extend(own.map(|(name, member)| (name.as_str(), resolved(document, member))));
    all
}

/// The limits of a text, a list or a number.
fn limits(member: &Value) -> BTreeMap<&str, &Value> {
    ["maxLength", "maxItems", "minimum", "maximum"].map(|limit| (limit, &member[limit])).into()
}

/// What the answer lacks of a request, or limits in another way.
fn differences(document: &Value, request: &Value, response: &Value, place: &str) -> Vec<String> {
    let shown = members(document, response);
    let mut found = Vec::new();
    for (name, sent) in members(document, request) {
        let place = format!("{place}/{name}");
        match shown.get(name) {
            None if NOT_SHOWN.contains(&name) => {}
            None => found.push(format!("{place} is not shown")),
            Some(shown) => {
                let other_spellings = sent["maxLength"] == OTHER_SPELLINGS || sent["format"] == "date";
                if !other_spellings && limits(sent) != limits(shown) {
                    found.push(format!("{place}: {:?} is sent, {:?} is shown", limits(sent), limits(shown)));
                }
                found.extend(differences(document, sent, shown, &place));
            }
        }
    }
    found
}

#[test]
fn every_member_of_a_form_is_shown_in_the_answer_within_the_same_limits() {
    let document = document();
    let mut compared = 0;
    for operation in operations().iter().filter(|operation| operation.example().is_some()) {
        let answers = operation.spec["responses"].as_object().unwrap().iter();
        let answers = answers.filter(|(status, _)| status.starts_with('2'));
        for (status, answer) in answers {
            let Some(content) = answer["content"].get("application/json") else { continue };
            let found = differences(&document, operation.schema(), &content["schema"], "");
            assert_eq!(found, [""; 0], "{} {status}", operation.id());
            compared += 1;
        }
    }
    assert!(compared > 15, "only {compared} answers were compared");
}

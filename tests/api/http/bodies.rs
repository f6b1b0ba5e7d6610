//! Invalid bodies: every operation refuses them with the right code and pointer, repeats no value that was sent, and
//! never answers 5xx. The operations and their members are read from the OpenAPI document.

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::contract::{ApiFixture, Operation, document, operations};
use crate::support::schema::resolved;
use crate::support::{Reply, send};

/// A text that the tests put into values. No refusal may contain it.
const MARKER: &str = "ZZMARKERZZ7319";

/// The operations that take a JSON body.
fn operations_with_body() -> Vec<Operation> {
    let all: Vec<Operation> =
        operations().into_iter().filter(|operation| operation.example().is_some()).collect();
    assert!(all.len() > 12, "only {} operations take a body", all.len());
    all
}

/// Sends a body, and asserts that the answer is not 5xx and that a refusal does not contain the marker.
async fn post(fixture: &ApiFixture, operation: &Operation, body: impl Into<reqwest::Body>) -> Reply {
    let request = fixture.request(operation, &fixture.clinic).header(CONTENT_TYPE, "application/json");
    let reply = send(request.body(body)).await;
    assert_ne!(reply.status / 100, 5, "{}: {}", operation.id(), reply.text);
    assert!(!reply.text.contains(MARKER) || reply.status < 300, "{}: {}", operation.id(), reply.text);
    reply
}

/// A member of a form.
struct Member {
    /// Its JSON pointer (RFC 6901).
    pointer: String,
    /// Its JSON type.
    kind: String,
    /// Whether it must be present.
    is_required: bool,
}

/// Every member of a form below a pointer. A list also counts with its first entry.
fn members_of(document: &Value, schema: &Value, parent: &str) -> Vec<Member> {
    let schema = resolved(document, schema);
    let mut all = Vec::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let (pointer, member) = (format!("{parent}/{name}"), resolved(document, member));
        let is_required = schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        let kind = member["type"].as_str().unwrap().to_owned();
        if kind == "array" {
            let items = resolved(document, &member["items"]);
            all.push(Member {
                pointer: format!("{pointer}/0"),
                kind: items["type"].as_str().unwrap().to_owned(),
                is_required: true,
            });
        }
        all.extend(members_of(document, member, &pointer));
        all.push(Member { pointer, kind, is_required });
    }
    all
}

/// The operation's example with a value at a pointer. Objects and lists that contain the pointer are created.
fn example_with(operation: &Operation, pointer: &str, value: Value) -> Value {
    fn set(at: &mut Value, parts: &[&str], value: Value) {
        let Some((first, rest)) = parts.split_first() else {
            *at = value;
            return;
        };
        if *first == "0" {
            *at = json!([null]);
            return set(&mut at[0], rest, value);
        }
        if !at.is_object() {
            *at = json!({});
        }
        set(&mut at[*first], rest, value);
    }
    let mut body = operation.example().unwrap().clone();
    let parts: Vec<&str> = pointer.split('/').skip(1).collect();
    set(&mut body, &parts, value);
    body
}

/// The code of the fault that is reported at a pointer, if there is one.
fn fault_code(reply: &Reply, pointer: &str) -> Option<String> {
    let errors = reply.body["errors"].as_array()?;
    let found = errors.iter().find(|error| error["pointer"] == pointer)?;
    Some(found["code"].as_str()?.to_owned())
}

/// Asserts that the answer reports this fault, and that its faults are sorted by pointer without repetition.
#[track_caller]
fn assert_fault(operation: &Operation, reply: &Reply, pointer: &str, code: &str) {
    let context = format!("{} {pointer}: {}", operation.id(), reply.text);
    assert_eq!(fault_code(reply, pointer).as_deref(), Some(code), "{context}");
    reply.assert_problem(422, "INVALID_CONTENT");
    let pointers: Vec<&str> = reply.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert!(pointers.windows(2).all(|pair| pair[0] < pair[1]), "out of order or repeated: {context}");
}

#[apply(on_both_databases)]
async fn a_body_that_is_not_valid_json_is_refused() {
    let fixture = ApiFixture::new().await;
    for operation in operations_with_body() {
        let example = operation.example().unwrap().to_string();
        let first = operation.example().unwrap().as_object().unwrap().keys().next().unwrap().clone();
        let twice = format!("{{\"{first}\":\"{MARKER}\",{}", example.trim_start_matches('{'));
        let surrogate = format!("{{\"{first}\":\"{MARKER}\\ud800\"}}");
        let mut invalid = format!("{{\"{first}\":\"{MARKER}").into_bytes();
        invalid.extend(b"\xff\"}");
        let bodies: [(Vec<u8>, &str); 12] = [
            (Vec::new(), "MALFORMED_JSON"),
            (MARKER.into(), "MALFORMED_JSON"),
            (format!("{{\"{MARKER}\":").into(), "MALFORMED_JSON"),
            (format!("{example}{example}").into(), "MALFORMED_JSON"),
            (format!("{example},").into(), "MALFORMED_JSON"),
            (format!("{{\"{first}\":NaN}}").into(), "MALFORMED_JSON"),
            (format!("{{\"{first}\":1e999}}").into(), "MALFORMED_JSON"),
            (surrogate.into(), "MALFORMED_JSON"),
            (invalid, "MALFORMED_JSON"),
            (twice.into(), "DUPLICATE_KEY"),
            ("[".repeat(10_000).into(), "NESTED_TOO_DEEP"),
            ("{\"a\":".repeat(10_000).into(), "NESTED_TOO_DEEP"),
        ];
        for (body, code) in bodies {
            let shown = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
            let reply = post(&fixture, &operation, body).await;
            assert_eq!(
                (reply.status, reply.body["code"].as_str()),
                (400, Some(code)),
                "{} {shown}: {}",
                operation.id(),
                reply.text
            );
            reply.assert_problem(400, code);
        }
    }
}

#[apply(on_both_databases)]
async fn a_body_that_is_not_an_object_is_refused() {
    let fixture = ApiFixture::new().await;
    for operation in operations_with_body() {
        for body in [json!([]), json!([{}]), json!(null), json!(5), json!(MARKER), json!(true)] {
            let reply = post(&fixture, &operation, body.to_string()).await;
            assert_fault(&operation, &reply, "", "WRONG_TYPE");
        }
    }
}

#[apply(on_both_databases)]
async fn other_media_types_content_codings_and_too_large_bodies_are_refused() {
    let fixture = ApiFixture::new().await;
    for operation in operations_with_body() {
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=shift_jis",
            "json",
            "",
        ] {
            let request = fixture.request(&operation, &fixture.clinic).header(CONTENT_TYPE, media_type);
            send(request.body(operation.example().unwrap().to_string()))
                .await
                .assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let untyped =
            fixture.request(&operation, &fixture.clinic).body(operation.example().unwrap().to_string());
        send(untyped).await.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
        for coding in ["gzip", "br", "identity, gzip", "zz"] {
            let body = operation.example().unwrap().to_string();
            let request =
                fixture.request(&operation, &fixture.clinic).header(CONTENT_TYPE, "application/json");
            let reply = send(request.header(CONTENT_ENCODING, coding).body(body)).await;
            let reply = reply.assert_problem(415, "UNSUPPORTED_MEDIA_TYPE");
            assert_eq!(reply.header("accept-encoding"), "identity", "{coding}");
        }
        let large = format!("{{\"more\":\"{}\"}}", "x".repeat(65 * 1024));
        post(&fixture, &operation, large).await.assert_problem(413, "BODY_TOO_LARGE");
    }
}

#[apply(on_both_databases)]
async fn an_unknown_member_is_reported_without_its_value() {
    let fixture = ApiFixture::new().await;
    for operation in operations_with_body() {
        let reply =
            post(&fixture, &operation, example_with(&operation, "/surplus", json!(MARKER)).to_string()).await;
        assert_fault(&operation, &reply, "/surplus", "UNKNOWN_MEMBER");
        // The caller chooses the name too, so the answer must not repeat markup or line breaks in it.
        let reply =
            post(&fixture, &operation, example_with(&operation, "/<b>\n\u{7f}", json!(1)).to_string()).await;
        assert!(!reply.text.contains("<b>") && !reply.text.contains("\\n"), "{}", reply.text);
        reply.assert_problem(422, "INVALID_CONTENT");
    }
}

#[apply(on_both_databases)]
async fn a_value_of_the_wrong_type_is_reported_at_its_pointer() {
    let fixture = ApiFixture::new().await;
    let document = document();
    for operation in operations_with_body() {
        for Member { pointer, kind, is_required } in members_of(&document, operation.schema(), "") {
            let values = [json!(5.5), json!(true), json!(null), json!({}), json!([]), json!(MARKER)];
            let is_wrong = |value: &Value| type_of(value) != kind && (is_required || !value.is_null());
            for value in values.into_iter().filter(is_wrong) {
                let reply =
                    post(&fixture, &operation, example_with(&operation, &pointer, value).to_string()).await;
                assert_fault(&operation, &reply, &pointer, "WRONG_TYPE");
            }
        }
    }
}

#[apply(on_both_databases)]
async fn null_for_an_optional_member_counts_as_absent() {
    let fixture = ApiFixture::new().await;
    let document = document();
    let mut tried = 0;
    // A filing takes effect once. Its preview has the same form.
    let repeatable = |operation: &Operation| !["fileDeclaration", "fileSuccession"].contains(&operation.id());
    for operation in operations_with_body().into_iter().filter(repeatable) {
        let optional = members_of(&document, operation.schema(), "").into_iter();
        for Member { pointer, .. } in optional.filter(|member| !member.is_required) {
            let body = example_with(&operation, &pointer, json!(null));
            let mut without = body.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
            let null = post(&fixture, &operation, body.to_string()).await;
            let absent = post(&fixture, &operation, without.to_string()).await;
            assert_eq!(null.status, absent.status, "{} {pointer}: {}", operation.id(), null.text);
            assert_eq!(null.body.get("errors"), absent.body.get("errors"), "{} {pointer}", operation.id());
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[apply(on_both_databases)]
async fn an_invalid_text_is_reported_and_not_repeated() {
    let fixture = ApiFixture::new().await;
    let document = document();
    for operation in operations_with_body() {
        for Member { pointer, kind, .. } in members_of(&document, operation.schema(), "") {
            if kind != "string" {
                continue;
            }
            let nul = example_with(&operation, &pointer, json!(format!("{MARKER}\0"))).to_string();
            assert_fault(&operation, &post(&fixture, &operation, nul).await, &pointer, "CONTROL_CHARACTER");
            let long = example_with(&operation, &pointer, json!(MARKER.repeat(500))).to_string();
            let reply = post(&fixture, &operation, long).await;
            assert_eq!(reply.status, 422, "{} {pointer}: {}", operation.id(), reply.text);
            assert!(fault_code(&reply, &pointer).is_some(), "{} {pointer}: {}", operation.id(), reply.text);
            for unusual in [MARKER, "", " ", "\u{202e}", "\u{1f600}", "' OR 1=1; --", "\u{7f}"] {
                post(&fixture, &operation, example_with(&operation, &pointer, json!(unusual)).to_string())
                    .await;
            }
        }
    }
}

#[apply(on_both_databases)]
async fn an_integer_may_have_a_fraction_of_zero_and_must_be_in_range() {
    let fixture = ApiFixture::new().await;
    let document = document();
    let mut integers = 0;
    for operation in operations_with_body() {
        for Member { pointer, kind, .. } in members_of(&document, operation.schema(), "") {
            if kind != "integer" {
                continue;
            }
            integers += 1;
            let reply =
                post(&fixture, &operation, example_with(&operation, &pointer, json!(65.0)).to_string()).await;
            assert_ne!(
                fault_code(&reply, &pointer).as_deref(),
                Some("WRONG_TYPE"),
                "{}: {}",
                operation.id(),
                reply.text
            );
            for (number, code) in [
                (json!(1e300), "OUT_OF_RANGE"),
                (json!(-1e300), "OUT_OF_RANGE"),
                (json!(u64::MAX), "OUT_OF_RANGE"),
                (json!(i64::MAX), "OUT_OF_RANGE"),
                (json!(i64::MIN), "OUT_OF_RANGE"),
                (json!(-1), "OUT_OF_RANGE"),
            ] {
                let reply =
                    post(&fixture, &operation, example_with(&operation, &pointer, number).to_string()).await;
                assert_fault(&operation, &reply, &pointer, code);
            }
        }
    }
    assert!(integers > 1, "no integers were found");
}

//! Tests of `node`: which values are read, and which faults are noted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::node::Node;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::{Faults, Refused};

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    code: String,
    age: Option<i64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Form {
    name: String,
    agreed: bool,
    inner: Inner,
    list: Option<Vec<Inner>>,
}

fn read(document: &Value) -> (Form, Vec<(String, Fault)>) {
    let faults = RefCell::new(Faults::default());
    let form = Form::deserialize(Node::root(document, &faults)).unwrap();
    let found = match faults.into_inner().finish(Some(())) {
        Err(Refused(list)) => list.into_iter().map(|fault| (fault.pointer, fault.fault)).collect(),
        _ => Vec::new(),
    };
    (form, found)
}

#[test]
fn a_valid_document_is_read_and_a_float_without_a_fraction_is_an_integer() {
    let (form, faults) = read(
        &json!({"name": "a", "agreed": true, "inner": {"code": "c", "age": 5.0}, "list": [{"code": "d"}]}),
    );
    assert_eq!(faults, []);
    assert_eq!(form.inner.age, Some(5));
    assert_eq!(form.list, Some(vec![Inner { code: "d".into(), age: None }]));
}

#[test]
fn every_fault_is_noted_with_its_place() {
    let (_, faults) = read(&json!({
        "name": 5, "inner": {"age": 5.5, "a/b": null, "x~y": 1}, "list": [1, {"code": null}, {"code": "a\0b"}],
    }));
    let wrong = |expected| Fault::WrongType { expected };
    let mut found: Vec<_> = faults.iter().map(|(pointer, fault)| (pointer.as_str(), *fault)).collect();
    found.sort_by_key(|(pointer, _)| *pointer);
    assert_eq!(
        found,
        [
            ("/agreed", Fault::Required),
            ("/inner/age", wrong("integer")),
            ("/inner/a~1b", Fault::UnknownMember),
            ("/inner/code", Fault::Required),
            ("/inner/x~0y", Fault::UnknownMember),
            ("/list/0", wrong("object")),
            ("/list/1/code", wrong("string")),
            ("/list/2/code", Fault::ControlCharacter),
            ("/name", wrong("string")),
        ],
    );
}

#[test]
fn a_missing_object_is_noted_once_and_its_members_are_not_noted() {
    let (_, faults) = read(&json!({"name": "a", "agreed": true}));
    assert_eq!(faults, [("/inner".to_owned(), Fault::Required)]);
    let (_, faults) = read(&json!([]));
    assert_eq!(faults, [(String::new(), Fault::WrongType { expected: "object" })]);
}

#[test]
fn a_whole_number_that_is_too_large_is_out_of_range_and_other_values_are_not_integers() {
    let (min, max) = (i64::MIN, i64::MAX);
    let too_large = [json!(1e300), json!(-1e30), json!(9_007_199_254_740_994.0), json!(u64::MAX)];
    let others = [json!("5"), json!(5.5), json!(true)];
    let expected = too_large.map(|number| (number, Fault::OutOfRange { min, max })).into_iter();
    for (number, fault) in
        expected.chain(others.map(|other| (other, Fault::WrongType { expected: "integer" })))
    {
        let (_, faults) = read(&json!({"name": "a", "agreed": true, "inner": {"code": "c", "age": number}}));
        assert_eq!(faults, [("/inner/age".to_owned(), fault)], "{number}");
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Word {
    First,
    Second,
    Held { size: u8 },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Wrapped(String);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    List(Vec<u8>),
}

/// A member of every kind that serde knows.
#[derive(Debug, PartialEq, Deserialize)]
struct Everything {
    small: u8,
    count: u32,
    large: u64,
    signed: i16,
    ratio: f64,
    letter: char,
    word: Word,
    held: Word,
    wrapped: Wrapped,
    names: BTreeMap<String, u32>,
    pair: (String, u32),
    fixed: [u8; 2],
    either: Either,
    day: chrono::NaiveDate,
    nothing: (),
    free: Value,
}

fn everything() -> Value {
    json!({
        "small": 1, "count": 2, "large": 3, "signed": -4, "ratio": 0.5, "letter": "x", "word": "SECOND",
        "held": {"HELD": {"size": 3}}, "wrapped": "w", "names": {"a": 1}, "pair": ["p", 2], "fixed": [1, 2],
        "either": [1], "day": "2023-02-03", "nothing": null, "free": {"any": [true, "thing", 1.5]},
    })
}

fn faults_of<T: serde::de::DeserializeOwned>(document: &Value) -> Vec<(String, Fault)> {
    let faults = RefCell::new(Faults::default());
    let read = Node::root(document, &faults).read(|root| T::deserialize(root));
    match faults.into_inner().finish(read.ok()) {
        Err(Refused(list)) => list.into_iter().map(|fault| (fault.pointer, fault.fault)).collect(),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn every_type_that_serde_knows_is_read() {
    let document = everything();
    let faults = RefCell::new(Faults::default());
    let form = Everything::deserialize(Node::root(&document, &faults)).unwrap();
    assert_eq!(faults.into_inner().finish(Some(())), Ok(()));
    assert_eq!(serde_json::from_value::<Everything>(document).unwrap(), form);
}

#[test]
fn a_missing_or_wrong_member_of_every_type_is_noted_at_its_place_only() {
    let names: Vec<String> = everything().as_object().unwrap().keys().cloned().collect();
    for name in &names {
        let mut missing = everything();
        missing.as_object_mut().unwrap().remove(name);
        assert_eq!(faults_of::<Everything>(&missing), [(format!("/{name}"), Fault::Required)], "{name}");
        // A member of type `Value` accepts every value.
        if name == "free" {
            continue;
        }
        for wrong in [json!({"x": {}}), json!([[], []]), json!("\u{1}wrong"), json!(-70_000), json!(true)] {
            let mut document = everything();
            document[name] = wrong.clone();
            let found = faults_of::<Everything>(&document);
            // These members accept any text or any number.
            let is_valid = name == "wrapped" && wrong.is_string()
                || matches!(name.as_str(), "either" | "ratio") && wrong.is_number();
            assert_eq!(found.is_empty(), is_valid, "{name}: {wrong}: {found:?}");
            let at = format!("/{name}");
            assert!(found.iter().all(|(place, _)| place.starts_with(&at)), "{name}: {wrong}: {found:?}");
        }
    }
}

#[test]
fn the_fault_of_a_number_out_of_range_states_the_range() {
    for (name, number, min, max) in [
        ("small", 256, 0, 255),
        ("small", -1, 0, 255),
        ("count", -1, 0, 4_294_967_295),
        ("signed", 40_000, -32_768, 32_767),
    ] {
        let mut document = everything();
        document[name] = json!(number);
        assert_eq!(
            faults_of::<Everything>(&document),
            [(format!("/{name}"), Fault::OutOfRange { min, max })]
        );
    }
}

#[test]
fn an_unknown_word_is_noted_and_reading_continues() {
    let mut document = everything();
    document["word"] = json!("THIRD");
    document["held"] = json!({"HELD": {"size": 300}});
    document["pair"] = json!(["p"]);
    assert_eq!(
        faults_of::<Everything>(&document),
        [
            ("/held/HELD/size".to_owned(), Fault::OutOfRange { min: 0, max: 255 }),
            ("/pair/1".to_owned(), Fault::Required),
            ("/word".to_owned(), Fault::UnknownValue),
        ]
    );
}

#[test]
fn a_type_that_refuses_its_value_is_noted_at_its_place_without_the_value() {
    let mut document = everything();
    document["day"] = json!("2023-02-30");
    assert_eq!(faults_of::<Everything>(&document), [("/day".to_owned(), Fault::UnknownValue)]);
}

//! What is read of every kind of form, and what is noted.

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
fn a_good_document_is_read_whole_and_five_point_zero_is_five() {
    let (form, faults) = read(
        &json!({"name": "a", "agreed": true, "inner": {"code": "c", "age": 5.0}, "list": [{"code": "d"}]}),
    );
    assert_eq!(faults, []);
    assert_eq!(form.inner.age, Some(5));
    assert_eq!(form.list, Some(vec![Inner { code: "d".into(), age: None }]));
}

#[test]
fn every_problem_is_noted_with_its_place() {
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
fn a_missing_object_is_blamed_once_and_not_member_by_member() {
    let (_, faults) = read(&json!({"name": "a", "agreed": true}));
    assert_eq!(faults, [("/inner".to_owned(), Fault::Required)]);
    let (_, faults) = read(&json!([]));
    assert_eq!(faults, [(String::new(), Fault::WrongType { expected: "object" })]);
}

#[test]
fn numbers_too_large_to_be_exact_are_no_integers() {
    for number in [json!(1e300), json!(9_007_199_254_740_994.0), json!(u64::MAX), json!("5"), json!(null)] {
        let (_, faults) = read(&json!({"name": "a", "agreed": true, "inner": {"code": "c", "age": number}}));
        assert_eq!(faults, [("/inner/age".to_owned(), Fault::WrongType { expected: "integer" })], "{number}");
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
fn a_member_of_any_type_that_is_missing_or_wrong_is_noted_at_its_place_and_nowhere_else() {
    let names: Vec<String> = everything().as_object().unwrap().keys().cloned().collect();
    for name in &names {
        let mut missing = everything();
        missing.as_object_mut().unwrap().remove(name);
        assert_eq!(faults_of::<Everything>(&missing), [(format!("/{name}"), Fault::Required)], "{name}");
        // Any value is good where anything is taken.
        if name == "free" {
            continue;
        }
        for wrong in [json!({"x": {}}), json!([[], []]), json!("\u{1}wrong"), json!(-70_000), json!(true)] {
            let mut document = everything();
            document[name] = wrong.clone();
            let found = faults_of::<Everything>(&document);
            // A text that may be any text is good as it is.
            let good = name == "wrapped" && wrong.is_string() || name == "either" && wrong.is_number();
            let good = good || name == "ratio" && wrong.is_number();
            assert_eq!(found.is_empty(), good, "{name}: {wrong}: {found:?}");
            let at = format!("/{name}");
            assert!(found.iter().all(|(place, _)| place.starts_with(&at)), "{name}: {wrong}: {found:?}");
        }
    }
}

#[test]
fn a_number_that_does_not_fit_says_what_would() {
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
fn an_unknown_word_is_noted_and_reading_goes_on() {
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

//! A tree as serde reads it, except that it never stops at the first problem: whatever is wrong is
//! noted with its place, and an empty value stands in so that reading goes on.

use std::cell::RefCell;

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Number, Value};

use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;

/// One place of the tree.
#[derive(Clone)]
pub(super) struct Node<'a> {
    value: Option<&'a Value>,
    pointer: String,
    faults: &'a RefCell<Faults>,
}

impl<'a> Node<'a> {
    pub(super) const fn root(value: &'a Value, faults: &'a RefCell<Faults>) -> Self {
        Self { value: Some(value), pointer: String::new(), faults }
    }

    fn child(&self, name: &str, value: Option<&'a Value>) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self { value, pointer: format!("{}/{name}", self.pointer), faults: self.faults }
    }

    fn note(&self, fault: Fault) {
        self.faults.borrow_mut().add(&self.pointer, fault);
    }

    /// Notes that the value is absent or of another type.
    fn note_not(&self, expected: &'static str) {
        self.note(if self.value.is_none() { Fault::Required } else { Fault::WrongType { expected } });
    }

    /// A whole number; `5.0` is one.
    fn integer(&self) -> i64 {
        if let Some(Value::Number(number)) = self.value
            && let Some(integer) = whole(number)
        {
            return integer;
        }
        self.note_not("integer");
        0
    }
}

/// An unknown member's name as far as it is repeated: the caller chose it, and it may be anything.
fn told(name: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '~') { c } else { '?' };
    name.chars().take(MOST_OF_A_NAME).map(plain).collect()
}

/// No member of ours has a longer name.
const MOST_OF_A_NAME: usize = 40;

/// Beyond this a float does not hold every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
        Some(float as i64)
    })
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("requests are read into types that say what they expect"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(Value::Bool(value)) = self.value {
            return visitor.visit_bool(*value);
        }
        self.note_not("boolean");
        visitor.visit_bool(false)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(self.integer())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(Value::String(text)) = self.value {
            if text.contains('\0') {
                self.note(Fault::ControlCharacter);
            }
            return visitor.visit_str(text);
        }
        self.note_not("string");
        visitor.visit_str("")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let entries = if let Some(Value::Array(entries)) = self.value {
            entries.as_slice()
        } else {
            self.note_not("array");
            &[]
        };
        visitor.visit_seq(Entries { list: &self, entries: entries.iter().enumerate() })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let object = if let Some(Value::Object(object)) = self.value {
            for unknown in object.keys().filter(|name| !fields.contains(&name.as_str())) {
                self.child(&told(unknown), None).note(Fault::UnknownMember);
            }
            Some(object)
        } else {
            self.note_not("object");
            None
        };
        visitor.visit_map(Members { node: &self, object, fields: fields.iter(), current: None })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct map enum identifier ignored_any
    }
}

struct Entries<'n, 'a> {
    list: &'n Node<'a>,
    entries: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
}

impl<'de> SeqAccess<'de> for Entries<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.entries
            .next()
            .map(|(place, value)| seed.deserialize(self.list.child(&place.to_string(), Some(value))))
            .transpose()
    }
}

/// Offers every member that the struct has, present or not, so that each missing one is noted.
struct Members<'n, 'a> {
    node: &'n Node<'a>,
    object: Option<&'a Map<String, Value>>,
    fields: std::slice::Iter<'static, &'static str>,
    current: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.fields.next().copied();
        self.current.map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let name =
            self.current.take().ok_or_else(|| Error::custom("a value was asked for before its name"))?;
        seed.deserialize(self.node.child(name, self.object.and_then(|object| object.get(name))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::faults::Refused;
    use serde::Deserialize;
    use serde_json::json;

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
        let told = match faults.into_inner().finish(Some(())) {
            Err(Refused(list)) => list.into_iter().map(|fault| (fault.pointer, fault.fault)).collect(),
            _ => Vec::new(),
        };
        (form, told)
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
        let mut told: Vec<_> = faults.iter().map(|(pointer, fault)| (pointer.as_str(), *fault)).collect();
        told.sort_by_key(|(pointer, _)| *pointer);
        assert_eq!(
            told,
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
        for number in [json!(1e300), json!(9_007_199_254_740_994.0), json!(u64::MAX), json!("5"), json!(null)]
        {
            let (_, faults) =
                read(&json!({"name": "a", "agreed": true, "inner": {"code": "c", "age": number}}));
            assert_eq!(
                faults,
                [("/inner/age".to_owned(), Fault::WrongType { expected: "integer" })],
                "{number}"
            );
        }
    }
}

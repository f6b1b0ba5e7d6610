//! Parses the text of a body into a tree. Duplicate keys and deep nesting are refused; most JSON parsers accept them.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::http::problems::refusals::RequestRefusal;

/// The maximum depth of nesting. No valid request of the service is nested nearly as deep.
const MAX_DEPTH: usize = 32;
/// The message of serde's error for a duplicate key. No other error begins with it.
const DUPLICATE: &str = "\u{1}duplicate key";
/// The message of serde's error for a body that is nested too deep.
const TOO_DEEP: &str = "\u{1}nested too deep";

/// Parses a body.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, RequestRefusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let tree = ValueReader { depth: 0 }.deserialize(&mut reader);
    tree.and_then(|tree| reader.end().map(|()| tree)).map_err(|error| {
        let message = error.to_string();
        if message.starts_with(DUPLICATE) {
            RequestRefusal::DuplicateKey
        } else if message.starts_with(TOO_DEEP) {
            RequestRefusal::NestedTooDeep
        } else {
            RequestRefusal::MalformedJson
        }
    })
}

/// Reads a JSON value at a given depth of nesting.
#[derive(Clone, Copy)]
struct ValueReader {
    depth: usize,
}

impl ValueReader {
    /// The reader of values inside a list or an object.
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH { Err(E::custom(TOO_DEEP)) } else { Ok(Self { depth }) }
    }
}

impl<'de> DeserializeSeed<'de> for ValueReader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueReader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(inside)? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.insert(name, members.next_value_seed(inside)?).is_some() {
                return Err(de::Error::custom(DUPLICATE));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn malformed_json_and_duplicate_members_are_refused() {
        for (body, code) in [
            (&b""[..], RequestRefusal::MalformedJson),
            (b"{", RequestRefusal::MalformedJson),
            (b"{} {}", RequestRefusal::MalformedJson),
            (b"{'a':1}", RequestRefusal::MalformedJson),
            (b"{\"a\":\"\\ud800\"}", RequestRefusal::MalformedJson),
            (b"{\"a\":\"\xff\"}", RequestRefusal::MalformedJson),
            (b"{\"a\":1,\"a\":1}", RequestRefusal::DuplicateKey),
            (b"[{\"b\":{\"a\":1,\"\\u0061\":2}}]", RequestRefusal::DuplicateKey),
        ] {
            assert_eq!(parse(body).unwrap_err(), code, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn brackets_inside_strings_do_not_count_as_nesting() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), Err(RequestRefusal::NestedTooDeep));
        assert_eq!(parse("[".repeat(100_000).as_bytes()), Err(RequestRefusal::NestedTooDeep));
        assert!(parse(format!("\"\\\"{}\"", "[".repeat(100)).as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn the_tree_agrees_with_serde_json(text in "\\PC{0,40}", number in any::<i64>(), flag in any::<bool>()) {
            let document = serde_json::json!({ "text": text, "list": [number, flag, null], "more": { "x": 1.5 } });
            prop_assert_eq!(parse(document.to_string().as_bytes()).unwrap(), document);
        }
    }
}

//! The text of a body as a tree, refusing what JSON parsers commonly let through.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::http::problems::refusals::RequestRefusal;

/// Deeper than any request of ours by far.
const MAX_DEPTH: usize = 32;
/// Marks the error of a duplicate key among serde's.
const DUPLICATE: &str = "\u{1}duplicate key";

/// Reads a body.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, RequestRefusal> {
    if is_too_deep(bytes) {
        return Err(RequestRefusal::NestedTooDeep);
    }
    serde_json::from_slice::<Tree>(bytes).map(|tree| tree.0).map_err(|error| {
        if error.to_string().starts_with(DUPLICATE) {
            RequestRefusal::DuplicateKey
        } else {
            RequestRefusal::MalformedJson
        }
    })
}

/// Counts brackets outside of strings, before anything is built.
fn is_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
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
        let mut list = Vec::new();
        while let Some(Tree(entry)) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Tree(value))) = members.next_entry::<String, Tree>()? {
            if object.insert(name, value).is_some() {
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
    fn what_is_no_json_or_names_a_member_twice_is_refused() {
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
    fn nesting_is_counted_outside_of_strings_only() {
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
        fn what_is_read_is_what_a_lenient_parser_reads(text in "\\PC{0,40}", number in any::<i64>(), flag in any::<bool>()) {
            let document = serde_json::json!({ "text": text, "list": [number, flag, null], "more": { "x": 1.5 } });
            prop_assert_eq!(parse(document.to_string().as_bytes()).unwrap(), document);
        }
    }
}

//! Reads an enum: one of a closed list of words.

use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, Error as _, IntoDeserializer as _, VariantAccess, Visitor,
};
use serde_json::Value;

use super::node::Node;
use super::unreadable::Unreadable;
use crate::domain::values::fault::Fault;

/// A word with or without content: `"WORD"`, or `{"WORD": …}`. A missing or unknown word is noted as a fault and
/// replaced by the first word of the list.
pub(super) struct Variant<'a> {
    word: &'static str,
    content: Node<'a>,
}

impl<'a> Variant<'a> {
    pub(super) fn of(
        node: &Node<'a>,
        value: Option<&'a Value>,
        words: &'static [&'static str],
    ) -> Result<Self, Unreadable> {
        let known = |name: &str| words.iter().copied().find(|word| *word == name);
        let (word, content) = match value {
            Some(Value::String(name)) => (known(name).ok_or(Fault::UnknownValue), None),
            Some(Value::Object(object)) if object.len() == 1 => {
                let member = object.iter().next();
                let word = member.and_then(|(name, _)| known(name)).ok_or(Fault::UnknownValue);
                (word, member.map(|(_, content)| content))
            }
            Some(_) => (Err(Fault::WrongType { expected: "string" }), None),
            None => (Err(Fault::Required), None),
        };
        let word = match word {
            Ok(word) => word,
            Err(fault) => {
                node.note(fault);
                words.first().copied().ok_or_else(|| Unreadable::custom("an enum without words"))?
            }
        };
        Ok(Self { word, content: node.child(word, content) })
    }
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unreadable> {
        Ok((seed.deserialize(self.word.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        self.content.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.content.read(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.content.read(|content| content.deserialize_struct("", fields, visitor))
    }
}

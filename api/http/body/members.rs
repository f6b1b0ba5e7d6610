//! Gives serde the contents of a node: the fields of a struct, the members of a map, the entries of a list.

use serde::de::{DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, SeqAccess};
use serde_json::{Map, Value};

use super::node::Node;
use super::unreadable::Unreadable;

/// The entries of a list. If `length` is greater than the number of entries, the missing entries are noted as faults.
pub(super) struct Entries<'n, 'a> {
    list: &'n Node<'a>,
    values: &'a [Value],
    next: usize,
    length: usize,
}

impl<'n, 'a> Entries<'n, 'a> {
    pub(super) const fn of(list: &'n Node<'a>, entries: &'a [Value], length: usize) -> Self {
        Self { list, values: entries, next: 0, length }
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, '_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        if self.next >= self.length {
            return Ok(None);
        }
        let entry = self.list.child(&self.next.to_string(), self.values.get(self.next));
        self.next += 1;
        entry.read(|entry| seed.deserialize(entry)).map(Some)
    }
}

/// The fields of a struct. Absent fields are included, so that each missing field is noted as a fault.
pub(super) struct Fields<'n, 'a> {
    node: &'n Node<'a>,
    object: Option<&'a Map<String, Value>>,
    names: std::slice::Iter<'static, &'static str>,
    current: Option<&'static str>,
}

impl<'n, 'a> Fields<'n, 'a> {
    pub(super) fn of(
        node: &'n Node<'a>,
        object: Option<&'a Map<String, Value>>,
        names: &'static [&'static str],
    ) -> Self {
        Self { node, object, names: names.iter(), current: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        self.current = self.names.next().copied();
        self.current.map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let name = self
            .current
            .take()
            .ok_or_else(|| Unreadable::custom("serde asked for a value before its name"))?;
        let field = self.node.child(name, self.object.and_then(|object| object.get(name)));
        field.read(|field| seed.deserialize(field))
    }
}

/// The members of an object that is read into a map. The caller chooses their names.
pub(super) struct Members<'n, 'a> {
    node: &'n Node<'a>,
    rest: Option<serde_json::map::Iter<'a>>,
    current: Option<(&'a String, &'a Value)>,
}

impl<'n, 'a> Members<'n, 'a> {
    pub(super) fn of(node: &'n Node<'a>, object: Option<&'a Map<String, Value>>) -> Self {
        Self { node, rest: object.map(Map::iter), current: None }
    }
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        self.current = self.rest.as_mut().and_then(Iterator::next);
        let name = self.current.map(|(name, _)| name.as_str());
        name.map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let (name, value) = self
            .current
            .take()
            .ok_or_else(|| Unreadable::custom("serde asked for a value before its name"))?;
        self.node.child(name, Some(value)).read(|member| seed.deserialize(member))
    }
}

//! A serde deserializer that does not stop at the first fault. For each wrong value, it notes a fault with the place
//! of the value, gives serde an empty value instead, and continues.
//!
//! It supports every type that serde knows. A type may itself refuse a value: for example, a date type refuses a text
//! that is not a date. Then no other value can be given: the fault is noted and reading ends.

use std::cell::RefCell;

use serde::de::{Deserializer, Visitor};
use serde_json::{Number, Value};

use super::members::{Entries, Fields, Members};
use super::unreadable::Unreadable;
use super::variant::Variant;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::http::fields::printable;

/// One place in the tree: its value, if there is one, and its JSON Pointer.
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

    pub(super) fn child(&self, name: &str, value: Option<&'a Value>) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self { value, pointer: format!("{}/{name}", self.pointer), faults: self.faults }
    }

    pub(super) fn note(&self, fault: Fault) {
        self.faults.borrow_mut().add(&self.pointer, fault);
    }

    /// Notes that the value is absent or is not of the expected type.
    fn note_absent_or_not(&self, expected: &'static str) {
        self.note(if self.value.is_none() { Fault::Required } else { Fault::WrongType { expected } });
    }

    /// Reads the value with `read`, and notes a fault if the value's type refuses the value.
    pub(super) fn read<T>(self, read: impl FnOnce(Self) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        let place = self.clone();
        read(self).map_err(|error| error.noted_by(|| place.note(Fault::UnknownValue)))
    }

    /// The value as a whole number from `min` to `max`. `5.0` is a whole number.
    fn integer<T: TryFrom<i64> + Default>(&self, min: i64, max: i64) -> T {
        let Some(integer) = self.value.and_then(Value::as_number).and_then(whole_number) else {
            let is_whole = |number: f64| number.fract() == 0.0;
            if self.value.and_then(Value::as_f64).is_some_and(is_whole) {
                self.note(Fault::OutOfRange { min, max });
            } else {
                self.note_absent_or_not("integer");
            }
            return T::default();
        };
        if let Some(fitting) = T::try_from(integer).ok().filter(|_| (min..=max).contains(&integer)) {
            return fitting;
        }
        self.note(Fault::OutOfRange { min, max });
        T::default()
    }

    fn float(&self) -> f64 {
        self.value.and_then(Value::as_f64).unwrap_or_else(|| {
            self.note_absent_or_not("number");
            0.0
        })
    }

    fn text(&self) -> &'a str {
        if let Some(Value::String(text)) = self.value {
            if text.contains('\0') {
                self.note(Fault::ControlCharacter);
            }
            return text;
        }
        self.note_absent_or_not("string");
        ""
    }

    fn entries(&self) -> &'a [Value] {
        if let Some(Value::Array(entries)) = self.value {
            return entries;
        }
        self.note_absent_or_not("array");
        &[]
    }
}

/// 2⁵³. Up to this limit a float represents every whole number exactly.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
fn whole_number(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_EXACT)?;
        Some(float as i64)
    })
}

/// Implements the methods for whole numbers of every width. A number out of range is noted as a fault.
macro_rules! integers {
    ($($method:ident $visit:ident $type:ty: $min:expr, $max:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.integer::<$type>($min, $max))
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Unreadable;

    integers! {
        deserialize_i8 visit_i8 i8: i8::MIN.into(), i8::MAX.into();
        deserialize_i16 visit_i16 i16: i16::MIN.into(), i16::MAX.into();
        deserialize_i32 visit_i32 i32: i32::MIN.into(), i32::MAX.into();
        deserialize_i64 visit_i64 i64: i64::MIN, i64::MAX;
        deserialize_i128 visit_i128 i128: i64::MIN, i64::MAX;
        deserialize_u8 visit_u8 u8: 0, u8::MAX.into();
        deserialize_u16 visit_u16 u16: 0, u16::MAX.into();
        deserialize_u32 visit_u32 u32: 0, u32::MAX.into();
        deserialize_u64 visit_u64 u64: 0, i64::MAX;
        deserialize_u128 visit_u128 u128: 0, i64::MAX;
    }

    /// For types that choose by the kind of the value, such as untagged enums.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.value {
            None => {
                self.note(Fault::Required);
                visitor.visit_unit()
            }
            Some(Value::Null) => visitor.visit_unit(),
            Some(Value::Bool(value)) => visitor.visit_bool(*value),
            Some(Value::Number(number)) => match whole_number(number) {
                Some(integer) => visitor.visit_i64(integer),
                None => visitor.visit_f64(self.float()),
            },
            Some(Value::String(_)) => self.deserialize_str(visitor),
            Some(Value::Array(_)) => self.deserialize_seq(visitor),
            Some(Value::Object(_)) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Some(Value::Bool(value)) = self.value {
            return visitor.visit_bool(*value);
        }
        self.note_absent_or_not("boolean");
        visitor.visit_bool(false)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the struct asks for 32 bits")]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_f32(self.float() as f32)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_f64(self.float())
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let mut characters = self.text().chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => visitor.visit_char(character),
            (Some(_), Some(_)) => {
                self.note(Fault::TooLong { max: 1 });
                visitor.visit_char(' ')
            }
            (None, _) => {
                self.note(Fault::Blank);
                visitor.visit_char(' ')
            }
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_str(self.text())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_bytes(self.text().as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        // Many clients send `null` for an optional member that they leave out.
        if self.value.is_none_or(Value::is_null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.value != Some(&Value::Null) {
            self.note_absent_or_not("null");
        }
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let entries = self.entries();
        visitor.visit_seq(Entries::of(&self, entries, entries.len()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        let entries = self.entries();
        if entries.len() > length {
            self.note(Fault::TooMany { max: u64::try_from(length).unwrap_or(u64::MAX) });
        }
        visitor.visit_seq(Entries::of(&self, entries, length))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.value.is_none_or(|value| !value.is_object()) {
            self.note_absent_or_not("object");
        }
        visitor.visit_map(Members::of(&self, self.value.and_then(Value::as_object)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let object = self.value.and_then(Value::as_object);
        match object {
            Some(object) => {
                for unknown in object.keys().filter(|name| !fields.contains(&name.as_str())) {
                    self.child(&printable(unknown), None).note(Fault::UnknownMember);
                }
            }
            None => self.note_absent_or_not("object"),
        }
        visitor.visit_map(Fields::of(&self, object, fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(Variant::of(&self, self.value, words)?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }
}

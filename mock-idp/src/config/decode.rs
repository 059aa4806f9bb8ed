//! Decoding a tree into types: a serde deserializer whose errors know their line. It knows no setting.

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use crate::config::tree::{Key, Node, Value, Wrong};

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::new(None, message.to_string())
    }
}

impl Wrong {
    /// The innermost place is the one to tell.
    fn at(self, line: usize) -> Self {
        Self { line: self.line.or(Some(line).filter(|line| *line > 0)), ..self }
    }

    fn inside(self, member: &str) -> Self {
        let path = match self.path.as_str() {
            "" => member.to_owned(),
            inner if inner.starts_with('[') => format!("{member}{inner}"),
            inner => format!("{member}.{inner}"),
        };
        Self { path, ..self }
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let visited = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(*is),
            Value::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => Err(de::Error::custom(format!("number `{number}` is too large"))),
            },
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_str(text),
            Value::List(entries) => visitor.visit_seq(Entries(entries.iter().enumerate())),
            Value::Table(members) => visitor.visit_map(Members { rest: members.iter(), at: None }),
        };
        visited.map_err(|wrong| wrong.at(self.line))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        choices: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let wrong = |what: &str| {
            let choices: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            de::Error::custom(format!("{what} of {}", choices.join(", ")))
        };
        let visited = match &self.value {
            Value::Text(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Table(members) => match members.as_slice() {
                [(Key { name, .. }, content)] => visitor.visit_enum(Variant { name, content: Some(content) }),
                _ => Err(wrong("there is not one choice here, expected exactly one")),
            },
            _ => Err(wrong("neither a name nor a table, expected one")),
        };
        visited.map_err(|wrong| wrong.at(self.line))
    }

    /// Members have names: a list is not taken for a table whose names were left out.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let decoded = match &self.value {
            Value::Table(_) => self.deserialize_any(visitor),
            other => Err(de::Error::custom(format!("{} stands here, expected a map", other.kind()))),
        };
        decoded.map_err(|wrong: Wrong| wrong.at(self.line))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Entries<'de>(std::iter::Enumerate<std::slice::Iter<'de, Node>>);

impl<'de> SeqAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some((number, entry)) = self.0.next() else { return Ok(None) };
        seed.deserialize(entry).map(Some).map_err(|wrong| wrong.inside(&format!("[{number}]")))
    }
}

struct Members<'de> {
    rest: std::slice::Iter<'de, (Key, Node)>,
    at: Option<&'de (Key, Node)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        self.at = self.rest.next();
        let Some((key, _)) = self.at else { return Ok(None) };
        let name: StrDeserializer<'_, Wrong> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|wrong| wrong.at(key.line))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Wrong> {
        match self.at.take() {
            Some((key, value)) => seed.deserialize(value).map_err(|wrong| wrong.inside(&key.name)),
            None => Err(de::Error::custom("a value without a name")),
        }
    }
}

struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Wrong> {
        let name: StrDeserializer<'_, Wrong> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        match self.content {
            None | Some(Node { value: Value::Null, .. }) => Ok(()),
            Some(content) => {
                Err(Wrong::new(None, format!("`{}` takes nothing more", self.name)).at(content.line))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self.with_content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.with_content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let content = self.with_content()?;
        match (&content.value, fields.first()) {
            // A value alone is the first member: `status = 503` is `status = { status = 503 }`.
            (Value::Text(_) | Value::Integer(_), Some(first)) => {
                let members = MapDeserializer::new(std::iter::once((*first, content)));
                visitor.visit_map(members).map_err(|wrong: Wrong| wrong.at(content.line))
            }
            _ => content.deserialize_struct("", fields, visitor),
        }
    }
}

impl<'de> Variant<'de> {
    fn with_content(&self) -> Result<&'de Node, Wrong> {
        self.content
            .ok_or_else(|| de::Error::custom(format!("`{0}` takes more, as in {{ {0} = … }}", self.name)))
    }
}

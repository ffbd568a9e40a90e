//! Records as clients send them (1.1, 1.5, 1.9).
//!
//! Names are kept as they were written: which fields there are, and of what type, is for others to say, who read each value with
//! [`Given::date`] and its like.

use std::{collections::HashSet, fmt};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use crate::{
    Error, Id,
    error::JsonToken,
    instant::{Date, DateTime, Time},
};

/// One record of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// What its `attributes` say; a single row needs none.
    pub attributes: Claimed,
    /// In their order. No name is there twice, in whatever case.
    pub fields: Vec<(String, Given)>,
}

/// `attributes` of a record that a client sends. What else is in there is ignored (1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The object; collections and trees need it.
    pub object: Option<String>,
    /// The record's name in a tree.
    pub reference_id: Option<String>,
    /// The part of a multipart body with the bytes of a field.
    pub binary_part_name: Option<String>,
    /// The field that they are of.
    pub binary_part_name_alias: Option<String>,
}

/// What a client gives for a field.
#[derive(Clone, PartialEq)]
pub enum Given {
    /// A value, or null to clear it.
    Scalar(Scalar),
    /// A parent, by the value of one of its fields: `{"Account":{"Ext__c":"A-1"}}`.
    Reference {
        /// The parent's object, where `attributes` say it; a relationship to several objects needs it.
        object: Option<String>,
        /// The field.
        key: String,
        /// Its value.
        value: Scalar,
    },
    /// Children, in a tree: `{"Contacts":{"records":[…]}}`.
    Children(Vec<Incoming>),
}

/// A value without parts. An empty text is null (1.1).
#[derive(Clone, PartialEq)]
pub enum Scalar {
    /// None.
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// As it was written, up to the precision of a double.
    Number(Number),
    /// Not empty.
    Text(String),
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(value) => value.fmt(f),
            Self::Reference { key, value, .. } => write!(f, "Reference({key}: {value:?})"),
            Self::Children(records) => records.fmt(f),
        }
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Boolean(_) => "Boolean",
            Self::Number(_) => "Number",
            Self::Text(_) => "Text",
        })
    }
}

impl Incoming {
    /// From the body of a request.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let object: Object = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        object.interpreted()
    }

    /// From a part of one. What stood twice there is there no more.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, Error> {
        let object = Object::deserialize(json).map_err(|error| Error::json(&[], &error))?;
        object.interpreted()
    }

    /// Takes the value of a field out, by its name in whatever case.
    pub fn take(&mut self, name: &str) -> Option<Given> {
        let place = self.fields.iter().position(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(self.fields.remove(place).1)
    }
}

/// Values by the type of their field. Numbers and booleans may also be written as text, and text as a number.
impl Scalar {
    /// Of a field of text.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Boolean(value) => Some(value.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
        }
    }

    /// `boolean`; null is false (1.1).
    pub fn boolean(&self) -> Result<bool, Error> {
        match self {
            Self::Null => Ok(false),
            Self::Boolean(value) => Ok(*value),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(self.is_no("boolean")),
        }
    }

    /// `int`: 32 bits, without a fraction.
    pub fn int(&self) -> Result<Option<i32>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Number(number) => number.as_i64().and_then(|number| number.try_into().ok()).map(Some).ok_or_else(|| self.is_no("int")),
            Self::Text(text) => text.parse().map(Some).map_err(|_| self.is_no("int")),
            Self::Boolean(_) => Err(self.is_no("int")),
        }
    }

    /// `double`, `currency`, `percent`: always finite.
    pub fn double(&self) -> Result<Option<f64>, Error> {
        let number = match self {
            Self::Null => return Ok(None),
            Self::Number(number) => number.as_f64(),
            // Of what Rust takes for a number, words are none.
            Self::Text(text) if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) => {
                text.parse().ok()
            }
            Self::Text(_) | Self::Boolean(_) => None,
        };
        number.filter(|number| number.is_finite()).map(Some).ok_or_else(|| self.is_no("double"))
    }

    /// `date`
    pub fn date(&self) -> Result<Option<Date>, Error> {
        self.read("date", Date::parse)
    }

    /// `time`
    pub fn time(&self) -> Result<Option<Time>, Error> {
        self.read("time", Time::parse)
    }

    /// `datetime`
    pub fn datetime(&self) -> Result<Option<DateTime>, Error> {
        self.read("datetime", DateTime::parse)
    }

    /// `base64`: the bytes (1.10).
    pub fn bytes(&self) -> Result<Option<Vec<u8>>, Error> {
        self.read("base64Binary", |text| STANDARD.decode(text))
    }

    /// `id`, `reference`; label and name of the field are for the error.
    pub fn id(&self, label: &str, field: &str) -> Result<Option<Id>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => Id::parse(text).map(Some).map_err(|_| Error::malformed_id(label, field, text)),
            other => Err(Error::malformed_id(label, field, &other.text().unwrap_or_default())),
        }
    }

    fn read<T, E>(&self, wanted: &str, read: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, Error> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => read(text).map(Some).map_err(|_| self.is_no(wanted)),
            _ => Err(self.is_no(wanted)),
        }
    }

    fn is_no(&self, wanted: &str) -> Error {
        let token = match self {
            Self::Null => JsonToken::Null,
            Self::Boolean(true) => JsonToken::True,
            Self::Boolean(false) => JsonToken::False,
            Self::Number(number) if number.is_f64() => JsonToken::Float,
            Self::Number(_) => JsonToken::Int,
            Self::Text(_) => JsonToken::Text,
        };
        Error::cannot_deserialize(wanted, token, &self.text().unwrap_or_default())
    }
}

/// An object of JSON in which no name is twice.
pub(crate) struct Object {
    attributes: Claimed,
    entries: Vec<(String, Json)>,
}

enum Json {
    Scalar(Scalar),
    List(Vec<Object>),
    Object(Object),
}

impl Object {
    pub(crate) fn interpreted(self) -> Result<Incoming, Error> {
        let field = |(name, json): (String, Json)| {
            let given = match json {
                Json::Scalar(value) => Given::Scalar(value),
                Json::Object(object) => object.nested(&name)?,
                Json::List(_) => return Err(Error::cannot_deserialize("string", JsonToken::Array, "[")),
            };
            Ok((name, given))
        };
        let fields = self.entries.into_iter().map(field).collect::<Result<_, Error>>()?;
        Ok(Incoming { attributes: self.attributes, fields })
    }

    /// What stands for a relationship: its children, or one field of the parent.
    fn nested(mut self, relationship: &str) -> Result<Given, Error> {
        match (self.entries.pop(), self.entries.is_empty()) {
            (Some((name, Json::List(records))), true) if name.eq_ignore_ascii_case("records") => {
                records.into_iter().map(Self::interpreted).collect::<Result<_, _>>().map(Given::Children)
            }
            (Some((key, Json::Scalar(value))), true) => Ok(Given::Reference { object: self.attributes.object, key, value }),
            _ => Err(Error::json_shape(format!("{relationship}: a reference to another record has exactly one field, with a value"))),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                object(map)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

fn object<'de, A: MapAccess<'de>>(mut map: A) -> Result<Object, A::Error> {
    let mut seen = HashSet::new();
    let mut attributes = Claimed::default();
    let mut entries = Vec::new();
    while let Some(name) = map.next_key::<String>()? {
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(de::Error::custom(format_args!("Duplicate field '{name:.80}'")));
        }
        if name == "attributes" {
            attributes = Claimed::of(&map.next_value()?);
        } else {
            entries.push((name, map.next_value()?));
        }
    }
    Ok(Object { attributes, entries })
}

impl Claimed {
    /// Whatever is no text is as if it were not there.
    fn of(json: &serde_json::Value) -> Self {
        let text = |name| json.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        Self {
            object: text("type"),
            reference_id: text("referenceId"),
            binary_part_name: text("binaryPartName"),
            binary_part_name_alias: text("binaryPartNameAlias"),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Scalar(Scalar::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Scalar(Scalar::Boolean(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Scalar(Scalar::Number(value.into())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Scalar(Scalar::Number(value.into())))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Scalar(Number::from_f64(value).map_or(Scalar::Null, Scalar::Number)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E>(self, text: String) -> Result<Json, E> {
                Ok(Json::Scalar(if text.is_empty() { Scalar::Null } else { Scalar::Text(text) }))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
                let mut objects = Vec::new();
                while let Some(object) = list.next_element()? {
                    objects.push(object);
                }
                Ok(Json::List(objects))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Json, A::Error> {
                object(map).map(Json::Object)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

//! Deserialisers that forgive what real clients send: booleans as `1`, `"true"` or `null`, numbers for text, `{}` for `[]`.
//!
//! They are for `#[serde(deserialize_with = …)]`. What stays an error is a value whose meaning cannot be guessed.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Number, Value};

/// A JSON value that is neither array nor object.
enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
}

struct ScalarVisitor(&'static str);

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_none<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Number::from_f64(value).map_or(Scalar::Null, Scalar::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(value))
    }
}

fn scalar<'de, D: Deserializer<'de>>(deserializer: D, expected: &'static str) -> Result<Scalar, D::Error> {
    deserializer.deserialize_any(ScalarVisitor(expected))
}

fn scalar_text(value: Scalar) -> Option<String> {
    match value {
        Scalar::Null => None,
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Number(value) => Some(value.to_string()),
        Scalar::Text(value) => Some(value),
    }
}

/// Text; a number or boolean becomes its JSON text, `null` the empty text.
pub(crate) fn text<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<T, D::Error> {
    Ok(scalar_text(scalar(deserializer, "a string")?).unwrap_or_default().into())
}

/// As [`text`], but `null` is refused as if the field were missing.
pub(crate) fn required_text<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<T, D::Error> {
    scalar_text(scalar(deserializer, "a string")?).map(T::from).ok_or_else(|| D::Error::custom("must not be null"))
}

/// As [`required_text`], but blank text is refused as well: for ids that a request cannot do without.
pub(crate) fn required_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value: String = required_text(deserializer)?;
    if value.trim().is_empty() { Err(D::Error::custom("must not be empty")) } else { Ok(value) }
}

/// As [`text`], with `null` and the empty text as `None`.
pub(crate) fn optional_text<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(scalar_text(scalar(deserializer, "a string")?).filter(|value| !value.is_empty()).map(T::from))
}

/// A boolean as `true`, `1`, `"1"`, `"true"` (any case) and their opposites; `null` and `""` are `None`.
pub(crate) fn optional_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    const EXPECTED: &str = "a boolean";
    match scalar(deserializer, EXPECTED)? {
        Scalar::Null => Ok(None),
        Scalar::Bool(value) => Ok(Some(value)),
        Scalar::Number(value) if value.as_f64() == Some(1.0) => Ok(Some(true)),
        Scalar::Number(value) if value.as_f64() == Some(0.0) => Ok(Some(false)),
        Scalar::Number(_) => Err(D::Error::custom("expected a boolean, found a number other than 0 and 1")),
        Scalar::Text(value) => {
            flag_of(&value).ok_or_else(|| D::Error::custom("expected a boolean, found a string other than \"true\" and \"false\""))
        }
    }
}

/// The reading of a boolean given as text: `Some(None)` when it is empty, `None` when it is no boolean.
pub(crate) fn flag_of(value: &str) -> Option<Option<bool>> {
    match value.trim() {
        "" => Some(None),
        "1" => Some(Some(true)),
        "0" => Some(Some(false)),
        other if other.eq_ignore_ascii_case("true") => Some(Some(true)),
        other if other.eq_ignore_ascii_case("false") => Some(Some(false)),
        _ => None,
    }
}

/// As [`optional_flag`] with false for `None`.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(optional_flag(deserializer)?.unwrap_or(false))
}

/// As [`optional_flag`] with true for `None`.
pub(crate) fn flag_or_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(optional_flag(deserializer)?.unwrap_or(true))
}

/// A whole number, also as a string or a decimal (rounded); `null` and `""` are `None`.
pub(crate) fn optional_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match scalar(deserializer, "an integer")? {
        Scalar::Null => Ok(None),
        Scalar::Bool(value) => Ok(Some(i64::from(value))),
        Scalar::Number(value) => Ok(integer_of(&value)),
        Scalar::Text(value) if value.trim().is_empty() => Ok(None),
        Scalar::Text(value) => value
            .trim()
            .parse::<Number>()
            .ok()
            .and_then(|number| integer_of(&number))
            .map(Some)
            .ok_or_else(|| D::Error::custom("expected an integer, found a string that is none")),
    }
}

fn integer_of(value: &Number) -> Option<i64> {
    // The cast saturates, so that a number beyond the range is a very large one and not an error.
    value.as_i64().or_else(|| value.as_f64().map(|value| value.round() as i64))
}

/// As [`optional_integer`] with 0 for `None`.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(optional_integer(deserializer)?.unwrap_or(0))
}

/// A number; `null` and text that is none are `None`.
pub(crate) fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(match scalar(deserializer, "a number")? {
        Scalar::Number(value) => value.as_f64(),
        Scalar::Text(value) => value.trim().parse::<f64>().ok().filter(|value| value.is_finite()),
        Scalar::Null | Scalar::Bool(_) => None,
    })
}

/// An array; `null` and `{}` (PHP's empty array) are empty, `null` elements are left out.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_none<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<Vec<T>, E> {
            if value.trim().is_empty() { Ok(Vec::new()) } else { Err(E::custom("expected an array, found a string")) }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(element) = elements.next_element::<Option<T>>()? {
                list.extend(element);
            }
            Ok(list)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
            match entries.next_key::<IgnoredAny>()? {
                None => Ok(Vec::new()),
                Some(_) => Err(A::Error::custom("expected an array, found an object")),
            }
        }
    }

    deserializer.deserialize_any(List(PhantomData))
}

/// An array of texts, each as [`text`].
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Element(#[serde(deserialize_with = "text")] String);

    Ok(list::<D, Element>(deserializer)?.into_iter().map(|element| element.0).collect())
}

/// What can be understood of a server's array: elements of another shape are left out, anything but an array is empty.
pub(crate) fn salvaged_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(elements) => elements.into_iter().filter_map(|element| serde_json::from_value(element).ok()).collect(),
        _ => Vec::new(),
    })
}

/// What can be understood of a server's object: of another shape it is the default.
pub(crate) fn salvaged_object<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

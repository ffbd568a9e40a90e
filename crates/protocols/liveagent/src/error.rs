//! A request body that is not understood: what a 400 says (5).

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The JSON body of a 400: `{"message": String, "details": [{"property": String, "message": String}]}` (5).
///
/// It never repeats a value of the request, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct BodyError {
    /// One sentence for a person.
    #[serde(default)]
    pub message: String,
    /// The properties at fault; empty when the body is no JSON at all.
    #[serde(default)]
    pub details: Vec<PropertyError>,
}

/// One property at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyError {
    /// Path such as `prechatDetails[0].label`.
    #[serde(default)]
    pub property: String,
    /// What is wrong with it.
    #[serde(default)]
    pub message: String,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for detail in &self.details {
            write!(f, "; {}: {}", detail.property, detail.message)?;
        }
        Ok(())
    }
}

impl BodyError {
    /// An error of the whole body.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new() }
    }

    /// An error of one property.
    pub fn property(property: impl Into<String>, message: impl Into<String>) -> Self {
        let detail = PropertyError { property: property.into(), message: message.into() };
        Self { message: format!("Property {} could not be understood", detail.property), details: vec![detail] }
    }

    /// This error with its properties below `prefix`, e.g. `nouns[2].object`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        if self.details.is_empty() {
            let message = std::mem::take(&mut self.message);
            return Self::property(prefix, message);
        }
        for detail in &mut self.details {
            detail.property = if detail.property.is_empty() { prefix.to_owned() } else { format!("{prefix}.{}", detail.property) };
        }
        if let [detail] = self.details.as_slice() {
            self.message = format!("Property {} could not be understood", detail.property);
        }
        self
    }
}

/// Decodes a JSON object whatever its Content-Type said (1.2). A byte order mark is skipped.
///
/// # Errors
/// [`BodyError`] with the path of the property at fault. Nesting beyond 128 levels is an error.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyError> {
    let body = strip(body);
    if body.is_empty() {
        return Err(BodyError::new("The body is empty, a JSON object was expected"));
    }
    if body.first() != Some(&b'{') {
        // Derived decoders would take an array for an object's fields in order.
        return Err(match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
            Ok(_) => BodyError::new("The body must be a JSON object"),
            Err(error) => syntax(&error),
        });
    }
    // The path costs time, so it is tracked only once the body is known to be wrong.
    serde_json::from_slice(body).map_err(|_| explain::<T>(body))
}

/// As [`decode`], for bodies that may be missing: empty, `null` and `[]` (PHP's empty object) are the default (2.3).
///
/// # Errors
/// As [`decode`].
pub fn decode_or_default<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, BodyError> {
    match strip(body) {
        b"" | b"null" | b"[]" => Ok(T::default()),
        body => decode(body),
    }
}

fn strip(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii()
}

fn explain<T: DeserializeOwned>(body: &[u8]) -> BodyError {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => match deserializer.end() {
            Ok(()) => BodyError::new("The body could not be understood"),
            Err(error) => syntax(&error),
        },
        Err(error) => {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if !inner.is_data() {
                return syntax(&inner);
            }
            let mut property = if path == "." { String::new() } else { path };
            let message = without_values(&inner.to_string());
            if let Some(missing) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
                if !property.is_empty() {
                    property.push('.');
                }
                property.push_str(missing);
                return BodyError::property(property, "is required");
            }
            if property.is_empty() { BodyError::new(message) } else { BodyError::property(property, message) }
        }
    }
}

fn syntax(error: &serde_json::Error) -> BodyError {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        _ if error.to_string().starts_with("recursion limit") => "the JSON is nested too deeply",
        _ => "the JSON is malformed",
    };
    BodyError::new(format!("The body could not be read: {what} at line {} column {}", error.line(), error.column()))
}

/// Serde's messages quote the offending value, which may be conversation text: keep its kind only.
fn without_values(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    let Some(rest) = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: ")) else {
        return message.to_owned();
    };
    let found = rest.split([',', '"', '`']).next().unwrap_or_default().trim();
    match rest.rfind(", expected ") {
        Some(at) => format!("expected {}, found {}", expected_name(&rest[at + ", expected ".len()..]), found),
        None => format!("found {found}"),
    }
}

/// Names of Rust types mean nothing to a client.
fn expected_name(expected: &str) -> &str {
    if expected.starts_with("struct ") { "an object" } else { expected }
}

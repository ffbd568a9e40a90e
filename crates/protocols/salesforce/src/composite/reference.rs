//! `@{ref.field}`: what an earlier request was answered, in the body or the address of a later one (1.9).

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::{self, Write},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::MAX_RESOLVED;
use crate::Error;

/// What is not escaped in an address: the unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bodies that were answered so far, by the names of their requests.
#[derive(Default)]
pub struct Answers {
    bodies: HashMap<String, Value>,
    /// How much was put in for references.
    resolved: usize,
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.bodies.keys()).finish()
    }
}

impl Answers {
    /// Keeps an answer. Names are compared with regard to case.
    pub fn insert(&mut self, reference_id: impl Into<String>, body: Value) {
        self.bodies.insert(reference_id.into(), body);
    }

    /// A body in which references are replaced. A text that is one reference becomes what it refers to, a number for instance; otherwise the
    /// value stands within the text. What only looks like a reference stays as it is; one for which there is no value is an error.
    pub fn resolve(&mut self, body: &str) -> Result<Value, Error> {
        let mut json = serde_json::from_str(body).map_err(|error| Error::json(body.as_bytes(), &error))?;
        // Braces may be written as escapes, too.
        if body.contains("@{") || body.contains("\\u") {
            self.replace(&mut json)?;
        }
        Ok(json)
    }

    /// An address in which references are replaced by values, escaped.
    pub fn resolve_url<'a>(&mut self, url: &'a str) -> Result<Cow<'a, str>, Error> {
        if references(url).next().is_none() {
            return Ok(url.into());
        }
        self.splice(url, |resolved, value| write!(resolved, "{}", utf8_percent_encode(value, ESCAPED))).map(Into::into)
    }

    /// To every text in it; how deep it is the parser has limited.
    fn replace(&mut self, json: &mut Value) -> Result<(), Error> {
        match json {
            Value::String(text) => {
                let whole = references(text).next().filter(|reference| reference.text == text.as_str());
                if let Some(reference) = whole {
                    let value = self.value(&reference)?.clone();
                    self.count(value.as_str().map_or(0, str::len))?;
                    *json = value;
                } else if references(text).next().is_some() {
                    *text = self.splice(text, |resolved, value| resolved.write_str(value))?;
                }
                Ok(())
            }
            Value::Array(list) => list.iter_mut().try_for_each(|json| self.replace(json)),
            Value::Object(map) => map.values_mut().try_for_each(|json| self.replace(json)),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn splice(&mut self, text: &str, write: impl Fn(&mut String, &str) -> fmt::Result) -> Result<String, Error> {
        let (mut resolved, mut end) = (String::with_capacity(text.len()), 0);
        for reference in references(text) {
            resolved.push_str(&text[end..reference.start]);
            end = reference.start + reference.text.len();
            let before = resolved.len();
            let written = match self.value(&reference)? {
                Value::String(value) => write(&mut resolved, value),
                other => write(&mut resolved, &other.to_string()),
            };
            written.expect("a text can be written to");
            self.count(resolved.len() - before)?;
        }
        resolved.push_str(&text[end..]);
        Ok(resolved)
    }

    /// References can make much of little: a value of a megabyte can be asked for a thousand times.
    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.resolved = self.resolved.saturating_add(bytes);
        super::limited("bytes of resolved references", self.resolved, MAX_RESOLVED)
    }

    fn value(&self, reference: &Reference<'_>) -> Result<&Value, Error> {
        let found = self.bodies.get(reference.name).and_then(|body| {
            let mut value = body;
            for step in reference.steps() {
                value = match step {
                    Step::Field(name) => value.get(name)?,
                    Step::Index(index) => value.get(index)?,
                };
            }
            matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then_some(value)
        });
        found.ok_or_else(|| Error::invalid_reference(reference.path, reference.name))
    }
}

/// The requests that a text refers to.
pub(super) fn referred(text: &str) -> impl Iterator<Item = &str> {
    references(text).map(|reference| reference.name)
}

struct Reference<'a> {
    /// With the braces.
    text: &'a str,
    start: usize,
    /// Of the request.
    name: &'a str,
    /// `id`, `records[0].Account.Name`
    path: &'a str,
}

enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Reference<'a> {
    fn steps(&self) -> impl Iterator<Item = Step<'a>> {
        self.path.split('.').flat_map(|part| {
            let mut pieces = part.split(['[', ']']).filter(|piece| !piece.is_empty());
            let field = pieces.next().map(Step::Field);
            field.into_iter().chain(pieces.map(|index| index.parse().map_or(Step::Field(index), Step::Index)))
        })
    }
}

/// Whether this can be the name of a request: letters, digits and underscores.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Names with dots between them, each perhaps with numbers in brackets behind it.
fn is_path(text: &str) -> bool {
    text.split('.').all(|part| {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let closed = indices.is_empty() || indices.ends_with(']');
        let is_index = |index: &str| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        is_name(name) && closed && indices.split_terminator(']').all(|index| index.strip_prefix('[').is_some_and(is_index))
    })
}

fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    text.match_indices("@{").filter_map(|(start, _)| {
        let inner = text[start + 2..].split('}').next()?;
        let end = start + 2 + inner.len();
        let (name, path) = inner.split_once('.').filter(|_| text[end..].starts_with('}'))?;
        (is_name(name) && is_path(path)).then_some(Reference { text: &text[start..=end], start, name, path })
    })
}

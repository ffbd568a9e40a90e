//! JSONP, the form in which deployment.js asks (2.7).

use crate::headers::ApiVersion;
use crate::query::{Query, VisitorQuery};
use crate::resource::{Method, Resource};

/// Longest callback that is accepted.
pub const MAX_CALLBACK: usize = 128;
/// The most nouns that one request may name.
pub const MAX_NOUNS: usize = 16;
/// Content type of an answer.
pub const CONTENT_TYPE: &str = "application/javascript; charset=utf-8";

/// The name of a function, safe to print into a script: `^[A-Za-z_$][\w$.]*$` (2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback(String);

impl Callback {
    /// Accepts a name of at most [`MAX_CALLBACK`] characters.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let first = bytes.first()?;
        let start = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$');
        let valid = start(first) && bytes.iter().all(|byte| start(byte) || byte.is_ascii_digit() || *byte == b'.');
        (valid && bytes.len() <= MAX_CALLBACK).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The script `/**/{callback}({json});`, with [`script_safe`] JSON. The comment stands there as it always did: whoever cuts the JSON out
    /// by counting counts it too (deployment_segment.md 3).
    pub fn wrap(&self, json: &str) -> String {
        format!("/**/{}({});", self.0, script_safe(json))
    }
}

/// JSON that may stand in a script, or between the tags of one in a page: what would end either, or a line in old JavaScript, is escaped. It
/// must be JSON, where those characters occur within strings only.
pub fn script_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

/// Why a JSONP request is refused, with 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonpError {
    /// A callback that is no name of a function.
    #[error("callback is no name of a function")]
    Callback,
    /// More than [`MAX_NOUNS`].
    #[error("too many nouns")]
    TooManyNouns,
    /// No noun, or one that is no `Visitor` resource.
    #[error("nouns is missing or names a resource that there is not")]
    Noun,
}

/// A JSONP request. The parameters of each noun are read from the same query with the types of [`crate::query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonpRequest {
    /// What to wrap the answer in; without it the answer is bare JSON.
    pub callback: Option<Callback>,
    /// What is asked for, in order: [`Resource::VisitorId`], [`Resource::Settings`], [`Resource::Availability`] or
    /// [`Resource::Breadcrumb`].
    pub nouns: Vec<Resource>,
    /// The parameters that all nouns share.
    pub visitor: VisitorQuery,
}

impl JsonpRequest {
    /// Reads the query of a `.jsonp` resource. A noun without `{Noun}.prefix` is looked for under `Visitor`.
    ///
    /// # Errors
    /// [`JsonpError`].
    pub fn parse(resource: Resource, query: &Query<'_>) -> Result<Self, JsonpError> {
        let callback = match query.get("callback") {
            Some(text) => Some(Callback::parse(text).ok_or(JsonpError::Callback)?),
            None => None,
        };
        let nouns = match resource {
            Resource::MultiNounJsonp => query
                .get("nouns")
                .ok_or(JsonpError::Noun)?
                .split(',')
                .map(|noun| visitor_resource(query.get(&format!("{}.prefix", noun.trim())).unwrap_or("Visitor"), noun.trim()))
                .take(MAX_NOUNS + 1)
                .collect::<Option<Vec<_>>>()
                .ok_or(JsonpError::Noun)?,
            single => {
                let noun = single.noun().strip_suffix(".jsonp").unwrap_or(single.noun());
                vec![visitor_resource(single.prefix(), noun).ok_or(JsonpError::Noun)?]
            }
        };
        if nouns.len() > MAX_NOUNS {
            return Err(JsonpError::TooManyNouns);
        }
        Ok(Self { callback, nouns, visitor: VisitorQuery::from_query(query) })
    }

    /// The version, which stands for the header.
    pub fn version(&self) -> Option<ApiVersion> {
        self.visitor.version
    }
}

fn visitor_resource(prefix: &str, noun: &str) -> Option<Resource> {
    [Method::Get, Method::Post]
        .into_iter()
        .filter_map(|method| Resource::named(prefix, noun, method).ok())
        .find(|resource| resource.prefix() == "Visitor" && !resource.is_jsonp())
}

//! `POST System/MultiNoun`: several POSTs in one (2.3).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{BodyError, decode};
use crate::redacted::Sensitive;
use crate::resource::{Method, Resource, RouteError};

/// The most calls that one body may hold; the protocol sets no limit, so this is ours.
pub const MAX_NOUNS: usize = 100;

/// The calls, in the order in which they are to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MultiNoun {
    /// At most [`MAX_NOUNS`].
    pub nouns: Vec<NounCall>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NounCall {
    /// Such as `Chasitor`.
    pub prefix: String,
    /// Such as `ChatMessage`.
    pub noun: String,
    /// The JSON text of its body; empty when there is none.
    pub body: Sensitive,
}

impl NounCall {
    /// The resource that is meant.
    ///
    /// # Errors
    /// [`RouteError`] when there is none of that name, or it takes no POST.
    pub fn resource(&self) -> Result<Resource, RouteError> {
        Resource::named(&self.prefix, &self.noun, Method::Post)
    }
}

#[derive(Deserialize)]
struct Received {
    #[serde(deserialize_with = "crate::tolerant::list")]
    nouns: Vec<ReceivedCall>,
}

#[derive(Deserialize)]
struct ReceivedCall {
    #[serde(deserialize_with = "crate::tolerant::required_text")]
    prefix: String,
    #[serde(deserialize_with = "crate::tolerant::required_text")]
    noun: String,
    #[serde(default)]
    object: Option<Box<RawValue>>,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

impl MultiNoun {
    /// Decodes the body. A call's body is under `object` or `data`, as an object or as its JSON text (2.3).
    ///
    /// # Errors
    /// [`BodyError`] for malformed JSON, a call without prefix or noun, or more than [`MAX_NOUNS`] calls. The bodies of the
    /// calls are not looked into.
    pub fn decode(body: &[u8]) -> Result<Self, BodyError> {
        let received: Received = decode(body)?;
        if received.nouns.len() > MAX_NOUNS {
            return Err(BodyError::property("nouns", format!("has more than {MAX_NOUNS} elements")));
        }
        let nouns = received.nouns.into_iter().map(|call| {
            let body = [call.object, call.data].into_iter().flatten().map(|raw| body_text(&raw)).find(|text| !text.is_empty());
            NounCall { prefix: call.prefix, noun: call.noun, body: body.unwrap_or_default().into() }
        });
        Ok(Self { nouns: nouns.collect() })
    }

    /// The body, with each call's body as an object under `object`.
    pub fn encode(&self) -> String {
        #[derive(Serialize)]
        struct Sent<'a> {
            nouns: Vec<SentCall<'a>>,
        }
        #[derive(Serialize)]
        struct SentCall<'a> {
            prefix: &'a str,
            noun: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            object: Option<SentBody<'a>>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum SentBody<'a> {
            Json(&'a RawValue),
            Text(&'a str),
        }
        let nouns = self.nouns.iter().map(|call| SentCall {
            prefix: &call.prefix,
            noun: &call.noun,
            object: match (call.body.is_empty(), serde_json::from_str::<&RawValue>(&call.body)) {
                (true, _) => None,
                (false, Ok(raw)) => Some(SentBody::Json(raw)),
                (false, Err(_)) => Some(SentBody::Text(&call.body)),
            },
        });
        serde_json::to_string(&Sent { nouns: nouns.collect() }).expect("strings and checked JSON always print")
    }
}

fn body_text(raw: &RawValue) -> String {
    match raw.get() {
        "null" => String::new(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
        text => text.to_owned(),
    }
}

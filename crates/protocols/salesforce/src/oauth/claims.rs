//! What an assertion claims (1.2), in the forms that clients are known to send.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// The audiences that are right for every server.
pub const LOGIN_AUDIENCES: [&str; 2] = ["https://login.salesforce.com", "https://test.salesforce.com"];
/// No client counts in seconds that far (the year 5138), and none in milliseconds that little (1973).
const MILLISECONDS: i64 = 100_000_000_000;

/// The claims of a JWT bearer assertion. They are worth what its signature is worth.
#[derive(Clone, Deserialize, PartialEq, Eq)]
pub struct Claims {
    /// The app's client id.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// The user's name.
    #[serde(rename = "sub", alias = "prn")]
    pub subject: String,
    /// For which servers.
    #[serde(rename = "aud", deserialize_with = "one_or_many")]
    pub audiences: Vec<String>,
    /// Until when: seconds as a number or as text, or milliseconds.
    #[serde(rename = "exp", deserialize_with = "instant")]
    pub expires: Timestamp,
}

impl Claims {
    /// Whether one of the audiences is one of [`LOGIN_AUDIENCES`] or of these, with a slash behind it or without.
    pub fn are_for(&self, own: &[&str]) -> bool {
        let without_slash = |address: &str| address.strip_suffix('/').unwrap_or(address).to_ascii_lowercase();
        let mut accepted = own.iter().chain(&LOGIN_AUDIENCES).map(|address| without_slash(address));
        accepted.any(|accepted| self.audiences.iter().any(|audience| without_slash(audience) == accepted))
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims until {}", self.expires)
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audience {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Audience::deserialize(deserializer)? {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    })
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        // Of seconds with a fraction, the fraction does not matter; what is no number of seconds at all is out of range below.
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| de::Error::custom("exp is no number"))?;
    let at = if number >= MILLISECONDS { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
    at.map_err(|_| de::Error::custom("exp is out of range"))
}

//! Batch: requests that do not know of each other (1.9).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{MAX_BATCH, Method, limited};
use crate::{Error, Version};

/// `POST /composite/batch`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Whether the first failure keeps the rest from being begun. Nothing is undone.
    #[serde(default)]
    pub halt_on_error: bool,
    /// Carried out one after the other.
    #[serde(rename = "batchRequests")]
    pub requests: Vec<BatchPart>,
}

/// One of its requests.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPart {
    /// How.
    pub method: Method,
    /// What: `v66.0/sobjects/Account/001…?fields=Name`.
    pub url: String,
    /// The body.
    #[serde(default)]
    pub rich_input: Option<Box<RawValue>>,
}

impl fmt::Debug for BatchPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.method)
    }
}

impl Batch {
    /// From a body, within the limits.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let batch: Self = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        limited("subrequests", batch.requests.len(), MAX_BATCH)?;
        Ok(batch)
    }
}

impl BatchPart {
    /// The version, and what is asked below it. Some clients begin with a slash or with the root.
    pub fn resource(&self) -> Result<(Version, &str), Error> {
        let url = self.url.strip_prefix(crate::version::ROOT).unwrap_or(&self.url);
        let url = url.strip_prefix('/').unwrap_or(url);
        let (version, below) = url.split_once('/').ok_or_else(Error::not_found)?;
        Ok((Version::parse(version)?, below))
    }
}

/// What one of them was answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResult {
    /// As it would be alone.
    pub status_code: u16,
    /// The same; null where there is none.
    pub result: Option<Box<RawValue>>,
}

impl BatchResult {
    /// Of a request that was refused.
    pub fn refused(error: &Error) -> Self {
        let result = serde_json::value::to_raw_value(error.body()).expect("an error is JSON");
        Self { status_code: error.status(), result: Some(result) }
    }
}

impl fmt::Debug for BatchResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code)
    }
}

/// What `POST /composite/batch` answers, with status 200.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    has_errors: bool,
    results: Vec<BatchResult>,
}

impl BatchAnswer {
    /// In the order of the requests.
    pub fn of(results: Vec<BatchResult>) -> Self {
        Self { has_errors: results.iter().any(|result| result.status_code >= 400), results }
    }
}

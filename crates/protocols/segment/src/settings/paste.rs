//! What a person pastes: settings as Segment's tools print them, or a deployment code.

use liveagent::snippet::{self, Field, ProblemKind};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ChatSettings, Code, DESTINATION, Warning, value::Reader};

/// The longest paste that is read, in bytes.
pub const LIMIT: usize = 256 * 1024;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Read {
    /// The settings; what was not there is empty.
    pub settings: ChatSettings,
    /// What a person must know, in the order of the settings.
    pub warnings: Vec<Warning>,
}

/// Nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// More than [`LIMIT`].
    #[error("this is longer than 256 KiB: paste the destination's settings, or the deployment code, only")]
    TooLong,
    /// JSON that is broken.
    #[error("this begins as JSON does and breaks off or is malformed at line {line}, column {column}: copy it again, whole")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// JSON of something else.
    #[error(
        "there are no settings of the chat destination in this JSON: it has neither hostname, deploymentId nor mappings, nor an integration of that name"
    )]
    NoSettings,
    /// No JSON, and no deployment code.
    #[error(
        "this is neither JSON nor a deployment code: paste the destination's settings, or the two script elements with deployment.js and liveagent.init"
    )]
    Neither,
}

/// Settings of a JSON value: flat; as a list of `{key, value}`; or inside `settings`, `options` or `integrations["Salesforce Live Agent"]`
/// of what Segment's tools print (10, 13). What is not understood is left out and warned of.
pub fn from_value(value: &Value) -> (ChatSettings, Vec<Warning>) {
    let mut reader = Reader { warnings: Vec::new() };
    let settings = match found(value, 0) {
        Some(map) => reader.settings(&map),
        None => match value.as_object() {
            Some(map) => reader.settings(map),
            None => {
                reader.warn(Code::WrongType, "", "These are no settings.");
                ChatSettings::default()
            }
        },
    };
    (settings, reader.warnings)
}

/// Reads what was pasted. Nothing of it is run or fetched.
///
/// # Errors
/// [`NotRead`].
pub fn read(pasted: &str) -> Result<Read, NotRead> {
    if pasted.len() > LIMIT {
        return Err(NotRead::TooLong);
    }
    let text = pasted.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|e| NotRead::Json { line: e.line(), column: e.column() })?;
        if found(&value, 0).is_none() {
            return Err(NotRead::NoSettings);
        }
        let (settings, warnings) = from_value(&value);
        return Ok(Read { settings, warnings });
    }
    deployment_code(text)
}

const NAMES: &[&str] =
    &["hostname", "liveAgentEndpointUrl", "deploymentId", "orgId", "contactMappings", "caseMappings", "accountMappings", "objects"];

/// Where the settings are: the object that has one of their names.
fn found(value: &Value, depth: usize) -> Option<Map<String, Value>> {
    if depth > 4 {
        return None;
    }
    match value {
        Value::Object(map) if NAMES.iter().any(|name| map.contains_key(*name)) => Some(map.clone()),
        Value::Object(map) => {
            let inner = ["integrations", DESTINATION, "settings", "options", "cdnSettings", "value", "data", "destination"];
            inner.iter().find_map(|name| found(map.get(*name)?, depth + 1))
        }
        Value::Array(items) => {
            let pair = |item: &Value| Some((item.get("key")?.as_str()?.to_owned(), item.get("value")?.clone()));
            let pairs: Map<String, Value> = items.iter().take(100).filter_map(pair).collect();
            NAMES.iter().any(|name| pairs.contains_key(*name)).then_some(pairs)
        }
        _ => None,
    }
}

fn deployment_code(text: &str) -> Result<Read, NotRead> {
    let reading = snippet::read(text);
    if reading.found.is_empty() {
        return Err(if reading.has(ProblemKind::TooLong) { NotRead::TooLong } else { NotRead::Neither });
    }
    let value = |field| reading.value(field).unwrap_or_default().to_owned();
    let mut map = Map::new();
    for (name, field) in [
        ("hostname", Field::Content),
        ("liveAgentEndpointUrl", Field::Endpoint),
        ("deploymentId", Field::Deployment),
        ("orgId", Field::Organisation),
    ] {
        map.insert(name.to_owned(), value(field).into());
    }
    let mut reader = Reader { warnings: Vec::new() };
    let settings = reader.settings(&map);
    for problem in &reading.problems {
        let path = match problem.field {
            Some(Field::Endpoint) => "liveAgentEndpointUrl",
            Some(Field::Content) => "hostname",
            Some(Field::Deployment) => "deploymentId",
            Some(Field::Organisation) => "orgId",
            // A destination has no button: the visitor clicks the page's own.
            Some(Field::Button | Field::Agent) => continue,
            None => "",
        };
        reader.warn(Code::DeploymentCode, path, problem.to_string());
    }
    for (path, setting) in [
        ("hostname", &settings.hostname),
        ("liveAgentEndpointUrl", &settings.live_agent_endpoint_url),
        ("deploymentId", &settings.deployment_id),
        ("orgId", &settings.org_id),
    ] {
        let told = reader.warnings.iter().any(|warning| warning.path == path);
        if setting.is_empty() && !told {
            reader.warn(Code::SettingMissing, path, "This was not found in the deployment code: give it yourself.");
        }
    }
    Ok(Read { settings, warnings: reader.warnings })
}

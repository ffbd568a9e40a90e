//! Settings out of JSON of any shape.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    ChatSettings, Code, MOST_CHARACTERS, MOST_OBJECTS, MOST_ROWS, Object, Row, Source, Warning, address::AddressProblem, endpoint, script,
};

/// The most warnings; who has more has other troubles.
const MOST_WARNINGS: usize = 200;

/// Reads settings and collects what is to be said of them.
pub(super) struct Reader {
    pub(super) warnings: Vec<Warning>,
}

impl Reader {
    pub(super) fn warn(&mut self, code: Code, path: impl Into<String>, detail: impl Into<String>) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(Warning::new(code, path, detail));
        }
    }

    /// Text; numbers are taken as it, since ids are written so now and then.
    fn text(&mut self, value: Option<&Value>, path: &str) -> String {
        let text = match value {
            None | Some(Value::Null) => return String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => {
                self.warn(Code::WrongType, path, "This is a number where a text is expected; it is read as text.");
                number.to_string()
            }
            Some(_) => {
                self.warn(Code::WrongType, path, "This is not a text; it was left out.");
                return String::new();
            }
        };
        if text.chars().nth(MOST_CHARACTERS).is_some() {
            self.warn(Code::TooLong, path, format!("This has more than {MOST_CHARACTERS} characters; it was left out."));
            return String::new();
        }
        // What cannot be seen is in no name, and databases refuse some of it.
        if text.contains(char::is_control) { text.replace(char::is_control, "") } else { text }
    }

    /// A flag: missing, null, 0 and the empty text are false (10); so are the words for it, which Segment's integration takes for true.
    fn flag(&mut self, value: Option<&Value>, path: &str) -> bool {
        match value {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
                "" | "0" => false,
                "1" => true,
                "true" => self.flag_in_words(path, true),
                "false" => self.flag_in_words(path, false),
                _ => {
                    self.warn(Code::WrongType, path, "This is neither true nor false; it is taken for true, as Segment does.");
                    true
                }
            },
            Some(_) => {
                self.warn(Code::WrongType, path, "This is neither true nor false; it is taken for true, as Segment does.");
                true
            }
        }
    }

    fn flag_in_words(&mut self, path: &str, flag: bool) -> bool {
        self.warn(Code::WrongType, path, format!("This is the word {flag} as text; it is taken for what it says."));
        flag
    }

    fn rows(&mut self, value: Option<&Value>, path: &str, key: &str) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (at, item) in self.items(value, path, MOST_ROWS).into_iter().enumerate() {
            let here = format!("{path}[{at}]");
            let Some((item, own_key)) = unwrapped(item) else {
                self.warn(Code::WrongType, here, "This is no mapping; it was left out.");
                continue;
            };
            let source = [key, "trait", "property", "path"].into_iter().find_map(|key| item.get(key).map(|value| (key, value)));
            let mut text = |key: &str| self.text(item.get(key), &format!("{here}.{key}"));
            let (label, field_name) = (text("label"), text("fieldName"));
            let row_path = match source {
                Some((key, value)) => self.text(Some(value), &format!("{here}.{key}")),
                None => own_key.unwrap_or_default().to_owned(),
            };
            let mut flag = |key: &str| self.flag(item.get(key), &format!("{here}.{key}"));
            let row = Row {
                path: row_path,
                label,
                field_name,
                display_to_agent: flag("displayToAgent"),
                do_find: flag("doFind"),
                is_exact_match: flag("isExactMatch"),
                do_create: flag("doCreate"),
            };
            if row.path.is_empty() {
                self.warn(Code::PathMissing, format!("{here}.{key}"), "This mapping does not say of what; it was left out.");
            } else if row.label.is_empty() {
                self.warn(Code::LabelMissing, format!("{here}.label"), "This mapping has no label; it was left out.");
            } else {
                if row.field_name.is_empty() && !row.display_to_agent {
                    self.warn(Code::RowWithoutUse, here, "This mapping has no field and is not shown to the agent: nothing comes of it.");
                }
                rows.push(row);
            }
        }
        rows
    }

    fn objects(&mut self, value: &Value) -> Vec<Object> {
        let mut objects = Vec::new();
        for (at, item) in self.items(Some(value), "objects", MOST_OBJECTS).into_iter().enumerate() {
            let here = format!("objects[{at}]");
            let Some((item, _)) = unwrapped(item) else {
                self.warn(Code::WrongType, here, "This is no object's mapping; it was left out.");
                continue;
            };
            let mut text = |key: &str| self.text(item.get(key), &format!("{here}.{key}"));
            let mut object = Object {
                entity_name: text("entityName"),
                save_to_transcript: text("saveToTranscript"),
                link_to_entity_name: text("linkToEntityName"),
                link_to_entity_field: text("linkToEntityField"),
                ..Object::default()
            };
            let source = text("source");
            object.source = match source.as_str() {
                "" | "traits" => Source::Traits,
                "properties" => Source::Properties,
                "group" => Source::Group,
                _ => {
                    self.warn(
                        Code::WrongType,
                        format!("{here}.source"),
                        "This is none of traits, properties and group; the object was left out.",
                    );
                    continue;
                }
            };
            object.show_on_create = self.flag(item.get("showOnCreate"), &format!("{here}.showOnCreate"));
            object.mappings = self.rows(item.get("mappings"), &format!("{here}.mappings"), "path");
            if object.link_to_entity_name.is_empty() != object.link_to_entity_field.is_empty() {
                self.warn(Code::LinkIncomplete, &here, "A link needs the other object and its field; it was left out.");
                object.link_to_entity_name.clear();
                object.link_to_entity_field.clear();
            }
            if object.entity_name.is_empty() {
                self.warn(Code::EntityMissing, format!("{here}.entityName"), "This does not say of which object; it was left out.");
            } else {
                objects.push(object);
            }
        }
        objects
    }

    fn items<'v>(&mut self, value: Option<&'v Value>, path: &str, most: usize) -> Vec<&'v Value> {
        match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                if items.len() > most {
                    self.warn(Code::TooMany, path, format!("There are {} of these, at most {most} are read.", items.len()));
                }
                items.iter().take(most).collect()
            }
            Some(_) => {
                self.warn(Code::WrongType, path, "This is no list; it was left out.");
                Vec::new()
            }
        }
    }

    /// The settings themselves.
    pub(super) fn settings(&mut self, map: &Map<String, Value>) -> ChatSettings {
        let mut settings = ChatSettings::default();
        for (name, value) in map {
            match name.as_str() {
                "hostname" => settings.hostname = self.text(Some(value), name),
                "liveAgentEndpointUrl" => settings.live_agent_endpoint_url = self.text(Some(value), name),
                "deploymentId" => settings.deployment_id = self.text(Some(value), name),
                "orgId" => settings.org_id = self.text(Some(value), name),
                "enableLogging" => settings.enable_logging = self.flag(Some(value), name),
                "contactMappings" => settings.contact_mappings = self.rows(Some(value), name, "trait"),
                "caseMappings" => settings.case_mappings = self.rows(Some(value), name, "property"),
                "accountMappings" => settings.account_mappings = self.rows(Some(value), name, "property"),
                "strict" => settings.strict = self.flag(Some(value), name),
                "objects" if !value.is_null() => settings.objects = Some(self.objects(value)),
                _ if OF_THE_LOADER.contains(&name.as_str()) => {}
                _ => {
                    let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
                    self.warn(Code::UnknownSetting, shown, "The destination has no setting of this name.");
                }
            }
        }
        self.judge(&settings);
        settings
    }

    /// What the values themselves would lead to.
    fn judge(&mut self, settings: &ChatSettings) {
        for (path, address) in
            [("hostname", script(&settings.hostname)), ("liveAgentEndpointUrl", endpoint(&settings.live_agent_endpoint_url))]
        {
            match address {
                Ok(address) if !address.encrypted => {
                    self.warn(Code::NotEncrypted, path, "This address is not https: a page that is will not load it.");
                }
                Ok(_) | Err(AddressProblem::Empty) => {}
                Err(problem) => self.warn(Code::AddressRefused, path, format!("No page can use this: {problem}.")),
            }
        }
        if !settings.deployment_id.is_empty() && !settings.deployment_id.starts_with("572") {
            self.warn(Code::DeploymentIdRefused, "deploymentId", DEPLOYMENT_ID);
        }
        let is_org_id = settings.org_id.starts_with("00D") && matches!(settings.org_id.len(), 15 | 18);
        if !settings.org_id.is_empty() && !is_org_id {
            self.warn(Code::OrgIdRefused, "orgId", ORG_ID);
        }
        let mut known = HashSet::new();
        let mut twice = Vec::new();
        for object in settings.objects_in_order() {
            for row in object.mappings {
                if !known.insert(row.label.clone()) {
                    twice.push(format!("{}.{}", object.entity_name, row.path));
                }
            }
        }
        for path in twice {
            let detail = "Another mapping has the same label: a field's value would depend on their order. Give each its own.";
            self.warn(Code::DuplicateLabel, path, detail);
        }
    }
}

pub(super) const DEPLOYMENT_ID: &str = "deployment.js refuses to be initialised with this: the id of a deployment begins with 572. No chat begins with it; look it up in the deployment.";
pub(super) const ORG_ID: &str =
    "deployment.js refuses to be initialised with this: the id of an organisation begins with 00D and has 15 or 18 characters.";

/// What Segment's loader keeps beside a destination's settings (13).
const OF_THE_LOADER: &[&str] = &[
    "type",
    "bundlingStatus",
    "versionSettings",
    "componentTypes",
    "unbundledIntegrations",
    "addBundledMetadata",
    "maybeBundledConfigIds",
];

/// An item as it is, or out of Segment's `{key, value: {…}}`; with the key.
fn unwrapped(item: &Value) -> Option<(&Map<String, Value>, Option<&str>)> {
    let outer = item.as_object()?;
    match outer.get("value") {
        Some(Value::Object(inner)) => Some((inner, outer.get("key").and_then(Value::as_str))),
        _ => Some((outer, None)),
    }
}

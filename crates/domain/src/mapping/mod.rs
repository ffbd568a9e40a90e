//! How what is known of a customer becomes details of a conversation and an entity plan.
//!
//! An [`EventMapping`] says which value of a customer's traits, a group's traits or an event's properties becomes which detail and which field
//! of which record. [`EventMapping::apply`] carries it out. The rules are those of `deployment_segment.md` 10, but nothing stops silently: what
//! is missing is left out and warned of, or refuses all of it where the mapping is strict. The same rules are carried out by the page's own
//! destination; `crates/domain/tests/mapping/cases.json` holds both to them.
//!
//! Several may have said something of one label or entity before a conversation begins: [`together`] says who counts.

mod layer;
mod value;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    detail::{Detail, EntityLink, EntityPlan, EntityStep, FieldMap, MAX_DETAILS, MAX_VALUES_BYTES},
    secret::Text,
    text_limits::{MESSAGE_BYTES, NAME_CHARACTERS, shortened_line, storable},
};

pub use layer::{Layer, Said, Together, Winner, together};

/// The event with which a customer asks for a conversation, as the specification of live chat's events calls it
/// (`deployment_segment.md` 11). Case matters.
pub const STARTED: &str = "Live Chat Conversation Started";

/// Which values become what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventMapping {
    /// The records, in order.
    pub entities: Vec<EntityMapping>,
}

/// One record and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityMapping {
    /// The entity's name, as the CRM has it. Case matters.
    pub entity: String,
    /// Where its values come from.
    pub from: ValueSource,
    /// The field of the transcript's record that gets its id.
    #[serde(default)]
    pub save_to_transcript: Option<String>,
    /// Open it for the agent when it was made.
    #[serde(default)]
    pub show_on_create: bool,
    /// A record of another entity that refers to this one.
    #[serde(default)]
    pub link: Option<EntityLink>,
    /// What becomes what.
    pub rows: Vec<MappingRow>,
}

/// Where an entity's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// The customer's traits.
    User,
    /// The event's properties.
    Event,
    /// The traits of the customer's group.
    Group,
}

/// One value: a detail, a field, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRow {
    /// Which value; dots lead into objects, and the index into lists.
    pub path: String,
    /// The detail's label.
    pub label: String,
    /// The record's field; none for what only the agent sees.
    #[serde(default)]
    pub field: Option<String>,
    /// The agent sees it.
    #[serde(default)]
    pub display_to_agent: bool,
    /// Look for records with it.
    #[serde(default)]
    pub find: bool,
    /// Only the whole value matches.
    #[serde(default)]
    pub exact: bool,
    /// Set it on a record that is made.
    #[serde(default)]
    pub create: bool,
}

/// What is known when an event comes.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// The customer's traits.
    pub user: &'k Map<String, Value>,
    /// The traits of the customer's group.
    pub group: &'k Map<String, Value>,
    /// The event's properties.
    pub event: &'k Map<String, Value>,
}

/// What comes of a mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// The details, one for each label.
    pub details: Vec<Detail>,
    /// What to find or make.
    pub plan: EntityPlan,
    /// The customer's name.
    pub name: Option<Text>,
    /// What was left out, in the order in which it was come upon.
    pub warnings: Vec<Warning>,
    /// A strict mapping lacks a value: nothing comes of it.
    pub refused: bool,
}

/// Something that was left out, or not as it was meant. It names places, never values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// What.
    pub code: WarningCode,
    /// Where: an entity's name, a label, or a path such as `traits.email`. Empty where it is about all of it.
    pub path: String,
}

/// What was left out. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// Nothing is known of the customer: the entity is skipped.
    MissingIdentify,
    /// Nothing is known of the customer's group: the entity is skipped.
    MissingGroup,
    /// The event has no properties: the entity is skipped.
    MissingProperties,
    /// The customer or group has no such trait: the row is left out.
    MissingTrait,
    /// The event has no such property: the row is left out.
    MissingProperty,
    /// The value is an object or a list; it is given as JSON.
    NestedValue,
    /// Another row has the same label and another value; the first counts.
    DuplicateLabel,
    /// The value is longer than a message may be: the row is left out.
    TooLong,
    /// There are more details or fields than a conversation may have: the rest is left out.
    TooMany,
    /// A strict mapping lacks a value: nothing comes of it.
    Refused,
}

impl WarningCode {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingIdentify => "missing_identify",
            Self::MissingGroup => "missing_group",
            Self::MissingProperties => "missing_properties",
            Self::MissingTrait => "missing_trait",
            Self::MissingProperty => "missing_property",
            Self::NestedValue => "nested_value",
            Self::DuplicateLabel => "duplicate_label",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::Refused => "refused",
        }
    }

    /// A sentence for the person who wrote the mapping.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::MissingIdentify => "Nothing is known of the customer: call identify before the event. The object is left out.",
            Self::MissingGroup => "Nothing is known of the customer's group: call group before the event. The object is left out.",
            Self::MissingProperties => "The event has no properties. The object is left out.",
            Self::MissingTrait => "There is no such trait. The row is left out.",
            Self::MissingProperty => "The event has no such property. The row is left out.",
            Self::NestedValue => "The value is an object or a list. It is given as JSON: give the path of a value in it.",
            Self::DuplicateLabel => "Another row has this label and another value. The first counts: give each its own label.",
            Self::TooLong => "The value is longer than a detail may be. The row is left out.",
            Self::TooMany => "These are more details or fields than a conversation may have. The rest is left out.",
            Self::Refused => "A value is missing and the mapping is strict: nothing is passed on.",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(self.code.sentence()) } else { write!(f, "{}: {}", self.path, self.code.sentence()) }
    }
}

impl ValueSource {
    /// What values from there are called in warnings.
    fn name(self) -> &'static str {
        match self {
            Self::User => "traits",
            Self::Event => "properties",
            Self::Group => "group",
        }
    }

    fn nothing(self) -> WarningCode {
        match self {
            Self::User => WarningCode::MissingIdentify,
            Self::Event => WarningCode::MissingProperties,
            Self::Group => WarningCode::MissingGroup,
        }
    }

    fn missing(self) -> WarningCode {
        if self == Self::Event { WarningCode::MissingProperty } else { WarningCode::MissingTrait }
    }
}

impl<'k> Known<'k> {
    fn of(&self, from: ValueSource) -> &'k Map<String, Value> {
        match from {
            ValueSource::User => self.user,
            ValueSource::Event => self.event,
            ValueSource::Group => self.group,
        }
    }

    /// First and last name, if both are there. `name` alone, and other spellings, are not looked at.
    fn name(&self) -> Option<Text> {
        let part = |name| self.user.get(name).and_then(value::part_of_a_name);
        let whole = format!("{} {}", part("firstName")?, part("lastName")?);
        shortened_line(&whole, NAME_CHARACTERS).map(Text)
    }
}

impl EventMapping {
    /// Carries the mapping out. `strict`: a value that is missing refuses all of it.
    pub fn apply(&self, known: Known<'_>, strict: bool) -> Mapped {
        let mut mapped = Mapped::default();
        let mut steps = Vec::new();
        let mut bytes = 0;
        for entity in &self.entities {
            if entity.rows.is_empty() {
                continue;
            }
            let values = known.of(entity.from);
            if values.is_empty() {
                mapped.warn(entity.from.nothing(), entity.entity.clone());
                continue;
            }
            let mut fields = Vec::new();
            for row in &entity.rows {
                let path = || format!("{}.{}", entity.from.name(), row.path);
                let Some(value) = value::at(values, &row.path) else {
                    mapped.warn(entity.from.missing(), path());
                    mapped.refused |= strict;
                    continue;
                };
                let (text, nested) = value::text(value);
                if nested {
                    mapped.warn(WarningCode::NestedValue, path());
                }
                if !mapped.takes(row, &text, &mut bytes) {
                    let code = if text.len() > MESSAGE_BYTES { WarningCode::TooLong } else { WarningCode::TooMany };
                    mapped.warn(code, path());
                    continue;
                }
                if let Some(field) = row.field.as_ref().filter(|field| !field.is_empty()) {
                    let (find, exact, create) = (row.find, row.exact, row.create);
                    fields.push(FieldMap { field: field.clone(), label: row.label.clone(), find, exact, create });
                }
            }
            if entity.from == ValueSource::User {
                mapped.name = known.name();
            }
            if !fields.is_empty() {
                let save_to = entity.save_to_transcript.clone().filter(|field| !field.is_empty());
                let (entity, show_on_create, link) = (entity.entity.clone(), entity.show_on_create, entity.link.clone());
                steps.push(EntityStep { entity, fields, show_on_create, save_to, link });
            }
        }
        mapped.plan = EntityPlan::merged(steps);
        if mapped.plan.check().is_err() {
            mapped.plan = EntityPlan::default();
            mapped.warn(WarningCode::TooMany, String::new());
        }
        if mapped.refused {
            mapped.warn(WarningCode::Refused, String::new());
            (mapped.details, mapped.plan, mapped.name) = (Vec::new(), EntityPlan::default(), None);
        }
        mapped
    }
}

impl Mapped {
    fn warn(&mut self, code: WarningCode, path: String) {
        let warning = Warning { code, path };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds a row's detail, unless its label has one already; false if there is no room for it.
    fn takes(&mut self, row: &MappingRow, text: &str, bytes: &mut usize) -> bool {
        let text = storable(text);
        if let Some(known) = self.details.iter().find(|detail| detail.label == row.label) {
            if known.value.reveal() != text {
                self.warn(WarningCode::DuplicateLabel, row.label.clone());
            }
            return true;
        }
        if text.len() > MESSAGE_BYTES || self.details.len() == MAX_DETAILS || *bytes + text.len() > MAX_VALUES_BYTES {
            return false;
        }
        *bytes += text.len();
        self.details.push(Detail {
            label: row.label.clone(),
            value: Text(text.into_owned()),
            transcript_fields: Vec::new(),
            visible_to_agent: row.display_to_agent,
            entity_maps: Vec::new(),
            knowledge_search: false,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(path: &str, label: &str) -> MappingRow {
        let field = Some(format!("{label}__c"));
        MappingRow { path: path.into(), label: label.into(), field, display_to_agent: true, find: false, exact: false, create: true }
    }

    fn of_user(rows: Vec<MappingRow>) -> EventMapping {
        let contact = EntityMapping {
            entity: "Contact".into(),
            from: ValueSource::User,
            save_to_transcript: None,
            show_on_create: false,
            link: None,
            rows,
        };
        EventMapping { entities: vec![contact] }
    }

    fn apply(mapping: &EventMapping, user: Value) -> Mapped {
        let none = Map::new();
        mapping.apply(Known { user: user.as_object().unwrap(), group: &none, event: &none }, false)
    }

    #[test]
    fn what_is_too_long_or_too_much_is_left_out_and_the_rest_stays() {
        let mapping = of_user((0..6).map(|at| row(&format!("t{at}"), &format!("L{at}"))).collect());
        let long = "x".repeat(MESSAGE_BYTES);
        let mapped = apply(&mapping, json!({"t0": long, "t1": long, "t2": format!("{long}x"), "t3": long, "t4": long, "t5": "short"}));
        let labels: Vec<&str> = mapped.details.iter().map(|detail| detail.label.as_str()).collect();
        assert_eq!(labels, ["L0", "L1", "L3", "L4"]);
        assert_eq!(mapped.plan.steps[0].fields.len(), 4);
        let warned: Vec<(WarningCode, &str)> = mapped.warnings.iter().map(|warning| (warning.code, warning.path.as_str())).collect();
        assert_eq!(warned, [(WarningCode::TooLong, "traits.t2"), (WarningCode::TooMany, "traits.t5")]);
        assert_eq!(crate::detail::check_details(&mapped.details), Ok(()));
    }

    #[test]
    fn a_mapping_of_any_size_keeps_within_a_conversations_limits() {
        let mapping = of_user((0..300).map(|at| row("a", &format!("L{at}"))).collect());
        let mapped = apply(&mapping, json!({"a": 1}));
        assert_eq!((mapped.details.len(), mapped.plan.is_empty()), (MAX_DETAILS, true));
        assert!(mapped.warnings.iter().all(|warning| warning.code == WarningCode::TooMany));
    }

    #[test]
    fn what_no_database_keeps_goes() {
        let mapped = apply(&of_user(vec![row("a", "A")]), json!({"a": "x\u{0}y\n", "firstName": "A\u{202e}da", "lastName": " L "}));
        assert_eq!(mapped.details[0].value.reveal(), "xy\n");
        assert_eq!(mapped.name.unwrap().reveal(), "Ada L");
    }

    #[test]
    fn warnings_and_debug_hold_no_value() {
        let mapped = apply(&of_user(vec![row("a", "A"), row("b", "B")]), json!({"a": {"secret": 1}}));
        assert!(!format!("{mapped:?}").contains("secret"), "{mapped:?}");
        assert_eq!(mapped.warnings[1].to_string(), "traits.b: There is no such trait. The row is left out.");
    }
}

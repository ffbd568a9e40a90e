//! The pre-chat page's form, as the chat page gets it: a flat list of fields whose names say what they are (deployment_segment.md 6.2).
//!
//! Nothing in it is an error: what is not understood counts as absent, and fields that are none of the protocol's are another's.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::init::{CustomDetail, Entity, EntityField, Target};
use crate::query::id_list;
use crate::redacted::Sensitive;
use crate::tolerant::flag_of;

const PREFIX: &str = "liveagent.prechat";

/// What a pre-chat form said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrechatForm {
    /// `liveagent.prechat.name`
    pub visitor_name: Option<Sensitive>,
    /// `liveagent.prechat:<Label>`, in order. A label that came several times has all its values, joined by `;` as multiple choices are.
    pub details: Vec<CustomDetail>,
    /// `liveagent.prechat.findorcreate.…:<Entity>`, in the order in which they were named first.
    pub entities: Vec<Entity>,
    /// `liveagent.prechat.buttons`: ids as sent, first choice first.
    pub button_overrides: Vec<String>,
}

impl PrechatForm {
    /// Reads the body of a form, or a query string.
    pub fn parse(text: &[u8]) -> Self {
        let mut reader = Reader::default();
        for (name, value) in form_urlencoded::parse(text) {
            reader.field(&name, value);
        }
        reader.finish()
    }

    /// Whether it said nothing of ours.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where the form wants the conversation to go.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.button_overrides.iter().map(|id| Target::parse(id))
    }
}

/// What a field's name begins with, and what comes after its colon.
fn split(name: &str) -> (String, Option<&str>) {
    match name.split_once(':') {
        Some((head, subject)) => (head.trim().to_ascii_lowercase(), Some(subject.trim())),
        None => (name.trim().to_ascii_lowercase(), None),
    }
}

/// Fields come in any order, so that what belongs to one label or entity is put together at the end.
#[derive(Default)]
struct Reader {
    name: Option<String>,
    buttons: Vec<String>,
    labels: Vec<String>,
    values: HashMap<String, Vec<String>>,
    hidden: HashSet<String>,
    searches: HashSet<String>,
    saves: HashMap<String, Vec<String>>,
    queries: Vec<(String, String, String)>,
    entities: Vec<Plan>,
    places: HashMap<String, usize>,
}

/// One entity's fields.
#[derive(Default)]
struct Plan {
    entity: String,
    maps: Vec<(String, String)>,
    find: HashSet<String>,
    exact: HashSet<String>,
    create: HashSet<String>,
    save: Option<String>,
    show: bool,
    link: Option<(String, String)>,
}

impl Reader {
    fn field(&mut self, name: &str, value: Cow<'_, str>) {
        let (head, subject) = split(name);
        if head == "liveagent.visitorname" {
            return self.named(&value);
        }
        let Some(rest) = head.strip_prefix(PREFIX) else { return };
        let rest = rest.strip_prefix(".findorcreate").unwrap_or(rest);
        match (rest, subject.filter(|subject| !subject.is_empty())) {
            ("", Some(label)) => self.value(label, value.into_owned()),
            (".name", _) => self.named(&value),
            (".buttons", _) => self.buttons.extend(id_list(&value)),
            (".displaytoagent", Some(label)) => {
                // The last word counts, as a hidden field may come before the box that overrules it.
                match flag_of(&value).flatten() {
                    Some(false) => self.hidden.insert(label.to_owned()),
                    _ => self.hidden.remove(label),
                };
            }
            (".knowledgesearch", Some(label)) if set(&value) => {
                self.searches.insert(label.to_owned());
            }
            // Seen with a value instead of a field's name too, which says nothing.
            (".save", Some(label)) if is_api_name(value.trim()) => {
                self.saves.entry(label.to_owned()).or_default().push(value.trim().to_owned())
            }
            (".query", Some(label)) => {
                // `Entity,Entity.Field`
                if let Some((entity, field)) = pair(&value) {
                    let field = field.rsplit_once('.').map_or(field, |(_, field)| field).trim();
                    if !field.is_empty() {
                        self.queries.push((label.to_owned(), entity.to_owned(), field.to_owned()));
                    }
                }
            }
            (".map", Some(entity)) => {
                let plan = self.plan(entity);
                plan.maps.extend(pairs(&value).map(|(field, label)| (field.to_owned(), label.to_owned())));
            }
            (".map.dofind", Some(entity)) => self.plan(entity).find.extend(flagged(&value)),
            (".map.isexactmatch", Some(entity)) => self.plan(entity).exact.extend(flagged(&value)),
            (".map.docreate", Some(entity)) => self.plan(entity).create.extend(flagged(&value)),
            (".savetotranscript", Some(entity)) if !value.trim().is_empty() => {
                self.plan(entity).save = Some(value.trim().to_owned());
            }
            (".showoncreate", Some(entity)) => self.plan(entity).show |= set(&value),
            (".linktoentity", Some(entity)) => {
                if let Some((parent, field)) = pair(&value) {
                    self.plan(entity).link.get_or_insert_with(|| (parent.to_owned(), field.to_owned()));
                }
            }
            _ => {}
        }
    }

    fn named(&mut self, name: &str) {
        if self.name.is_none() && !name.trim().is_empty() {
            self.name = Some(name.trim().to_owned());
        }
    }

    fn value(&mut self, label: &str, value: String) {
        let values = self.values.entry(label.to_owned()).or_insert_with(|| {
            self.labels.push(label.to_owned());
            Vec::new()
        });
        values.push(value);
    }

    fn plan(&mut self, entity: &str) -> &mut Plan {
        let at = *self.places.entry(entity.to_owned()).or_insert_with(|| {
            self.entities.push(Plan { entity: entity.to_owned(), ..Plan::default() });
            self.entities.len() - 1
        });
        &mut self.entities[at]
    }

    fn finish(mut self) -> PrechatForm {
        for (label, entity, field) in std::mem::take(&mut self.queries) {
            // The oldest form of a plan: look for one record by this value.
            let plan = self.plan(&entity);
            plan.find.insert(field.clone());
            plan.maps.push((field, label));
        }
        let details = self.labels.iter().map(|label| {
            let mut values = self.values.remove(label).unwrap_or_default();
            if values.len() > 1 {
                values.retain(|value| !value.is_empty());
            }
            CustomDetail {
                transcript_fields: self.saves.remove(label).unwrap_or_default(),
                display_to_agent: !self.hidden.contains(label),
                do_knowledge_search: self.searches.contains(label),
                ..CustomDetail::new(label, values.join(";"))
            }
        });
        PrechatForm {
            details: details.collect(),
            visitor_name: self.name.map(Into::into),
            button_overrides: self.buttons,
            entities: self.entities.into_iter().filter_map(Plan::finish).collect(),
        }
    }
}

impl Plan {
    /// None for one of which only flags of unmapped fields were sent.
    fn finish(self) -> Option<Entity> {
        let Self { entity, maps, find, exact, create, save, show, link } = self;
        if maps.is_empty() && save.is_none() && link.is_none() && !show {
            return None;
        }
        let maps = maps.into_iter().map(|(field, label)| EntityField {
            do_find: find.contains(&field),
            is_exact_match: exact.contains(&field),
            do_create: create.contains(&field),
            field_name: field,
            label: label.into(),
        });
        let entity_fields_maps = maps.collect();
        let (link_to_entity_name, link_to_entity_field) = link.unzip();
        Some(Entity {
            entity_name: entity,
            show_on_create: show,
            link_to_entity_name,
            link_to_entity_field,
            save_to_transcript: save,
            entity_fields_maps,
        })
    }
}

/// `First,Second`, both trimmed and with something in them.
fn pair(text: &str) -> Option<(&str, &str)> {
    let (first, second) = text.split_once(',')?;
    let (first, second) = (first.trim(), second.trim().trim_end_matches(';').trim_end());
    (!first.is_empty() && !second.is_empty()).then_some((first, second))
}

/// `First,Second;First,Second;`, the last `;` or not.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';').filter_map(pair)
}

/// The fields that `Field,true;Field,false` sets. What is left out is not set (deployment_segment.md 6.2).
fn flagged(text: &str) -> impl Iterator<Item = String> {
    pairs(text).filter(|(_, value)| set(value)).map(|(field, _)| field.to_owned())
}

fn set(value: &str) -> bool {
    flag_of(value).flatten() == Some(true)
}

/// Such as `Case_Number__c`.
fn is_api_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

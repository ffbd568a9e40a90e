//! What a visitor's form said before the conversation, and what is to become of it in a CRM.
//!
//! A [`Detail`] is a labelled value. An [`EntityPlan`] says which records are to be found or made from the details; it is kept with the
//! conversation and carried out by somebody else. Values never reach a log: `Debug` is redacted.

use serde::{Deserialize, Serialize};

use crate::{
    secret::Text,
    text_limits::{LABEL_CHARACTERS, MESSAGE_BYTES},
};

/// The most details of a conversation.
pub const MAX_DETAILS: usize = 200;
/// The most bytes of all values together. One alone may be as long as a message.
pub const MAX_VALUES_BYTES: usize = 256 * 1024;
/// The most transcript fields or entity maps of one detail.
pub const MAX_FIELDS: usize = 50;
/// The most steps of a plan.
pub const MAX_STEPS: usize = 20;
/// The most field maps of one step.
pub const MAX_FIELD_MAPS: usize = 100;

/// A labelled value that a conversation came with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What the value is called; entity plans refer to it. Case matters.
    pub label: String,
    /// The value; empty when there was none.
    pub value: Text,
    /// Fields of the transcript's record that it is saved to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcript_fields: Vec<String>,
    /// Agents see it. A hidden one reaches no agent, search or transcript text; it is readable with a named permission.
    pub visible_to_agent: bool,
    /// Records that an agent's desk looks for with it: the older form of a plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entity_maps: Vec<EntityMap>,
    /// It is used to look for knowledge articles.
    #[serde(default)]
    pub knowledge_search: bool,
}

/// A field of an entity that a detail's value belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityMap {
    /// The entity's name, as the CRM has it. Case matters.
    pub entity: String,
    /// The field's name.
    pub field: String,
    /// A record that is made by hand begins with the value.
    pub fill: bool,
    /// Records with the value are looked for when the conversation begins.
    pub find: bool,
    /// Only the whole value matches.
    pub exact: bool,
}

/// The details that agents may see.
pub fn visible(details: &[Detail]) -> impl Iterator<Item = &Detail> {
    details.iter().filter(|detail| detail.visible_to_agent)
}

/// Which records to find or make, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityPlan {
    /// The steps.
    pub steps: Vec<EntityStep>,
}

/// Find a record of one entity, or make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityStep {
    /// The entity's name, as the CRM has it. Case matters.
    pub entity: String,
    /// Which details say which fields.
    pub fields: Vec<FieldMap>,
    /// Open it for the agent when it was made.
    pub show_on_create: bool,
    /// The field of the transcript's record that gets its id; `None` = none.
    pub save_to: Option<String>,
    /// A record found or made by another step that refers to this one.
    pub link: Option<EntityLink>,
}

/// How a detail is used for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldMap {
    /// The field's name.
    pub field: String,
    /// The label of the detail that has the value.
    pub label: String,
    /// Look for records with the value.
    pub find: bool,
    /// Only the whole value matches.
    pub exact: bool,
    /// Set the field when a record is made.
    pub create: bool,
}

/// Where the id of a step's record goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityLink {
    /// The entity of the other record.
    pub entity: String,
    /// Its field.
    pub field: String,
}

/// What is too much. Positions count from 0. Says where, never what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetailProblem {
    /// Too many details.
    #[error("there are {0} details, at most {MAX_DETAILS} are allowed")]
    TooMany(usize),
    /// A label or name in a detail is empty or too long.
    #[error("detail {detail}: {what} must have 1 to {LABEL_CHARACTERS} characters")]
    Name {
        /// Which detail.
        detail: usize,
        /// Which of its names.
        what: &'static str,
    },
    /// A value is too long.
    #[error("detail {detail}: the value has {bytes} bytes, at most {MESSAGE_BYTES} are allowed")]
    Value {
        /// Which detail.
        detail: usize,
        /// How long it is.
        bytes: usize,
    },
    /// All values together are too long.
    #[error("the values of all details have {0} bytes, at most {MAX_VALUES_BYTES} are allowed")]
    Values(usize),
    /// Too many transcript fields or entity maps.
    #[error("detail {detail}: there are {got} {what}, at most {MAX_FIELDS} are allowed")]
    Fields {
        /// Which detail.
        detail: usize,
        /// Which of its lists.
        what: &'static str,
        /// How many.
        got: usize,
    },
}

/// What is too much or missing in a plan. Positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanProblem {
    /// Too many steps.
    #[error("there are {0} entities, at most {MAX_STEPS} are allowed")]
    TooMany(usize),
    /// A name is empty or too long.
    #[error("entity {step}: {what} must have 1 to {LABEL_CHARACTERS} characters")]
    Name {
        /// Which step.
        step: usize,
        /// Which of its names.
        what: &'static str,
    },
    /// Too many field maps.
    #[error("entity {step}: there are {got} field maps, at most {MAX_FIELD_MAPS} are allowed")]
    Fields {
        /// Which step.
        step: usize,
        /// How many.
        got: usize,
    },
}

fn named(name: &str) -> bool {
    !name.is_empty() && name.chars().nth(LABEL_CHARACTERS).is_none()
}

/// Whether details keep within the limits; else the first that does not.
pub fn check_details(details: &[Detail]) -> Result<(), DetailProblem> {
    if details.len() > MAX_DETAILS {
        return Err(DetailProblem::TooMany(details.len()));
    }
    let mut bytes = 0_usize;
    for (at, detail) in details.iter().enumerate() {
        let length = detail.value.reveal().len();
        if length > MESSAGE_BYTES {
            return Err(DetailProblem::Value { detail: at, bytes: length });
        }
        bytes = bytes.saturating_add(length);
        for (what, got) in [("transcript fields", detail.transcript_fields.len()), ("entity maps", detail.entity_maps.len())] {
            if got > MAX_FIELDS {
                return Err(DetailProblem::Fields { detail: at, what, got });
            }
        }
        let fields = detail.transcript_fields.iter().map(|field| ("a transcript field", field));
        let maps = detail.entity_maps.iter().flat_map(|map| [("an entity", &map.entity), ("a field", &map.field)]);
        if let Some((what, _)) = [("the label", &detail.label)].into_iter().chain(fields).chain(maps).find(|(_, name)| !named(name)) {
            return Err(DetailProblem::Name { detail: at, what });
        }
    }
    if bytes > MAX_VALUES_BYTES { Err(DetailProblem::Values(bytes)) } else { Ok(()) }
}

/// Details that were known before and those that somebody says now: the earlier ones first, but for labels that are said again. Where all
/// together are more than a conversation may have, the last of the earlier ones are left out.
pub fn together(before: Vec<Detail>, now: Vec<Detail>) -> Vec<Detail> {
    let mut room = MAX_DETAILS.saturating_sub(now.len());
    let mut bytes = now.iter().map(|detail| detail.value.reveal().len()).sum::<usize>();
    let mut all: Vec<Detail> = before
        .into_iter()
        .filter(|earlier| now.iter().all(|detail| detail.label != earlier.label))
        .take_while(|earlier| {
            bytes = bytes.saturating_add(earlier.value.reveal().len());
            let fits = room > 0 && bytes <= MAX_VALUES_BYTES;
            room = room.saturating_sub(1);
            fits
        })
        .collect();
    all.extend(now);
    all
}

impl EntityStep {
    /// What a later step says of the same entity is added: its fields, in place of those of the same name, and whatever else it says.
    fn add(&mut self, later: Self) {
        for field in later.fields {
            match self.fields.iter_mut().find(|known| known.field == field.field) {
                Some(known) => *known = field,
                None => self.fields.push(field),
            }
        }
        self.show_on_create |= later.show_on_create;
        self.save_to = later.save_to.filter(|field| !field.is_empty()).or_else(|| self.save_to.take());
        self.link = later.link.or_else(|| self.link.take());
    }
}

impl EntityPlan {
    /// Steps of the same entity as one: pages say an entity's fields and what is to become of it in several calls (`deployment_segment.md` 4).
    pub fn merged(steps: impl IntoIterator<Item = EntityStep>) -> Self {
        let mut merged = Self::default();
        for step in steps {
            match merged.steps.iter_mut().find(|known| known.entity == step.entity) {
                Some(known) => known.add(step),
                None => merged.steps.push(step),
            }
        }
        merged
    }

    /// This plan with what is said later. Where both together are more than a plan may hold, what is said later counts alone.
    #[must_use]
    pub fn followed_by(self, later: Self) -> Self {
        if self.is_empty() {
            return later;
        }
        let both = Self::merged(self.steps.into_iter().chain(later.steps.iter().cloned()));
        if both.check().is_ok() { both } else { later }
    }

    /// Whether the plan keeps within the limits; else the first that does not. Labels need not name a detail: forms leave values out.
    pub fn check(&self) -> Result<(), PlanProblem> {
        if self.steps.len() > MAX_STEPS {
            return Err(PlanProblem::TooMany(self.steps.len()));
        }
        for (at, step) in self.steps.iter().enumerate() {
            if step.fields.len() > MAX_FIELD_MAPS {
                return Err(PlanProblem::Fields { step: at, got: step.fields.len() });
            }
            let fields = step.fields.iter().flat_map(|map| [("a field", &map.field), ("a label", &map.label)]);
            let link = step.link.iter().flat_map(|link| [("the linked entity", &link.entity), ("the linked field", &link.field)]);
            let save = step.save_to.iter().map(|field| ("the transcript field", field));
            if let Some((what, _)) =
                [("the name", &step.entity)].into_iter().chain(fields).chain(link).chain(save).find(|(_, name)| !named(name))
            {
                return Err(PlanProblem::Name { step: at, what });
            }
        }
        Ok(())
    }

    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(label: &str, value: &str) -> Detail {
        Detail {
            label: label.to_owned(),
            value: value.into(),
            transcript_fields: Vec::new(),
            visible_to_agent: true,
            entity_maps: Vec::new(),
            knowledge_search: false,
        }
    }

    fn step(entity: &str) -> EntityStep {
        let fields = vec![FieldMap { field: "Email".into(), label: "Mail".into(), find: true, exact: true, create: true }];
        EntityStep { entity: entity.to_owned(), fields, show_on_create: false, save_to: None, link: None }
    }

    #[test]
    fn debug_shows_no_value() {
        assert!(!format!("{:?}", detail("Session Key", "hunter2")).contains("hunter2"));
    }

    #[test]
    fn limits_name_the_place_and_not_the_value() {
        assert_eq!(check_details(&[detail("a", ""), detail("b", "x")]), Ok(()));
        assert_eq!(check_details(&vec![detail("a", ""); 201]), Err(DetailProblem::TooMany(201)));
        let problem = check_details(&[detail("a", ""), detail("", "v")]).unwrap_err();
        insta::assert_snapshot!(problem, @"detail 1: the label must have 1 to 255 characters");
        let long = "x".repeat(MESSAGE_BYTES);
        assert_eq!(check_details(&[detail("a", &format!("{long}x"))]), Err(DetailProblem::Value { detail: 0, bytes: MESSAGE_BYTES + 1 }));
        assert_eq!(check_details(&vec![detail("a", &long); 4]), Ok(()));
        assert_eq!(check_details(&vec![detail("a", &long); 5]), Err(DetailProblem::Values(5 * MESSAGE_BYTES)));
        let mut many = detail("a", "");
        many.transcript_fields = vec!["F".into(); 51];
        assert_eq!(check_details(&[many]), Err(DetailProblem::Fields { detail: 0, what: "transcript fields", got: 51 }));
    }

    #[test]
    fn plans_are_checked_too() {
        assert_eq!(EntityPlan { steps: vec![step("Contact")] }.check(), Ok(()));
        assert_eq!(EntityPlan { steps: vec![step("a"); 21] }.check(), Err(PlanProblem::TooMany(21)));
        let mut linked = step("Contact");
        linked.link = Some(EntityLink { entity: "Case".into(), field: "é".repeat(256) });
        assert_eq!(EntityPlan { steps: vec![step("a"), linked] }.check(), Err(PlanProblem::Name { step: 1, what: "the linked field" }));
        let mut wide = step("a");
        wide.fields = vec![wide.fields[0].clone(); 101];
        assert_eq!(EntityPlan { steps: vec![wide] }.check(), Err(PlanProblem::Fields { step: 0, got: 101 }));
    }

    #[test]
    fn what_is_said_again_wins_and_what_was_known_comes_first() {
        let labels = |details: &[Detail]| {
            details.iter().map(|detail| format!("{}={}", detail.label, detail.value.reveal())).collect::<Vec<_>>().join(" ")
        };
        let both = together(vec![detail("a", "1"), detail("b", "2")], vec![detail("c", "3"), detail("a", "4")]);
        assert_eq!(labels(&both), "b=2 c=3 a=4");
        let many = together((0..MAX_DETAILS).map(|n| detail(&format!("e{n}"), "")).collect(), vec![detail("own", "x")]);
        assert_eq!((many.len(), check_details(&many)), (MAX_DETAILS, Ok(())));
        assert_eq!(many.last().unwrap().label, "own");
        let long = "x".repeat(MESSAGE_BYTES);
        let large =
            together(vec![detail("a", &long), detail("b", &long)], vec![detail("c", &long), detail("d", &long), detail("e", &long)]);
        assert_eq!((large.len(), check_details(&large)), (4, Ok(())));
    }

    #[test]
    fn steps_of_one_entity_are_one_step_and_later_words_win() {
        let map =
            |field: &str, label: &str| FieldMap { field: field.into(), label: label.into(), find: false, exact: false, create: false };
        let link = |field: &str| Some(EntityLink { entity: "Case".into(), field: field.into() });
        let first = EntityStep { save_to: Some("A__c".into()), link: link("One"), ..step("Contact") };
        let flags = EntityStep {
            entity: "Contact".into(),
            fields: vec![map("Email", "Other"), map("Phone", "Phone")],
            show_on_create: true,
            save_to: Some(String::new()),
            link: None,
        };
        let last = EntityStep { link: link("Two"), fields: vec![], ..step("Contact") };
        let merged = EntityPlan::merged([first, step("Case"), flags, last]);
        assert_eq!(merged.steps.iter().map(|step| step.entity.as_str()).collect::<Vec<_>>(), ["Contact", "Case"]);
        let contact = &merged.steps[0];
        assert_eq!(contact.fields, [map("Email", "Other"), map("Phone", "Phone")]);
        assert_eq!((contact.show_on_create, contact.save_to.as_deref(), &contact.link), (true, Some("A__c"), &link("Two")));

        let full = EntityPlan { steps: (0..MAX_STEPS).map(|n| step(&format!("e{n}"))).collect() };
        let later = EntityPlan { steps: vec![step("new")] };
        assert_eq!(full.clone().followed_by(later.clone()), later, "too much together");
        assert_eq!(full.clone().followed_by(EntityPlan::default()), full);
    }

    #[test]
    fn hidden_details_are_not_visible() {
        let mut hidden = detail("h", "x");
        hidden.visible_to_agent = false;
        let details = [hidden, detail("v", "y")];
        assert_eq!(visible(&details).map(|detail| detail.label.as_str()).collect::<Vec<_>>(), ["v"]);
    }
}

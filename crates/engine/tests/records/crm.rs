//! A CRM of maps that a test can make fail, and that gives way at many points.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use domain::{ids::AgentId, secret::Text};
use futures_util::{FutureExt as _, future::BoxFuture};
use switchboard_engine::{
    ErrorKind, Result,
    crm::{
        Asker, Created, Criterion, Crm, Entity, EntityField, FieldKind, FieldProblem, Found, Linked, NewRecord, OfflineMatter, Record,
        RecordRef, Removed,
    },
};

/// Entities and their fields; `!` is required, `d` a day.
const ENTITIES: [(&str, &[(&str, char)]); 3] = [
    ("Contact", &[("LastName", '!'), ("Email", ' '), ("Phone", ' '), ("Birthdate", 'd')]),
    ("Case", &[("Subject", ' '), ("ContactId", ' '), ("SuppliedEmail", ' ')]),
    ("Account", &[("Name", '!')]),
];

#[derive(Debug, Default)]
struct Kept {
    records: BTreeMap<RecordRef, BTreeMap<String, String>>,
    keys: BTreeMap<String, RecordRef>,
    touched: BTreeSet<RecordRef>,
    hidden_from: Option<AgentId>,
    fails: bool,
    asked: Vec<String>,
}

/// The CRM. It outlives servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maps(Arc<Mutex<Kept>>);

impl Maps {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap()
    }

    /// A record that was there before.
    pub(crate) fn has(&self, entity: &str, fields: &[(&str, &str)]) -> RecordRef {
        let mut kept = self.kept();
        let at = RecordRef { entity: entity.into(), id: format!("{entity}{}", kept.records.len()) };
        kept.records.insert(at.clone(), fields.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect());
        at
    }

    pub(crate) fn fails(&self, fails: bool) {
        self.kept().fails = fails;
    }

    /// This agent sees none of the records.
    pub(crate) fn hides_from(&self, agent: AgentId) {
        self.kept().hidden_from = Some(agent);
    }

    /// Somebody writes into a record.
    pub(crate) fn touch(&self, record: &RecordRef) {
        self.kept().touched.insert(record.clone());
    }

    /// All records of an entity: id and fields.
    pub(crate) fn all(&self, entity: &str) -> Vec<(RecordRef, BTreeMap<String, String>)> {
        let kept = self.kept();
        kept.records.iter().filter(|(at, _)| at.entity == entity).map(|(at, fields)| (at.clone(), fields.clone())).collect()
    }

    /// What was asked so far: the verb, the entity and by whom.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.kept().asked)
    }

    /// Gives way as a network does: whoever waits may be dropped at each of these points, before and after the work.
    async fn works<T>(&self, verb: String, asker: Asker, work: impl FnOnce(&mut Kept) -> T) -> Result<T> {
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        let done = {
            let mut kept = self.kept();
            kept.asked.push(format!("{verb} {}", if asker.agent.is_some() { "agent" } else { "server" }));
            if kept.fails {
                return Err(ErrorKind::Unavailable.into());
            }
            work(&mut kept)
        };
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        Ok(done)
    }
}

fn problem(field: &str, kind: &str) -> FieldProblem {
    FieldProblem { field: field.into(), kind: kind.into(), reason: format!("It is {kind}.") }
}

fn fields_of(entity: &str) -> Option<&'static [(&'static str, char)]> {
    ENTITIES.iter().find(|(name, _)| *name == entity).map(|(_, fields)| *fields)
}

/// What is wrong with a value.
fn wrong(entity: &str, field: &str, value: &str) -> Option<FieldProblem> {
    let Some(fields) = fields_of(entity) else { return Some(problem("", "unknown_entity")) };
    match fields.iter().find(|(name, _)| *name == field) {
        None => Some(problem(field, "unknown_field")),
        Some((_, 'd')) if value.len() != 10 => Some(problem(field, "not_a_date")),
        Some(_) => None,
    }
}

fn shown(kept: &Kept, at: &RecordRef) -> Record {
    let fields = &kept.records[at];
    let title = fields.get("LastName").or(fields.get("Subject")).or(fields.get("Name")).cloned().unwrap_or_default();
    let facts = fields.iter().map(|(field, value)| (field.clone(), Text(value.clone()))).collect();
    Record { at: at.clone(), entity_label: format!("A {}", at.entity), title: Text(title), facts }
}

fn made(kept: &mut Kept, entity: &str, fields: BTreeMap<String, String>, key: String, left_out: Vec<FieldProblem>) -> Created {
    if let Some(before) = kept.keys.get(&key).cloned() {
        return Created::Made { record: shown(kept, &before), before: true, left_out: Vec::new() };
    }
    let at = RecordRef { entity: entity.into(), id: format!("{entity}{}", kept.records.len()) };
    kept.records.insert(at.clone(), fields);
    kept.keys.insert(key, at.clone());
    Created::Made { record: shown(kept, &at), before: false, left_out }
}

fn entity(name: &str) -> Option<Entity> {
    let fields = fields_of(name)?.iter().map(|(field, sort)| EntityField {
        name: (*field).into(),
        label: format!("The {field}"),
        kind: if *sort == 'd' { FieldKind::Date } else { FieldKind::Text },
        required: *sort == '!',
        usual: true,
        length: None,
        choices: Vec::new(),
        default: None,
        refers_to: Vec::new(),
    });
    Some(Entity { name: name.into(), label: format!("A {name}"), can_create: true, fields: fields.collect() })
}

impl Crm for Maps {
    fn entities(&self, asker: Asker) -> BoxFuture<'_, Result<Vec<Entity>>> {
        self.works("entities".into(), asker, |_| ENTITIES.iter().filter_map(|(name, _)| entity(name)).collect()).boxed()
    }

    fn entity<'a>(&'a self, asker: Asker, name: &'a str) -> BoxFuture<'a, Result<Option<Entity>>> {
        self.works(format!("entity {name}"), asker, move |_| entity(name)).boxed()
    }

    fn find<'a>(&'a self, asker: Asker, entity: &'a str, criteria: &'a [Criterion], limit: usize) -> BoxFuture<'a, Result<Found>> {
        let work = move |kept: &mut Kept| {
            let unreadable: Vec<_> =
                criteria.iter().filter_map(|criterion| wrong(entity, &criterion.field, criterion.value.reveal())).collect();
            if !unreadable.is_empty() {
                return Found::Unreadable(unreadable);
            }
            let holds = |fields: &BTreeMap<String, String>, criterion: &Criterion| {
                let wanted = criterion.value.reveal().to_lowercase();
                fields
                    .get(&criterion.field)
                    .map(|value| value.to_lowercase())
                    .is_some_and(|value| if criterion.exact { value == wanted } else { value.contains(&wanted) })
            };
            let records = kept.records.iter().filter(|(at, _)| at.entity == entity);
            let found = records.filter(|(_, fields)| criteria.iter().all(|criterion| holds(fields, criterion)));
            Found::Records(found.map(|(at, _)| shown(kept, at)).take(limit).collect())
        };
        self.works(format!("find {entity}"), asker, work).boxed()
    }

    fn search<'a>(&'a self, asker: Asker, entity: &'a str, text: &'a Text, limit: usize) -> BoxFuture<'a, Result<Vec<Record>>> {
        let work = move |kept: &mut Kept| {
            let holds = |fields: &BTreeMap<String, String>| fields.values().any(|value| value.contains(text.reveal()));
            let found = kept.records.iter().filter(|(at, fields)| at.entity == entity && holds(fields));
            found.map(|(at, _)| shown(kept, at)).take(limit).collect()
        };
        self.works(format!("search {entity}"), asker, work).boxed()
    }

    fn read<'a>(&'a self, asker: Asker, record: &'a RecordRef) -> BoxFuture<'a, Result<Option<Record>>> {
        let work = move |kept: &mut Kept| {
            let hidden = kept.hidden_from.is_some() && kept.hidden_from == asker.agent;
            (kept.records.contains_key(record) && !hidden).then(|| shown(kept, record))
        };
        self.works(format!("read {}", record.entity), asker, work).boxed()
    }

    fn create(&self, asker: Asker, new: NewRecord) -> BoxFuture<'_, Result<Created>> {
        let verb = format!("create {}", new.entity);
        let work = move |kept: &mut Kept| {
            let (mut fields, mut left_out) = (BTreeMap::new(), Vec::new());
            for (field, value) in &new.fields {
                match wrong(&new.entity, field, value.reveal()) {
                    None => drop(fields.insert(field.clone(), value.reveal().to_owned())),
                    Some(problem) => left_out.push(problem),
                }
            }
            if fields_of(&new.entity).is_none() || (!new.lenient && !left_out.is_empty()) {
                return Created::Refused(left_out);
            }
            let required = fields_of(&new.entity).unwrap().iter().filter(|(_, sort)| *sort == '!');
            let missing: Vec<_> =
                required.filter(|(field, _)| !fields.contains_key(*field)).map(|(field, _)| problem(field, "required")).collect();
            if !missing.is_empty() {
                return Created::Refused(missing);
            }
            made(kept, &new.entity, fields, new.key, left_out)
        };
        self.works(verb, asker, work).boxed()
    }

    fn link<'a>(&'a self, asker: Asker, child: &'a RecordRef, field: &'a str, parent: &'a RecordRef) -> BoxFuture<'a, Result<Linked>> {
        let work = move |kept: &mut Kept| {
            if let Some(problem) = wrong(&child.entity, field, "") {
                return Linked::Refused(problem);
            }
            let set = kept.records.get_mut(child).unwrap().entry(field.to_owned()).or_insert_with(|| parent.id.clone());
            if *set == parent.id { Linked::Done } else { Linked::Taken }
        };
        self.works(format!("link {}", child.entity), asker, work).boxed()
    }

    fn remove<'a>(&'a self, asker: Asker, record: &'a RecordRef, key: &'a str) -> BoxFuture<'a, Result<Removed>> {
        let work = move |kept: &mut Kept| {
            if kept.keys.get(key) != Some(record) {
                return Removed::Refused;
            }
            if kept.touched.contains(record) {
                return Removed::Changed;
            }
            kept.records.remove(record);
            Removed::Done
        };
        self.works(format!("remove {}", record.entity), asker, work).boxed()
    }

    fn file_offline_message(&self, asker: Asker, message: OfflineMatter) -> BoxFuture<'_, Result<Created>> {
        let work = move |kept: &mut Kept| {
            let fields = [("Subject", message.subject), ("SuppliedEmail", message.email)];
            let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value.0)).collect();
            made(kept, "Case", fields, message.key, Vec::new())
        };
        self.works("file".into(), asker, work).boxed()
    }
}

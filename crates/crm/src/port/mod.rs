//! The engine's port, on the CRM inside the binary: plans, links and forms of conversations ([`engine::crm`]).
//!
//! It asks as the agent whose rights count, or as the server for a plan that the workspace allows. Names are matched exactly. Only what a
//! business keeps is an entity here: no plan and no form touches users, rights or the setup.

mod look;
pub(crate) mod shape;
pub(crate) mod typed;

use std::{sync::Arc, time::Duration};

use domain::{
    ids::WorkspaceId,
    record::{Criterion, FieldProblem, RecordRef},
    secret::Text,
};
use engine::crm::{Asker, Created, Definitions, Entity, EntityField, FieldKind, Found, Linked, NewRecord, OfflineMatter, Record, Removed};
use futures_util::future::BoxFuture;
use salesforce::{
    Id, Version,
    error::Code,
    record::{Claimed, Given, Incoming, Scalar, Value as Answer},
};

use self::look::{Look, Sought};
use crate::{
    Crm, Error, Once, Operation, Outcome, Reader, Records, Result, Scope,
    access::Caller,
    schema::{Field, FieldType, Object, WrittenBy},
};

/// How long looking for records may take.
const LOOKS_TAKE: Duration = Duration::from_secs(5);

/// A refusal is what the caller said wrong; here the engine is the caller.
fn failed(error: Error) -> engine::Error {
    match error {
        Error::Storage(error) => error.into(),
        Error::Refused(error) if error.code() == Code::InvalidSessionId => engine::ErrorKind::Forbidden.into(),
        Error::Refused(error) if error.code() == Code::UnableToLockRow => engine::ErrorKind::Unavailable.into(),
        Error::Refused(error) => engine::Error::internal(error),
    }
}

impl engine::crm::Crm for Crm {
    fn entities(&self, asker: Asker) -> BoxFuture<'_, engine::Result<Vec<Entity>>> {
        Box::pin(async move {
            let scope = self.scope_of(asker).await.map_err(failed)?;
            let objects = scope.schema.objects().iter().filter(|object| may_use(&scope, object));
            Ok(objects.map(|object| entity(&scope, object)).collect())
        })
    }

    fn entity<'a>(&'a self, asker: Asker, name: &'a str) -> BoxFuture<'a, engine::Result<Option<Entity>>> {
        Box::pin(async move {
            let scope = self.scope_of(asker).await.map_err(failed)?;
            Ok(object(&scope, name).map(|object| entity(&scope, &object)))
        })
    }

    fn find<'a>(&'a self, asker: Asker, entity: &'a str, criteria: &'a [Criterion], limit: usize) -> BoxFuture<'a, engine::Result<Found>> {
        Box::pin(async move { self.find_records(asker, entity, criteria, limit).await.map_err(failed) })
    }

    fn search<'a>(&'a self, asker: Asker, entity: &'a str, text: &'a Text, limit: usize) -> BoxFuture<'a, engine::Result<Vec<Record>>> {
        Box::pin(async move { self.search_records(asker, entity, text.reveal(), limit).await.map_err(failed) })
    }

    fn read<'a>(&'a self, asker: Asker, record: &'a RecordRef) -> BoxFuture<'a, engine::Result<Option<Record>>> {
        Box::pin(async move {
            let read = async {
                let scope = self.scope_of(asker).await?;
                let Some((object, id)) = place(&scope, record) else { return Ok(None) };
                self.show(&scope, &object, id).await
            };
            read.await.map_err(failed)
        })
    }

    fn create(&self, asker: Asker, record: NewRecord) -> BoxFuture<'_, engine::Result<Created>> {
        Box::pin(async move { self.create_record(asker, record).await.map_err(failed) })
    }

    fn link<'a>(
        &'a self,
        asker: Asker,
        child: &'a RecordRef,
        field: &'a str,
        parent: &'a RecordRef,
    ) -> BoxFuture<'a, engine::Result<Linked>> {
        Box::pin(async move { self.link_records(asker, child, field, parent).await.map_err(failed) })
    }

    fn remove<'a>(&'a self, asker: Asker, record: &'a RecordRef, key: &'a str) -> BoxFuture<'a, engine::Result<Removed>> {
        Box::pin(async move { self.remove_record(asker, record, key).await.map_err(failed) })
    }

    fn file_offline_message(&self, asker: Asker, message: OfflineMatter) -> BoxFuture<'_, engine::Result<Created>> {
        Box::pin(async move { self.file(asker, message).await.map_err(failed) })
    }

    fn transcripts(&self) -> Option<&dyn engine::crm::Transcripts> {
        Some(self)
    }

    fn empty_bin(&self, workspace: WorkspaceId) -> BoxFuture<'_, engine::Result<bool>> {
        Box::pin(async move {
            let empty = async { self.records(&self.system(workspace).await?).await?.empty_bin().await };
            Ok(empty.await.map_err(failed)?.more)
        })
    }

    fn definitions_changed(&self, definitions: Definitions) -> BoxFuture<'_, engine::Result<()>> {
        Box::pin(async move { self.mirror(definitions).await.map_err(failed) })
    }
}

/// Objects of plans and forms that the asker sees.
fn may_use(scope: &Scope, object: &Object) -> bool {
    shape::is_entity(object) && scope.caller.rights.sees(object)
}

/// By its exact name.
fn object(scope: &Scope, name: &str) -> Option<Arc<Object>> {
    scope.schema.object(name).filter(|object| object.name == name && may_use(scope, object)).cloned()
}

/// Which record of which object this is, if it can be one.
fn place(scope: &Scope, record: &RecordRef) -> Option<(Arc<Object>, Id)> {
    let object = object(scope, &record.entity)?;
    let id = Id::parse(&record.id).ok().filter(|id| object.prefix == Some(id.prefix()))?;
    Some((object, id))
}

fn may_create(scope: &Scope, object: &Object) -> bool {
    object.can.create && object.written_by == WrittenBy::Callers && scope.caller.rights.creates(object)
}

fn may_give(scope: &Scope, object: &Object, field: &Field) -> bool {
    let rights = &scope.caller.rights;
    field.create && rights.sees_field(object, field) && rights.edits_field(object, field)
}

fn entity(scope: &Scope, object: &Object) -> Entity {
    let mut fields: Vec<_> = object
        .fields
        .iter()
        .filter(|field| may_give(scope, object, field))
        .filter_map(|field| {
            let ((place, usual), field) = (shape::place(object, field), entity_field(scope, field)?);
            Some((place, EntityField { usual, ..field }))
        })
        .collect();
    fields.sort_by_key(|(place, _)| *place);
    Entity {
        name: object.name.clone(),
        label: object.label.clone(),
        can_create: may_create(scope, object),
        fields: fields.into_iter().map(|(_, field)| field).collect(),
    }
}

/// None for what no form can ask.
fn entity_field(scope: &Scope, field: &Field) -> Option<EntityField> {
    let kind = match field.field_type {
        FieldType::Text | FieldType::Combobox => FieldKind::Text,
        FieldType::Textarea => FieldKind::LongText,
        FieldType::Email => FieldKind::Email,
        FieldType::Phone => FieldKind::Phone,
        FieldType::Url => FieldKind::Url,
        FieldType::Boolean => FieldKind::Checkbox,
        FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent => FieldKind::Number,
        FieldType::Date => FieldKind::Date,
        FieldType::DateTime => FieldKind::DateTime,
        FieldType::Time => FieldKind::Time,
        FieldType::Picklist => FieldKind::Choice,
        FieldType::Multipicklist => FieldKind::Choices,
        FieldType::Reference => FieldKind::Reference,
        _ => return None,
    };
    let active = field.picklist.iter().filter(|choice| choice.active);
    let is_seen = |to: &&String| scope.schema.object(to).is_some_and(|to| scope.caller.rights.sees(to));
    Some(EntityField {
        name: field.name.clone(),
        label: field.label.clone(),
        kind,
        required: shape::is_required(field),
        usual: false,
        length: (field.field_type.is_text() && field.length > 0).then_some(field.length),
        choices: active.map(|choice| (choice.value.clone(), choice.label.clone())).collect(),
        default: field.default.clone(),
        refers_to: field.reference.iter().flat_map(|reference| &reference.to).filter(is_seen).cloned().collect(),
    })
}

fn unknown_entity(name: &str) -> FieldProblem {
    FieldProblem { field: String::new(), kind: "unknown_entity".to_owned(), reason: format!("There is no {name} to be used") }
}

/// Why something was refused, for an agent: without the value, which the vendor's words may have.
pub(crate) fn problem(scope: &Scope, object: &Object, error: &salesforce::Error) -> FieldProblem {
    let field = error.fields().first().and_then(|name| object.field(name));
    let label = field.filter(|field| scope.caller.rights.sees_field(object, field)).map_or(object.label.as_str(), |field| &field.label);
    let (kind, reason) = match error.code() {
        Code::RequiredFieldMissing => ("required", format!("{label} needs a value")),
        Code::StringTooLong => ("too_long", format!("{label} is too long")),
        Code::DuplicateValue | Code::DuplicatesDetected => ("duplicate", format!("another record has the same {label}")),
        Code::InvalidOrNullForRestrictedPicklist => ("not_a_choice", format!("{label} has no such choice")),
        Code::NumberOutsideValidRange => ("not_a_number", format!("{label} is outside of what it may be")),
        Code::InvalidEmailAddress => ("other", format!("{label} is no address of e-mail")),
        Code::InvalidFieldForInsertUpdate | Code::InsufficientAccessOrReadonly | Code::InsufficientAccessOnCrossReferenceEntity => {
            ("not_allowed", format!("{label} may not be written"))
        }
        Code::InvalidCrossReferenceKey => ("other", format!("{label} refers to no record that there is")),
        code => ("other", format!("{label} was refused: {}", code.as_str())),
    };
    FieldProblem { field: field.map(|field| field.name.clone()).unwrap_or_default(), kind: kind.to_owned(), reason }
}

impl Crm {
    async fn scope_of(&self, asker: Asker) -> Result<Scope> {
        let caller: Caller = match asker.agent {
            Some(agent) => self.caller(asker.workspace, agent).await?,
            None => self.system(asker.workspace).await?,
        };
        Ok(Scope { schema: self.schema(asker.workspace).await?, caller, now: self.now() })
    }

    async fn show(&self, scope: &Scope, object: &Object, id: Id) -> Result<Option<Record>> {
        Look::at(scope, object).one(&mut Reader::Alone(self.store(), LOOKS_TAKE), id).await
    }

    async fn find_records(&self, asker: Asker, entity: &str, criteria: &[Criterion], limit: usize) -> Result<Found> {
        let scope = self.scope_of(asker).await?;
        let Some(object) = object(&scope, entity) else { return Ok(Found::Unreadable(vec![unknown_entity(entity)])) };
        let (mut sought, mut problems) = (Vec::with_capacity(criteria.len()), Vec::new());
        for criterion in criteria {
            match Sought::read(&scope, &object, criterion) {
                Ok(value) => sought.push(value),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Ok(Found::Unreadable(problems));
        }
        if sought.is_empty() {
            // Every record fulfils nothing, and nobody means that.
            return Ok(Found::Records(Vec::new()));
        }
        let found = Look::at(&scope, &object).that_have(&mut Reader::Alone(self.store(), LOOKS_TAKE), sought, limit).await?;
        Ok(Found::Records(found))
    }

    async fn search_records(&self, asker: Asker, entity: &str, text: &str, limit: usize) -> Result<Vec<Record>> {
        let scope = self.scope_of(asker).await?;
        let Some(object) = object(&scope, entity) else { return Ok(Vec::new()) };
        let mut snapshot = self.store().record_snapshot(LOOKS_TAKE).await?;
        let mut reader = Reader::Snapshot(&mut snapshot);
        let look = Look::at(&scope, &object);
        if let Some(id) = Id::parse(text.trim()).ok().filter(|id| object.prefix == Some(id.prefix()))
            && let Some(record) = look.one(&mut reader, id).await?
        {
            return Ok(vec![record]);
        }
        look.with_words(&mut reader, text, limit).await
    }

    async fn create_record(&self, asker: Asker, new: NewRecord) -> Result<Created> {
        let scope = self.scope_of(asker).await?;
        let Some(object) = object(&scope, &new.entity) else { return Ok(Created::Refused(vec![unknown_entity(&new.entity)])) };
        if !may_create(&scope, &object) {
            let reason = format!("{} records may not be made", object.label);
            return Ok(Created::Refused(vec![FieldProblem { field: String::new(), kind: "not_allowed".to_owned(), reason }]));
        }
        let (mut values, mut left_out) = (Vec::with_capacity(new.fields.len()), Vec::new());
        for (name, text) in &new.fields {
            match given(&scope, &object, name, text.reveal()) {
                // The first of a field counts.
                Ok(Some((field, _))) if values.iter().any(|(known, _): &(String, Scalar)| *known == field.name) => {}
                Ok(Some((field, value))) => values.push((field.name.clone(), value)),
                Ok(None) => {}
                Err(problem) => left_out.push(problem),
            }
        }
        if !new.lenient && !left_out.is_empty() {
            return Ok(Created::Refused(left_out));
        }
        let records = Records::new(self.clone(), scope.clone());
        loop {
            let fields = values.iter().map(|(name, value)| (name.clone(), Given::Scalar(value.clone()))).collect();
            let incoming = Incoming { attributes: Claimed::default(), fields };
            let (id, before) = match records.create_once(&new.key, &object.name, incoming).await? {
                Once::Made(id) => (id, false),
                Once::Before(id) => (id, true),
                Once::Refused(errors) => {
                    let problems: Vec<_> = errors.iter().map(|error| problem(&scope, &object, error)).collect();
                    let wrong = |name: &String| problems.iter().any(|problem| problem.field == *name);
                    // What is wrong with a value can be left out; what is missing or wrong with the whole cannot.
                    let all_of_values = problems.iter().all(|problem| values.iter().any(|(name, _)| problem.field == *name));
                    if !new.lenient || !all_of_values || problems.is_empty() {
                        left_out.extend(problems);
                        return Ok(Created::Refused(left_out));
                    }
                    values.retain(|(name, _)| !wrong(name));
                    left_out.extend(problems);
                    continue;
                }
            };
            let record = match self.show(&scope, &object, id).await? {
                Some(record) => record,
                // Made before, and deleted since or out of the asker's sight: that it is not made twice is what counts.
                None => Record {
                    at: RecordRef { entity: object.name.clone(), id: id.to_string() },
                    entity_label: object.label.clone(),
                    title: Text(id.to_string()),
                    facts: Vec::new(),
                },
            };
            return Ok(Created::Made { record, before, left_out });
        }
    }

    async fn link_records(&self, asker: Asker, child: &RecordRef, field: &str, parent: &RecordRef) -> Result<Linked> {
        let scope = self.scope_of(asker).await?;
        let refused = |field: &str, kind: &str, reason: String| {
            Ok(Linked::Refused(FieldProblem { field: field.to_owned(), kind: kind.to_owned(), reason }))
        };
        let Some((object, child)) = place(&scope, child) else { return Ok(Linked::Refused(unknown_entity(&child.entity))) };
        let Some((parent_object, parent)) = place(&scope, parent) else { return Ok(Linked::Refused(unknown_entity(&parent.entity))) };
        let rights = &scope.caller.rights;
        let known = object.field(field).filter(|known| known.name == field && rights.sees_field(&object, known));
        let Some(known) = known else {
            return refused(field, "unknown_field", format!("{} has no field {field}", object.label));
        };
        if !known.reference.as_ref().is_some_and(|reference| reference.to.contains(&parent_object.name)) {
            return refused(field, "other", format!("{} does not refer to {}", known.label, parent_object.label));
        }
        let names = Arc::new((object.name.clone(), known.name.clone()));
        let outcome = Records::new(self.clone(), scope.clone())
            .together(move |mut unit| {
                let names = names.clone();
                Box::pin(async move {
                    let (object, field) = &*names;
                    let wanted = [field.clone()];
                    let Some(record) = unit.read(object, &[child], Some(&wanted), Version::LATEST).await?.pop().flatten() else {
                        return Ok(Err(salesforce::Error::not_found()));
                    };
                    match record.fields.first().map(|(_, value)| value) {
                        Some(Answer::Id(there)) if *there == parent => return Ok(Ok(Linked::Done)),
                        Some(Answer::Null) | None => {}
                        Some(_) => return Ok(Ok(Linked::Taken)),
                    }
                    let fields = vec![(field.clone(), Given::Scalar(Scalar::Text(parent.to_string())))];
                    let record = Incoming { attributes: Claimed::default(), fields };
                    let update = Operation::Update { object: object.clone(), id: child, record, uploads: Vec::new() };
                    Ok(match unit.change(&[update], true).await?.pop() {
                        Some(Outcome::Refused(mut errors)) if !errors.is_empty() => Err(errors.remove(0)),
                        _ => Ok(Linked::Done),
                    })
                })
            })
            .await?;
        Ok(outcome.unwrap_or_else(|error| Linked::Refused(problem(&scope, &object, &error))))
    }

    async fn remove_record(&self, asker: Asker, record: &RecordRef, key: &str) -> Result<Removed> {
        let scope = self.scope_of(asker).await?;
        let Some((object, id)) = place(&scope, record) else { return Ok(Removed::Refused) };
        let records = Records::new(self.clone(), scope.clone());
        if records.made_under(key).await?.is_none_or(|(made, _)| made != id) {
            return Ok(Removed::Refused);
        }
        let name = object.name.clone();
        let removed = records
            .together(move |mut unit| {
                let name = name.clone();
                Box::pin(async move {
                    let fields = ["CreatedById", "LastModifiedById", "CreatedDate", "LastModifiedDate"].map(str::to_owned);
                    let Some(record) = unit.read(&name, &[id], Some(&fields), Version::LATEST).await?.pop().flatten() else {
                        // Deleted, or out of the asker's sight: that is seen below.
                        return Ok(Removed::Done);
                    };
                    let value = |name: &str| record.fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| value);
                    // The server goes on with what it made itself: it links it. A person who comes back to a record has changed it.
                    let by_server = value("CreatedById").is_some_and(|by| is_system(&unit, by));
                    let same_hand = value("CreatedById") == value("LastModifiedById");
                    let same_time = value("CreatedDate") == value("LastModifiedDate");
                    if !same_hand || !(by_server || same_time) {
                        return Ok(Removed::Changed);
                    }
                    Ok(match unit.change(&[Operation::Delete { object: Some(name), id }], true).await?.pop() {
                        Some(Outcome::Refused(_)) => Removed::Refused,
                        _ => Removed::Done,
                    })
                })
            })
            .await?;
        let everything = Scope { caller: self.system(asker.workspace).await?, ..scope };
        let is_hidden = removed == Removed::Done && self.show(&everything, &object, id).await?.is_some();
        Ok(if is_hidden { Removed::Refused } else { removed })
    }

    /// A case from the web, of the one contact with this address, if there is exactly one.
    async fn file(&self, asker: Asker, message: OfflineMatter) -> Result<Created> {
        let mut fields = vec![
            ("Subject".to_owned(), message.subject),
            ("Description".to_owned(), message.text),
            ("SuppliedName".to_owned(), message.name),
            ("SuppliedEmail".to_owned(), message.email.clone()),
            ("SuppliedPhone".to_owned(), message.phone),
            ("Origin".to_owned(), Text("Web".to_owned())),
        ];
        if !message.email.reveal().trim().is_empty() {
            let by_email = [Criterion { field: "Email".to_owned(), value: message.email, exact: true }];
            if let Found::Records(found) = self.find_records(asker, "Contact", &by_email, 2).await?
                && let [contact] = found.as_slice()
            {
                fields.push(("ContactId".to_owned(), Text(contact.at.id.clone())));
            }
        }
        self.create_record(asker, NewRecord { entity: "Case".to_owned(), fields, key: message.key, lenient: true }).await
    }
}

fn is_system(unit: &crate::Unit<'_>, by: &Answer) -> bool {
    crate::access::load::system_user(&unit.scope().schema).is_ok_and(|system| *by == Answer::Id(system))
}

/// A field that the asker may give a value, and the value; none where nothing was typed.
fn given<'o>(scope: &Scope, object: &'o Object, name: &str, text: &str) -> Result<Option<(&'o Field, Scalar)>, FieldProblem> {
    let problem = |kind: &str, reason: String| FieldProblem { field: name.to_owned(), kind: kind.to_owned(), reason };
    let field = object.field(name).filter(|field| field.name == name && scope.caller.rights.sees_field(object, field));
    let Some(field) = field else { return Err(problem("unknown_field", format!("{} has no field {name}", object.label))) };
    if text.trim().is_empty() {
        return Ok(None);
    }
    if !may_give(scope, object, field) {
        return Err(problem("not_allowed", format!("{} may not be given a value", field.label)));
    }
    let value = typed::value(field, text)?;
    Ok(Some((field, typed::scalar(field, &value))))
}

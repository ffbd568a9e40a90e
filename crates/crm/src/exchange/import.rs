//! Rows of a file become records, a batch at a time: written, or tried and undone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::FutureExt as _;
use salesforce::{
    Error as Refusal, Id, Version,
    record::{Given, Record, Scalar, Upserted, Value as Answer},
};

use super::{
    Column,
    map::{Mapping, Ready},
    read::SourceRow,
};
use crate::{
    Crm, Error, Operation, Outcome, QueryOptions, Records, Result, phrase,
    record::check,
    schema::{Field, FieldType},
    value::Value,
};

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// A new record.
    Created(Id),
    /// A record that has other values now.
    Updated(Id),
    /// A record that had all this already, and was left alone.
    Unchanged(Id),
    /// Nothing was written, for these reasons.
    Refused(Vec<String>),
}

/// How a batch is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It is written.
    Write,
    /// Everything is done as if, and then undone.
    Try,
}

/// Imports rows, for one caller.
#[derive(Debug)]
pub struct Importer {
    crm: Crm,
    mapping: Mapping,
    all_or_none: bool,
}

/// A batch.
#[derive(Debug, Default)]
pub struct Batch {
    /// What became of its rows, in their order.
    pub done: Vec<Done>,
    /// Of a trial: the records as they would be.
    pub records: Vec<Record>,
}

impl Importer {
    /// By this mapping. With `all_or_none` nothing of a batch is written in which a row is refused.
    pub fn new(crm: Crm, mapping: Mapping, all_or_none: bool) -> Self {
        Self { crm, mapping, all_or_none }
    }

    /// What the columns are.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Carries out up to [`crate::record::MOST_OPERATIONS`] rows in one transaction.
    ///
    /// # Errors
    /// The whole batch could not be carried out, and nothing of it was; a row that is refused is no error.
    pub async fn run(&mut self, rows: &[SourceRow], manner: Manner) -> Result<Batch> {
        let mut done: Vec<Option<Done>> = Vec::with_capacity(rows.len());
        let mut ready = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            match self.mapping.record(row) {
                Ok(record) => {
                    ready.push((at, record));
                    done.push(None);
                }
                Err(reasons) => done.push(Some(Done::Refused(reasons))),
            }
        }
        let caller = self.mapping.scope().caller.clone();
        let records = self.crm.records(&caller).await?;
        let mut shown = Vec::new();
        if self.all_or_none && ready.len() < rows.len() {
            for (at, _) in ready {
                done[at] = Some(self.undone());
            }
        } else {
            let there = self.there(&ready).await?;
            let mut operations = Vec::with_capacity(ready.len());
            let mut places = Vec::with_capacity(ready.len());
            for (at, ready) in ready {
                match self.unchanged(&ready, &there) {
                    Some(id) => done[at] = Some(Done::Unchanged(id)),
                    None => {
                        places.push(at);
                        operations.push(self.operation(ready));
                    }
                }
            }
            let (outcomes, tried) = match manner {
                Manner::Write => (records.change(operations, self.all_or_none).await?, Vec::new()),
                Manner::Try => self.attempt(&records, operations).await?,
            };
            for (at, outcome) in places.into_iter().zip(outcomes) {
                done[at] = Some(self.done(outcome));
            }
            shown = tried;
        }
        let done = done.into_iter().map(|done| done.ok_or(store::Error::broken("a row without an outcome").into()));
        Ok(Batch { done: done.collect::<Result<_>>()?, records: shown })
    }

    fn undone(&self) -> Done {
        Done::Refused(vec![Refusal::all_or_none_rolled_back().to_string()])
    }

    fn operation(&self, ready: Ready) -> Operation {
        let object = self.mapping.object().name.clone();
        let (record, uploads) = (ready.record, Vec::new());
        match (ready.key, self.mapping.key()) {
            (Some(value), Some(key)) => Operation::Upsert { object, key: key.name.clone(), value, record, uploads, update_only: false },
            _ => Operation::Create { object, record, uploads },
        }
    }

    fn done(&self, outcome: Outcome) -> Done {
        match outcome {
            Outcome::Saved(id) | Outcome::Upserted(Upserted::Created(id)) => Done::Created(id),
            Outcome::Upserted(Upserted::Updated(id)) => Done::Updated(id),
            Outcome::Upserted(Upserted::Several(ids)) => {
                let key = self.mapping.key().map_or("", |field| &field.name);
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                Done::Refused(vec![format!("several records have this {key}: {}", ids.join(", "))])
            }
            Outcome::Refused(errors) => Done::Refused(errors.iter().map(ToString::to_string).collect()),
            Outcome::Deleted(id) | Outcome::Undeleted(id) => Done::Unchanged(id),
        }
    }

    /// Carries operations out in a transaction that is undone; what the first would be like.
    async fn attempt(&self, records: &Records, mut operations: Vec<Operation>) -> Result<(Vec<Outcome>, Vec<Record>)> {
        let mut unread = Vec::new();
        for (at, operation) in operations.iter_mut().enumerate() {
            if let Operation::Create { object, record, uploads } | Operation::Upsert { object, record, uploads, .. } = operation {
                match records.stage(object, record).await {
                    Ok(staged) => uploads.extend(staged),
                    Err(Error::Refused(error)) => unread.push((at, error)),
                    Err(error) => return Err(error),
                }
            }
        }
        for (at, _) in unread.iter().rev() {
            operations.remove(*at);
        }
        let told = Arc::new(Mutex::new(None));
        let (operations, tells) = (Arc::new(operations), told.clone());
        let (object, all_or_none) = (self.mapping.object().name.clone(), self.all_or_none);
        let result = records
            .together::<(), _>(move |mut unit| {
                let (operations, tells, object) = (operations.clone(), tells.clone(), object.clone());
                async move {
                    let outcomes = unit.change(&operations, all_or_none).await?;
                    let ids: Vec<_> = outcomes.iter().filter_map(written).take(SHOWN).collect();
                    let records = unit.read(&object, &ids, None, Version::LATEST).await?;
                    let records = records.into_iter().flatten().collect::<Vec<_>>();
                    *tells.lock().unwrap_or_else(PoisonError::into_inner) = Some((outcomes, records));
                    // Undoes it.
                    Err(Refusal::all_or_none_rolled_back().into())
                }
                .boxed()
            })
            .await;
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (told, result) {
            (Some((mut outcomes, records)), _) => {
                for (at, error) in unread {
                    outcomes.insert(at, Outcome::Refused(vec![error]));
                }
                Ok((outcomes, records))
            }
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(store::Error::broken("a trial that was kept").into()),
        }
    }

    /// What those records have now that the keys of these rows find, by the key's text.
    async fn there(&self, ready: &[(usize, Ready)]) -> Result<HashMap<String, Vec<Record>>> {
        let mut there: HashMap<String, Vec<Record>> = HashMap::new();
        let Some(key) = self.mapping.key() else { return Ok(there) };
        let given = ready.iter().filter_map(|(_, ready)| ready.key.as_ref());
        let keys: Vec<&Scalar> = given.filter(|key| !matches!(key, Scalar::Null)).collect();
        let mut columns: Vec<String> = vec!["Id".to_owned(), key.name.clone()];
        for (_, ready) in ready {
            for (name, given) in &ready.record.fields {
                let column = match given {
                    Given::Reference { key, .. } => format!("{name}.{key}"),
                    _ => name.clone(),
                };
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
        }
        columns.sort();
        columns.dedup();
        let Some(query) = phrase::by_keys(self.mapping.object(), &columns, key, &keys) else { return Ok(there) };
        let scope = self.mapping.scope();
        let page = match self.crm.query(&scope.caller, &query, &QueryOptions::new(Version::LATEST)).await {
            Ok(page) => page,
            // Rows that cannot be looked at this way are written as if they had changed.
            Err(Error::Refused(_)) => return Ok(there),
            Err(error) => return Err(error),
        };
        for record in page.records {
            if let Some(text) = Column::new(&*key.name).of(&record).map(|value| super::write::text(Some(value)).to_lowercase()) {
                there.entry(text).or_default().push(record);
            }
        }
        Ok(there)
    }

    /// The record, if there is exactly one and it has all these values.
    fn unchanged(&self, ready: &Ready, there: &HashMap<String, Vec<Record>>) -> Option<Id> {
        let key = match ready.key.as_ref()? {
            // As records' numbers are written.
            Scalar::Number(number) => number.as_f64()?.to_string(),
            key => key.text()?.to_lowercase(),
        };
        let [record] = there.get(&key)?.as_slice() else { return None };
        let object = self.mapping.object();
        let same = ready.record.fields.iter().all(|(name, given)| match given {
            Given::Scalar(scalar) => {
                let Some(field) = object.field(name) else { return false };
                Column::new(&**name).of(record).is_some_and(|has| is_same(field, scalar, has))
            }
            Given::Reference { object, key, value, .. } => {
                let parent = object.as_deref().and_then(|object| self.mapping.scope().schema.object(object));
                let Some(field) = parent.and_then(|parent| parent.field(key)) else { return false };
                let column = Column { path: vec![name.clone(), key.clone()] };
                column.of(record).is_some_and(|has| is_same(field, value, has))
            }
            Given::Children(_) => false,
        });
        match (same, Column::new("Id").of(record)) {
            (true, Some(Answer::Id(id))) => Some(*id),
            _ => None,
        }
    }
}

/// How many records a trial shows.
const SHOWN: usize = 5;

fn written(outcome: &Outcome) -> Option<Id> {
    match outcome {
        Outcome::Saved(id) | Outcome::Upserted(Upserted::Created(id) | Upserted::Updated(id)) => Some(*id),
        _ => None,
    }
}

/// The field has this value already. What does not fit is not the same: it is to be refused.
fn is_same(field: &Field, given: &Scalar, has: &Answer) -> bool {
    // Bytes are not looked at.
    if field.field_type == FieldType::Base64 {
        return false;
    }
    let Ok(value) = check::value(field, given) else { return false };
    match (value, has) {
        (Value::Null, Answer::Null) => true,
        (Value::Boolean(one), Answer::Boolean(other)) => one == *other,
        (Value::Int(one), Answer::Int(other)) => one == *other,
        (Value::Double(one), Answer::Double(other)) => one.to_bits() == other.to_bits(),
        (Value::Text(one), Answer::Text(other)) => one == *other,
        (Value::Id(one), Answer::Id(other)) => one == *other,
        (Value::Instant(one), Answer::DateTime(other)) => one == other.0.as_microsecond(),
        (Value::Instant(_), Answer::Date(_)) | (Value::Time(_), Answer::Time(_)) => given.text().is_some_and(|text| match has {
            Answer::Date(other) => salesforce::instant::Date::parse(&text).is_ok_and(|one| one == *other),
            Answer::Time(other) => salesforce::instant::Time::parse(&text).is_ok_and(|one| one == *other),
            _ => false,
        }),
        _ => false,
    }
}

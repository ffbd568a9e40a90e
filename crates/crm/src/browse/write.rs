//! One record made, changed, deleted and taken back, with values as people type them.

use domain::{record::FieldProblem, time::Timestamp};
use salesforce::{
    Error as Refusal, Id,
    record::{Claimed, Given, Incoming, Scalar},
};

use super::{Browsing, Row, form};
use crate::{
    Error, Once, Operation, Outcome, Records, Result,
    port::{problem, typed},
    schema::{Field, Object},
};

/// What became of a record that was to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// It is so now.
    Saved(Box<Row>),
    /// Nothing was written, because of all this. Nothing in it repeats a value.
    Refused(Vec<FieldProblem>),
    /// Somebody else has changed it since, and nothing was written.
    Changed,
}

/// Values of fields as they were typed, by their names in whatever case; an empty text is no value.
type Typed = [(String, String)];

impl Browsing {
    fn records(&self) -> Records {
        Records::new(self.crm.clone(), self.scope().clone())
    }

    /// What of a record is given, read as its fields hold it; or all that is wrong with it.
    fn read<'o>(
        &self,
        object: &'o Object,
        typed: &Typed,
        may: impl Fn(&Field) -> bool,
    ) -> Result<Vec<(&'o Field, Scalar)>, Vec<FieldProblem>> {
        let rights = &self.scope.caller.rights;
        let (mut values, mut problems) = (Vec::with_capacity(typed.len()), Vec::new());
        for (name, text) in typed {
            let problem = |kind: &str, reason: String| FieldProblem { field: name.clone(), kind: kind.to_owned(), reason };
            let Some(field) = object.field(name).filter(|field| rights.sees_field(object, field)) else {
                problems.push(problem("unknown_field", format!("{} has no such field", object.label)));
                continue;
            };
            if !may(field) || !rights.edits_field(object, field) {
                problems.push(problem("not_allowed", format!("{} may not be given a value", field.label)));
            } else if values.iter().any(|(known, _): &(&Field, _)| known.name == field.name) {
                problems.push(problem("other", format!("{} is given twice", field.label)));
            } else {
                match typed::value(field, text) {
                    Ok(value) => values.push((field, typed::scalar(field, &value))),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    fn refused(&self, object: &Object, errors: &[Refusal]) -> Written {
        Written::Refused(errors.iter().map(|error| problem(&self.scope, object, error)).collect())
    }

    /// Makes a record: once, however often it is asked for under the same key.
    ///
    /// # Errors
    /// A refusal for an object that there is not for the caller, or whose records they may not make; storage.
    pub async fn create(&self, object: &str, typed: &Typed, key: &str) -> Result<Written> {
        let object = self.object(object)?;
        if !form::may_create(&self.scope, object) {
            return Err(Refusal::insufficient_access_or_readonly().into());
        }
        let values = match self.read(object, typed, |field| field.create) {
            Ok(values) => values,
            Err(problems) => return Ok(Written::Refused(problems)),
        };
        let fields = values.into_iter().filter(|(_, value)| *value != Scalar::Null);
        let record = incoming(fields);
        let id = match self.records().create_once(key, &object.name, record).await? {
            Once::Made(id) | Once::Before(id) => id,
            Once::Refused(errors) => return Ok(self.refused(object, &errors)),
        };
        self.written(object, id).await
    }

    /// Changes a record, if nobody else has since then.
    ///
    /// # Errors
    /// A refusal for a record that there is not for the caller, or that they may not change; storage.
    pub async fn update(&self, object: &str, id: Id, typed: &Typed, since: Option<Timestamp>) -> Result<Written> {
        let object = self.object(object)?.clone();
        let of_object = object.prefix == Some(id.prefix());
        if !of_object {
            return Err(Refusal::not_found().into());
        }
        if !form::may_edit(&self.scope, &object) {
            return Err(Refusal::insufficient_access_or_readonly().into());
        }
        let values = match self.read(&object, typed, |field| field.update) {
            Ok(values) => values,
            Err(problems) => return Ok(Written::Refused(problems)),
        };
        let record = incoming(values.into_iter());
        let name = object.name.clone();
        let records = self.records();
        let done = records.together(move |mut unit| {
            let (name, record) = (name.clone(), record.clone());
            Box::pin(async move {
                // Nobody changes it any more before this is over.
                let changed_at = unit.changed_at(&name, id).await?.ok_or_else(Refusal::not_found)?;
                if since.is_some_and(|since| changed_at != Some(since)) {
                    return Ok(None);
                }
                let update = Operation::Update { object: name, id, record, uploads: Vec::new() };
                Ok(unit.change(&[update], false).await?.pop())
            })
        });
        match done.await? {
            None => Ok(Written::Changed),
            Some(Outcome::Refused(errors)) => match errors.into_iter().partition::<Vec<_>, _>(is_of_the_whole) {
                (whole, of_fields) if whole.is_empty() => Ok(self.refused(&object, &of_fields)),
                (mut whole, _) => Err(whole.remove(0).into()),
            },
            Some(_) => self.written(&object, id).await,
        }
    }

    /// Puts a record into the recycle bin, with what hangs on it.
    ///
    /// # Errors
    /// A refusal for a record that there is not for the caller, that they may not delete, or that others need; storage.
    pub async fn delete(&self, object: &str, id: Id) -> Result<()> {
        let object = self.object(object)?;
        if object.prefix != Some(id.prefix()) {
            return Err(Refusal::not_found().into());
        }
        self.carried_out(Operation::Delete { object: Some(object.name.clone()), id }).await
    }

    /// Takes a record out of the recycle bin, with what went into it together.
    ///
    /// # Errors
    /// A refusal for a record that there is not for the caller, that is not there, or that cannot be as it was; storage.
    pub async fn restore(&self, object: &str, id: Id) -> Result<Row> {
        let object = self.object(object)?;
        if object.prefix != Some(id.prefix()) {
            return Err(Refusal::not_found().into());
        }
        self.carried_out(Operation::Undelete { id }).await?;
        self.one(&object.name, id).await
    }

    async fn carried_out(&self, operation: Operation) -> Result<()> {
        match self.records().change(vec![operation], true).await?.pop() {
            Some(Outcome::Refused(errors)) => Err(errors.into_iter().next().unwrap_or_else(Refusal::not_found).into()),
            _ => Ok(()),
        }
    }

    /// The record as it is now. Whoever gives one away may not see it any more: then it is told by its id alone.
    async fn written(&self, object: &Object, id: Id) -> Result<Written> {
        let row = match self.one(&object.name, id).await {
            Err(Error::Refused(error)) if error.code() == Refusal::not_found().code() => Row {
                id,
                name: id.to_string(),
                values: Vec::new(),
                references: Vec::new(),
                can_edit: false,
                can_delete: false,
                deleted: false,
                changed_at: None,
            },
            row => row?,
        };
        Ok(Written::Saved(Box::new(row)))
    }

    /// What a field of an object is called, if the caller sees it.
    pub fn label(&self, object: &str, field: &str) -> Option<&str> {
        let object = self.object(object).ok()?;
        object.field(field).filter(|field| self.scope.caller.rights.sees_field(object, field)).map(|field| field.label.as_str())
    }
}

fn incoming<'o>(values: impl Iterator<Item = (&'o Field, Scalar)>) -> Incoming {
    Incoming { attributes: Claimed::default(), fields: values.map(|(field, value)| (field.name.clone(), Given::Scalar(value))).collect() }
}

/// Nothing that another value would change.
fn is_of_the_whole(error: &Refusal) -> bool {
    use salesforce::error::Code;
    matches!(error.code(), Code::NotFound | Code::EntityIsDeleted | Code::InsufficientAccessOrReadonly | Code::UnableToLockRow)
        && error.fields().is_empty()
}

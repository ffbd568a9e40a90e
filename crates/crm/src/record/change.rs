//! Operations carried out in their order, runs of the same kind on the same object as sets.
//!
//! Everything that can be refused is known before anything of a run is written; what was written stays to be undone by whoever asked for all
//! or none.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use salesforce::{
    Error as Refusal, Id,
    record::{Scalar, Upserted},
};
use sea_query::LockType;
use store::{Backend, Tx};

use super::{
    Operation, Outcome, bin, check,
    draft::{Draft, Input, Reading, key_field},
    lookup::{self, Compared},
    make, rules, write,
};
use crate::{
    Reader, Result, Scope, access,
    schema::{FieldType, Object},
    value::Value,
};

/// Most operations of one request (`salesforce.md` 1.9).
pub const MOST_OPERATIONS: usize = 200;

/// Carries out operations; an outcome each.
pub(crate) async fn change_in(tx: &mut Tx, scope: &Scope, operations: &[Operation]) -> Result<Vec<Outcome>> {
    let mut change = Change { tx, scope, outcomes: vec![None; operations.len()] };
    let mut at = 0;
    while at < operations.len() {
        let length = run_of(&operations[at..]);
        change.run(at, &operations[at..at + length]).await?;
        at += length;
    }
    change.outcomes.into_iter().map(|outcome| outcome.ok_or(store::Error::broken("an operation without an outcome").into())).collect()
}

/// How many of these can be done as one set: the same kind on the same object, no record twice.
fn run_of(operations: &[Operation]) -> usize {
    let Some(first) = operations.first() else { return 0 };
    let mut seen = HashSet::new();
    operations
        .iter()
        .take_while(|operation| {
            let fits = match (first, operation) {
                (Operation::Create { object: one, .. }, Operation::Create { object: other, .. }) => one.eq_ignore_ascii_case(other),
                (Operation::Update { object: one, .. }, Operation::Update { object: other, .. }) => one.eq_ignore_ascii_case(other),
                (
                    Operation::Upsert { object: one, key: by, update_only: only, .. },
                    Operation::Upsert { object: other, key, update_only, .. },
                ) => one.eq_ignore_ascii_case(other) && by.eq_ignore_ascii_case(key) && only == update_only,
                (Operation::Delete { id: one, .. }, Operation::Delete { id: other, .. })
                | (Operation::Undelete { id: one }, Operation::Undelete { id: other }) => one.prefix() == other.prefix(),
                _ => false,
            };
            fits && match operation {
                Operation::Update { id, .. } | Operation::Delete { id, .. } | Operation::Undelete { id } => seen.insert(*id),
                Operation::Create { .. } | Operation::Upsert { .. } => true,
            }
        })
        .count()
}

struct Change<'a> {
    tx: &'a mut Tx,
    scope: &'a Scope,
    outcomes: Vec<Option<Outcome>>,
}

/// A record of an upsert, and the value by which it is looked for.
struct Keyed<'a> {
    input: Input<'a>,
    value: Value,
}

impl<'a> Change<'a> {
    async fn run(&mut self, from: usize, operations: &'a [Operation]) -> Result<()> {
        let input =
            |(at, operation): (usize, &'a Operation)| operation.given().map(|(record, uploads)| Input { at: from + at, record, uploads });
        let inputs: Vec<_> = operations.iter().enumerate().filter_map(input).collect();
        match &operations[0] {
            Operation::Create { object, .. } => match self.writable(object, Wish::Create) {
                Ok(object) => {
                    let mut reading = Reading::of(self.scope, &object, true);
                    let drafts = inputs.into_iter().map(|input| reading.read(input, None)).collect();
                    self.create(&object, drafts, Outcome::Saved).await
                }
                Err(error) => self.refuse_all(from, operations, &error),
            },
            Operation::Update { object, .. } => match self.writable(object, Wish::Update) {
                Ok(object) => {
                    let ids = operations.iter().filter_map(|operation| match operation {
                        Operation::Update { id, .. } => Some(*id),
                        _ => None,
                    });
                    self.update(&object, ids.zip(inputs).collect(), None, Outcome::Saved).await
                }
                Err(error) => self.refuse_all(from, operations, &error),
            },
            Operation::Upsert { object, key, update_only, .. } => {
                let values = operations.iter().filter_map(|operation| match operation {
                    Operation::Upsert { value, .. } => Some(value),
                    _ => None,
                });
                self.upsert(object, key, values.zip(inputs).collect(), *update_only).await
            }
            Operation::Delete { .. } => {
                let wanted = operations.iter().enumerate().filter_map(|(at, operation)| match operation {
                    Operation::Delete { object, id } => Some((from + at, object.as_deref(), *id)),
                    _ => None,
                });
                for (at, result) in bin::delete(self.tx, self.scope, wanted.collect()).await? {
                    self.outcomes[at] = Some(result.map_or_else(|error| Outcome::Refused(vec![error]), Outcome::Deleted));
                }
                Ok(())
            }
            Operation::Undelete { .. } => {
                let wanted = operations.iter().enumerate().filter_map(|(at, operation)| match operation {
                    Operation::Undelete { id } => Some((from + at, *id)),
                    _ => None,
                });
                for (at, result) in bin::undelete(self.tx, self.scope, wanted.collect()).await? {
                    self.outcomes[at] = Some(result.map_or_else(|error| Outcome::Refused(vec![error]), Outcome::Undeleted));
                }
                Ok(())
            }
        }
    }

    fn refuse(&mut self, at: usize, error: Refusal) {
        self.outcomes[at] = Some(Outcome::Refused(vec![error]));
    }

    #[expect(clippy::unnecessary_wraps, reason = "the last word of a branch whose others can fail")]
    fn refuse_all(&mut self, from: usize, operations: &[Operation], error: &Refusal) -> Result<()> {
        for at in from..from + operations.len() {
            self.refuse(at, error.clone());
        }
        Ok(())
    }

    /// An object whose records the caller may make or change, sharing aside.
    fn writable(&self, name: &str, wish: Wish) -> Result<Arc<Object>, Refusal> {
        let rights = &self.scope.caller.rights;
        let object = self.scope.schema.object(name).filter(|object| rights.sees(object)).ok_or_else(Refusal::not_found)?;
        if rights.system {
            return Ok(object.clone());
        }
        let (can, may) = match wish {
            Wish::Create => (object.can.create, rights.creates(object)),
            Wish::Update => (object.can.update, rights.edits(object)),
        };
        if !can || rules::is_kept(object) {
            let done = if wish == Wish::Create { "inserted" } else { "updated" };
            return Err(Refusal::type_not_writable(done, &object.name));
        }
        if !may {
            return Err(match wish {
                Wish::Create => Refusal::type_not_writable("inserted", &object.name),
                Wish::Update => Refusal::insufficient_access_or_readonly(),
            });
        }
        Ok(object.clone())
    }

    /// Takes those out that could not be read.
    fn settle_unread(&mut self, drafts: &mut Vec<Draft>) {
        self.settle_where(drafts, |draft| draft.unread);
    }

    /// Takes the refused ones out.
    fn settle(&mut self, drafts: &mut Vec<Draft>) {
        self.settle_where(drafts, |draft| !draft.is_sound());
    }

    fn settle_where(&mut self, drafts: &mut Vec<Draft>, is_settled: fn(&Draft) -> bool) {
        drafts.retain_mut(|draft| {
            if !is_settled(draft) {
                return true;
            }
            self.outcomes[draft.at] = Some(Outcome::Refused(std::mem::take(&mut draft.errors)));
            false
        });
    }

    async fn create(&mut self, object: &Object, mut drafts: Vec<Draft>, saved: fn(Id) -> Outcome) -> Result<()> {
        self.settle_unread(&mut drafts);
        make::complete(self.tx, self.scope, object, &mut drafts).await?;
        self.settle(&mut drafts);
        make::write_new(self.tx, self.scope, object, &mut drafts).await?;
        for draft in drafts {
            let id = draft.id.ok_or(store::Error::broken("a new record without an id"))?;
            self.outcomes[draft.at] = Some(saved(id));
        }
        Ok(())
    }

    async fn update(&mut self, object: &Object, wanted: Vec<(Id, Input<'a>)>, key: Option<usize>, saved: fn(Id) -> Outcome) -> Result<()> {
        let mut inputs = Vec::with_capacity(wanted.len());
        for (id, input) in wanted {
            if object.prefix == Some(id.prefix()) {
                inputs.push((id, input));
            } else {
                self.refuse(input.at, Refusal::malformed_id(&format!("{} ID", object.label), "Id", &id.to_string()));
            }
        }
        let ids: Vec<_> = inputs.iter().map(|(id, _)| *id).collect();
        let reader = &mut Reader::Tx(self.tx);
        let mut there = lookup::load(reader, self.scope, object, &ids, Some(LockType::NoKeyUpdate)).await?;
        let seen = lookup::visible(reader, self.scope, object, &ids).await?;
        let changeable = lookup::changeable(reader, self.scope, object, &ids).await?;
        let deleted = object.position("IsDeleted");
        let mut reading = Reading::of(self.scope, object, false);
        let mut drafts = Vec::with_capacity(inputs.len());
        for (id, input) in inputs {
            let Some(old) = there.remove(&id).filter(|_| seen.contains(&id)) else {
                self.refuse(input.at, Refusal::not_found());
                continue;
            };
            if deleted.is_some_and(|place| old[place] == Value::Boolean(true)) {
                self.refuse(input.at, Refusal::entity_is_deleted());
                continue;
            }
            if !changeable.contains(&id) {
                self.refuse(input.at, Refusal::insufficient_access_or_readonly());
                continue;
            }
            let mut draft = reading.read(input, key);
            draft.id = Some(id);
            draft.old = old;
            drafts.push(draft);
        }
        self.settle_unread(&mut drafts);
        make::complete(self.tx, self.scope, object, &mut drafts).await?;
        self.settle(&mut drafts);
        make::write_changed(self.tx, self.scope, object, &mut drafts).await?;
        for draft in drafts {
            let id = draft.id.ok_or(store::Error::broken("a changed record without an id"))?;
            self.outcomes[draft.at] = Some(saved(id));
        }
        Ok(())
    }

    async fn upsert(&mut self, object: &str, key: &str, wanted: Vec<(&'a Scalar, Input<'a>)>, update_only: bool) -> Result<()> {
        let rights = &self.scope.caller.rights;
        let found = self.scope.schema.object(object).filter(|object| rights.sees(object)).cloned();
        let place = found.as_ref().and_then(|object| key_field(self.scope, object, key).and_then(|field| object.position(&field.name)));
        let is_seen = found.is_some();
        let (Some(object), Some(place)) = (found, place) else {
            for (_, input) in wanted {
                // An object that the caller does not see has no fields to be named.
                let error = if is_seen { Refusal::no_such_key(key) } else { Refusal::not_found() };
                self.refuse(input.at, error);
            }
            return Ok(());
        };
        let field = &object.fields[place];
        let by_id = field.field_type == FieldType::Id;
        let mut keyed = Vec::with_capacity(wanted.len());
        for (given, input) in wanted {
            match check::value(field, given) {
                Ok(value) if value.is_null() && !by_id => self.refuse(input.at, Refusal::key_not_given(&field.name)),
                Ok(value) => keyed.push(Keyed { input, value }),
                Err(error) => self.refuse(input.at, error),
            }
        }
        let mut times: HashMap<Compared, usize> = HashMap::new();
        for compared in keyed.iter().filter_map(|keyed| Compared::of(field, &keyed.value)) {
            *times.entry(compared).or_default() += 1;
        }
        keyed.retain(|keyed| {
            let once = Compared::of(field, &keyed.value).is_none_or(|value| times.get(&value) == Some(&1));
            if !once {
                self.outcomes[keyed.input.at] = Some(Outcome::Refused(vec![Refusal::duplicate_external_id(&field.name)]));
            }
            once
        });
        let (mut new, mut old) = (Vec::new(), Vec::new());
        if by_id {
            for Keyed { input, value } in keyed {
                match value {
                    Value::Id(id) => old.push((id, input)),
                    _ => new.push(Keyed { input, value }),
                }
            }
        } else {
            // Somebody else's record that the caller may not see is as if it were not there; a unique key is refused later all the same.
            let narrowed = access::visible(&self.scope.schema, &object, &self.scope.caller.rights, lookup::ALIAS);
            let values: Vec<_> = keyed.iter().map(|keyed| &keyed.value).collect();
            let reader = &mut Reader::Tx(self.tx);
            let mut found = lookup::by_values(reader, self.scope, &object, field, &values, narrowed.clone()).await?;
            if values.iter().any(|value| Compared::of(field, value).is_none_or(|value| !found.contains_key(&value))) {
                write::make_alone(self.tx, self.scope, &object).await?;
                if self.tx.backend() == Backend::Postgres {
                    found = lookup::by_values(&mut Reader::Tx(self.tx), self.scope, &object, field, &values, narrowed).await?;
                }
            }
            for one in keyed {
                match Compared::of(field, &one.value).and_then(|value| found.get(&value)).map(Vec::as_slice) {
                    None | Some([]) => new.push(one),
                    Some([id]) => old.push((*id, one.input)),
                    Some(several) => self.outcomes[one.input.at] = Some(Outcome::Upserted(Upserted::Several(several.to_vec()))),
                }
            }
        }
        if !old.is_empty() {
            match self.writable(&object.name, Wish::Update) {
                Ok(object) => {
                    let key = (!by_id).then_some(place);
                    self.update(&object, old, key, |id| Outcome::Upserted(Upserted::Updated(id))).await?;
                }
                Err(error) => old.iter().for_each(|(_, input)| self.refuse(input.at, error.clone())),
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let allowed = if update_only { Err(Refusal::not_found()) } else { self.writable(&object.name, Wish::Create) };
        match allowed {
            Ok(object) => {
                let mut reading = Reading::of(self.scope, &object, true);
                let mut drafts = Vec::with_capacity(new.len());
                for Keyed { input, value } in new {
                    let mut draft = reading.read(input, (!by_id).then_some(place));
                    if !by_id && draft.is_sound() {
                        match reading.may_write(&object.fields[place]) {
                            true => draft.set(place, value),
                            false => draft.refuse(Refusal::not_writable(&[&object.fields[place].name])),
                        }
                    }
                    drafts.push(draft);
                }
                self.create(&object, drafts, |id| Outcome::Upserted(Upserted::Created(id))).await
            }
            Err(error) => {
                new.iter().for_each(|keyed| self.refuse(keyed.input.at, error.clone()));
                Ok(())
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Create,
    Update,
}

/// What is answered of a list whose operations succeed together or not at all: as it is, if all did; else which would have, but for the others.
pub(super) fn together(outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, Vec<Outcome>> {
    let is_refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused(_) | Outcome::Upserted(Upserted::Several(_)));
    if !outcomes.iter().any(is_refused) {
        return Ok(outcomes);
    }
    let undone = |outcome| if is_refused(&outcome) { outcome } else { Outcome::Refused(vec![Refusal::all_or_none_rolled_back()]) };
    Err(outcomes.into_iter().map(undone).collect())
}

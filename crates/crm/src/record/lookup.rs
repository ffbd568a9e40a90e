//! What must be known of other records before one is written: all of a batch with one statement a question.

use std::collections::{HashMap, HashSet};

use salesforce::{Error as Refusal, Id};
use sea_query::{Condition, Expr, ExprTrait as _, LockType, Order, Query, SelectStatement, Value as Bound};
use store::sql::Built;

use super::{column, draft::Draft};
use crate::{
    Reader, Result, Scope, access,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// The table's alias wherever sharing narrows it.
pub(super) const ALIAS: &str = "r";
/// Most values of one condition.
const CHUNK: usize = 1_000;

/// Whether an object's deleted records stay for a while.
pub(super) fn has_bin(object: &Object) -> bool {
    object.position("IsDeleted").is_some()
}

/// A query of an object's table.
pub(super) fn select(scope: &Scope, object: &Object) -> SelectStatement {
    let mut query = Query::select();
    query.from_as(scope.schema.table(object), ALIAS);
    query
}

/// A column of it.
pub(super) fn col(name: impl Into<String>) -> Expr {
    Expr::col((ALIAS, name.into()))
}

fn ids_as_text(ids: &[Id]) -> Vec<String> {
    ids.iter().map(|id| id.short().to_owned()).collect()
}

/// Which of these records are there, not deleted, and fulfil the condition. On PostgreSQL they stay so until the transaction ends.
pub(super) async fn among(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    ids: &[Id],
    condition: Option<Condition>,
    lock: Option<LockType>,
) -> Result<HashSet<Id>> {
    let mut found = HashSet::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let mut query = select(scope, object);
        query.expr(col("id")).and_where(col("id").is_in(ids_as_text(ids)));
        if has_bin(object) {
            query.and_where(Expr::cust("r.isdeleted = 0"));
        }
        if let Some(condition) = condition.clone() {
            query.cond_where(condition);
        }
        if let Some(lock) = lock {
            query.order_by((ALIAS, "id"), Order::Asc).lock_with_tables(lock, [ALIAS]);
        }
        for row in reader.fetch(Built::new("records by id", reader.backend(), &query)?).await? {
            found.insert(id_at(&row, 0)?);
        }
    }
    Ok(found)
}

pub(super) fn id_at(row: &store::sql::Row, at: usize) -> Result<Id> {
    Ok(Id::parse(&row.get::<String>(at)?).map_err(|_| store::Error::broken("a record's id"))?)
}

/// Which of these records the caller sees. Asked only of records that are there.
pub(super) async fn visible(reader: &mut Reader<'_>, scope: &Scope, object: &Object, ids: &[Id]) -> Result<HashSet<Id>> {
    match access::visible(&scope.schema, object, &scope.caller.rights, ALIAS) {
        None => Ok(ids.iter().copied().collect()),
        condition => among_all(reader, scope, object, ids, condition).await,
    }
}

/// Which of these records the caller may change.
pub(crate) async fn changeable(reader: &mut Reader<'_>, scope: &Scope, object: &Object, ids: &[Id]) -> Result<HashSet<Id>> {
    match access::changeable(&scope.schema, object, &scope.caller.rights, ALIAS) {
        None => Ok(ids.iter().copied().collect()),
        condition => among_all(reader, scope, object, ids, condition).await,
    }
}

/// Which of these records the caller may delete, or take back.
pub(crate) async fn deletable(reader: &mut Reader<'_>, scope: &Scope, object: &Object, ids: &[Id]) -> Result<HashSet<Id>> {
    match access::deletable(&scope.schema, object, &scope.caller.rights, ALIAS) {
        None => Ok(ids.iter().copied().collect()),
        condition => among_all(reader, scope, object, ids, condition).await,
    }
}

/// Deleted ones too.
async fn among_all(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    ids: &[Id],
    condition: Option<Condition>,
) -> Result<HashSet<Id>> {
    let mut found = HashSet::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let mut query = select(scope, object);
        query.expr(col("id")).and_where(col("id").is_in(ids_as_text(ids)));
        if let Some(condition) = condition.clone() {
            query.cond_where(condition);
        }
        for row in reader.fetch(Built::new("records by right", reader.backend(), &query)?).await? {
            found.insert(id_at(&row, 0)?);
        }
    }
    Ok(found)
}

/// Whole records, deleted ones too, by the place of their fields. With a lock nobody else changes them until the transaction ends.
pub(super) async fn load(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    ids: &[Id],
    lock: Option<LockType>,
) -> Result<HashMap<Id, Vec<Value>>> {
    let id = object.position("Id").ok_or(store::Error::broken("an object without ids"))?;
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let mut query = select(scope, object);
        let stored: Vec<_> = (0..object.fields.len()).filter(|place| object.fields[*place].is_stored()).collect();
        for place in &stored {
            query.expr(col(object.fields[*place].column()));
        }
        query.and_where(col("id").is_in(ids_as_text(ids)));
        if let Some(lock) = lock {
            // In one order, so that two of us do not wait for each other.
            query.order_by((ALIAS, "id"), Order::Asc).lock_with_tables(lock, [ALIAS]);
        }
        for row in reader.fetch(Built::new("whole records", reader.backend(), &query)?).await? {
            let mut values = vec![Value::Null; object.fields.len()];
            for (at, place) in stored.iter().enumerate() {
                values[*place] = column::read(&row, at, &object.fields[*place])?;
            }
            if let Value::Id(id) = values[id] {
                found.insert(id, values);
            }
        }
    }
    Ok(found)
}

/// The same two values as a field compares them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Compared {
    Text(String),
    Whole(i64),
    /// The bits of a number that is not the negative nought.
    Fraction(u64),
}

impl Compared {
    pub(super) fn of(field: &Field, value: &Value) -> Option<Self> {
        match column::compared(field, value).1 {
            Bound::String(Some(text)) => Some(Self::Text(text)),
            Bound::BigInt(Some(number)) => Some(Self::Whole(number)),
            Bound::Double(Some(number)) => Some(Self::Fraction((number + 0.0).to_bits())),
            _ => None,
        }
    }
}

/// Records that have one of these values in a field, and are not deleted.
pub(super) async fn by_values(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    field: &Field,
    values: &[&Value],
    narrowed: Option<Condition>,
) -> Result<HashMap<Compared, Vec<Id>>> {
    let mut found: HashMap<Compared, Vec<Id>> = HashMap::new();
    for values in values.chunks(CHUNK) {
        let bound: Vec<_> = values.iter().map(|value| column::compared(field, value)).collect();
        let Some((name, _)) = bound.first() else { break };
        let name = name.clone();
        let mut query = select(scope, object);
        query.expr(col("id")).expr(col(field.column())).and_where(col(name).is_in(bound.into_iter().map(|(_, value)| value)));
        if has_bin(object) {
            query.and_where(Expr::cust("r.isdeleted = 0"));
        }
        if let Some(condition) = narrowed.clone() {
            query.cond_where(condition);
        }
        query.order_by((ALIAS, "id"), Order::Asc);
        for row in reader.fetch(Built::new("records by key", reader.backend(), &query)?).await? {
            let value = column::read(&row, 1, field)?;
            if let Some(compared) = Compared::of(field, &value) {
                found.entry(compared).or_default().push(id_at(&row, 0)?);
            }
        }
    }
    Ok(found)
}

/// Finds parents that are named by a key, and puts their ids where they belong.
pub(super) async fn parents(reader: &mut Reader<'_>, scope: &Scope, drafts: &mut [Draft]) -> Result<()> {
    let mut wanted: HashMap<(String, String), Vec<Value>> = HashMap::new();
    for parent in drafts.iter().flat_map(|draft| &draft.parents) {
        wanted.entry((parent.object.clone(), parent.key.clone())).or_default().push(parent.value.clone());
    }
    for ((of, key), values) in wanted {
        let Some(parent) = scope.schema.object(&of) else { continue };
        let Some(key_field) = parent.field(&key) else { continue };
        let narrowed = access::visible(&scope.schema, parent, &scope.caller.rights, ALIAS);
        let found = by_values(reader, scope, parent, key_field, &values.iter().collect::<Vec<_>>(), narrowed).await?;
        for draft in &mut *drafts {
            for at in 0..draft.parents.len() {
                let asked = &draft.parents[at];
                if asked.object != of || asked.key != key {
                    continue;
                }
                let field = asked.field;
                let ids = Compared::of(key_field, &asked.value).and_then(|value| found.get(&value));
                match ids.map(Vec::as_slice) {
                    Some([id]) => draft.set(field, Value::Id(*id)),
                    Some([_, _, ..]) => draft.refuse(Refusal::ambiguous_key(&key)),
                    _ if asked.value.is_null() => draft.set(field, Value::Null),
                    _ => {
                        let value = as_written(&draft.parents[at].value);
                        draft.refuse(Refusal::no_record_with_key(&value, &key, &of));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A value that a client gave, to tell it which.
fn as_written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Id(id) => id.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Null | Value::Boolean(_) | Value::Instant(_) | Value::Time(_) => String::new(),
    }
}

/// Checks that what is referred to is there, of the right object, and seen by the caller.
pub(super) async fn references(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let places: Vec<_> = (0..object.fields.len()).filter(|place| object.fields[*place].field_type == FieldType::Reference).collect();
    // By object: whom the caller must see, and whose details are written, which changes the master.
    let mut wanted: HashMap<&str, HashSet<Id>> = HashMap::new();
    let schema = scope.schema.clone();
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        for place in &places {
            let Some(Value::Id(id)) = draft.changed(*place) else { continue };
            let (id, field) = (*id, &object.fields[*place]);
            let to = field.reference.as_ref().map_or(&[][..], |reference| &reference.to);
            match schema.object_of(id.prefix()) {
                Some(parent) if to.is_empty() || to.contains(&parent.name) => {
                    wanted.entry(parent.name.as_str()).or_default().insert(id);
                }
                Some(other) if scope.caller.rights.sees(other) => {
                    draft.refuse(Refusal::malformed_id(&field.label, &field.name, &id.to_string()));
                }
                _ => draft.refuse(Refusal::invalid_cross_reference(Some(&field.name))),
            }
        }
    }
    // Whoever asks is there: most new records refer to nobody else's user.
    let mut seen = HashSet::from([scope.caller.user]);
    wanted.retain(|_, ids| {
        ids.remove(&scope.caller.user);
        !ids.is_empty()
    });
    if wanted.is_empty() {
        return Ok(());
    }
    let mut usable = HashSet::new();
    let mut asked: Vec<_> = wanted.into_iter().collect();
    asked.sort_unstable_by_key(|(name, _)| *name);
    for (name, ids) in asked {
        let Some(parent) = scope.schema.object(name) else { continue };
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        // Users and groups are whom records can belong to, whoever may read more of them.
        let narrowed = if matches!(name, "User" | "Group" | "RecordType") {
            None
        } else {
            access::visible(&scope.schema, parent, &scope.caller.rights, ALIAS)
        };
        let lock = matches!(reader, Reader::Tx(_)).then_some(LockType::KeyShare);
        let there = among(reader, scope, parent, &ids, narrowed, lock).await?;
        if is_master(object, name) {
            let there: Vec<_> = there.iter().copied().collect();
            usable.extend(changeable(reader, scope, parent, &there).await?);
        }
        seen.extend(there);
    }
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        for place in &places {
            let Some(Value::Id(id)) = draft.changed(*place) else { continue };
            let (id, field) = (*id, &object.fields[*place]);
            if !seen.contains(&id) {
                draft.refuse(Refusal::invalid_cross_reference(Some(&field.name)));
            } else if shares_with(object, field) && !usable.contains(&id) {
                draft.refuse(Refusal::insufficient_access_on_cross_reference());
            }
        }
    }
    Ok(())
}

/// Rights to the record come from what this field refers to: whoever writes it changes that.
fn shares_with(object: &Object, field: &Field) -> bool {
    use crate::schema::Sharing;
    match object.sharing {
        Sharing::Parent(name) => field.name == name,
        Sharing::Master => field.reference.as_ref().is_some_and(|reference| reference.master),
        Sharing::Private | Sharing::Read | Sharing::ReadWrite | Sharing::Linked(_) => false,
    }
}

fn is_master(object: &Object, name: &str) -> bool {
    object.fields.iter().any(|field| {
        shares_with(object, field) && field.reference.as_ref().is_some_and(|reference| reference.to.iter().any(|to| to == name))
    })
}

/// Checks unique fields, against what is there and against each other. Who gives a value up in the same request frees it for nobody.
pub(super) async fn unique(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    for (place, field) in object.fields.iter().enumerate().filter(|(_, field)| field.unique && field.is_stored()) {
        let new = |draft: &Draft| Compared::of(field, draft.changed(place)?);
        let values: Vec<_> = drafts.iter().filter(|draft| draft.is_sound()).filter_map(|draft| draft.changed(place)).collect();
        let values: Vec<_> = values.into_iter().filter(|value| !value.is_null()).cloned().collect();
        if values.is_empty() {
            continue;
        }
        let taken = by_values(reader, scope, object, field, &values.iter().collect::<Vec<_>>(), None).await?;
        let holders: Vec<_> = taken.values().flatten().copied().collect();
        // Whose value it is is told to whoever sees the record and the field: a record that comes back has values that the caller does not see.
        let tells = !holders.is_empty() && scope.caller.rights.sees_field(object, field);
        let seen = if tells { visible(reader, scope, object, &holders).await? } else { HashSet::new() };
        let mut given = HashSet::new();
        for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
            let Some(value) = new(draft) else { continue };
            let holder = taken.get(&value).and_then(|ids| ids.iter().find(|id| Some(**id) != draft.id)).copied();
            if let Some(holder) = holder {
                draft.refuse(Refusal::duplicate_value(seen.contains(&holder).then_some((&field.name, holder))));
            } else if !given.insert(value) {
                draft.refuse(Refusal::duplicate_value(None));
            }
        }
    }
    Ok(())
}

/// How far up a hierarchy is followed.
const LEVELS: usize = 200;

/// Refuses records that would be above themselves.
pub(super) async fn cycles(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    for (place, field) in object.fields.iter().enumerate() {
        if !field.reference.as_ref().is_some_and(|reference| reference.to.contains(&object.name)) {
            continue;
        }
        // What is above what, as it will be.
        let mut above: HashMap<Id, Option<Id>> = HashMap::new();
        for draft in drafts.iter().filter(|draft| draft.is_sound() && !draft.is_new()) {
            if let (Some(id), Some(Value::Id(parent))) = (draft.id, draft.changed(place)) {
                above.insert(id, Some(*parent));
            }
        }
        if above.is_empty() {
            continue;
        }
        // Whoever is above itself stays where it was, and costs those below it nothing.
        loop {
            follow_up(reader, scope, object, field, &mut above).await?;
            let mut refused = false;
            for wanted in [Above::Itself, Above::NoEnd] {
                for draft in drafts.iter_mut().filter(|draft| draft.is_sound() && !draft.is_new()) {
                    let (Some(id), Some(Value::Id(_))) = (draft.id, draft.changed(place)) else { continue };
                    if what_is_above(&above, id) == wanted {
                        draft.refuse(Refusal::circular(&field.name));
                        refused = true;
                    }
                }
                if refused {
                    break;
                }
            }
            if !refused {
                break;
            }
            for draft in drafts.iter().filter(|draft| !draft.is_sound() && !draft.is_new()) {
                if let (Some(id), Value::Id(_) | Value::Null) = (draft.id, draft.was(place)) {
                    let before = if let Value::Id(parent) = draft.was(place) { Some(*parent) } else { None };
                    above.insert(id, before);
                }
            }
        }
    }
    Ok(())
}

/// What somebody comes to who goes up from a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    /// A top.
    Top,
    /// The record itself.
    Itself,
    /// A circle of others, or more levels than are followed.
    NoEnd,
}

fn what_is_above(above: &HashMap<Id, Option<Id>>, id: Id) -> Above {
    let mut at = above.get(&id).copied().flatten();
    for _ in 0..LEVELS {
        match at {
            Some(now) if now == id => return Above::Itself,
            Some(now) => at = above.get(&now).copied().flatten(),
            None => return Above::Top,
        }
    }
    Above::NoEnd
}

/// Reads what is above the records that are known, up to the top.
async fn follow_up(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    field: &Field,
    above: &mut HashMap<Id, Option<Id>>,
) -> Result<()> {
    for _ in 0..LEVELS {
        let mut unknown: Vec<Id> = above.values().flatten().filter(|id| !above.contains_key(id)).copied().collect();
        if unknown.is_empty() {
            break;
        }
        unknown.sort_unstable();
        unknown.dedup();
        let mut query = select(scope, object);
        query.expr(col("id")).expr(col(field.column())).and_where(col("id").is_in(ids_as_text(&unknown)));
        if matches!(reader, Reader::Tx(_)) {
            // Against another request that turns the same hierarchy round at the same moment.
            query.order_by((ALIAS, "id"), Order::Asc).lock_with_tables(LockType::Share, [ALIAS]);
        }
        for row in reader.fetch(Built::new("a hierarchy", reader.backend(), &query)?).await? {
            let parent = match column::read(&row, 1, field)? {
                Value::Id(parent) => Some(parent),
                _ => None,
            };
            above.insert(id_at(&row, 0)?, parent);
        }
        for id in unknown {
            above.entry(id).or_insert(None);
        }
    }
    Ok(())
}

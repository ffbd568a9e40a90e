//! The recycle bin: deleting, taking back, and emptying it.
//!
//! A record goes with what hangs on it, as the schema says. What went together has the same `SystemModstamp`: by that it comes back together.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use domain::{ids::WorkspaceId, time::Timestamp};
use salesforce::{Error as Refusal, Id};
use sea_query::{Expr, ExprTrait as _, LockType, Order, Query};
use store::{Tx, sql::Built};

use super::{READS_TAKE, Records, column, draft::Draft, lookup, rules};
use crate::{
    Reader, Result, Scope,
    schema::{Field, Object, OnDelete},
    value::Value,
};

/// Most records that go, come back or lose a reference for one request.
const MOST: usize = 10_000;
/// Most values of one condition.
const CHUNK: usize = 1_000;
/// How long deleted records can be taken back (`salesforce.md` 1.5; the days are the vendor's).
pub const BIN_KEEPS: Duration = Duration::from_secs(15 * 24 * 60 * 60);
/// Most records of an object that are removed in one transaction, and one step.
const PURGED: usize = 500;

type Results = Vec<(usize, Result<Id, Refusal>)>;

/// Puts records of one object into the bin.
pub(super) async fn delete(tx: &mut Tx, scope: &Scope, wanted: Vec<(usize, Option<&str>, Id)>) -> Result<Results> {
    let mut results = Vec::with_capacity(wanted.len());
    let mut roots = Vec::with_capacity(wanted.len());
    let Some(object) = object_of(scope, wanted.first().map(|(_, _, id)| *id)) else {
        return Ok(wanted.into_iter().map(|(at, _, _)| (at, Err(Refusal::not_found()))).collect());
    };
    for (at, said, id) in wanted {
        match said {
            Some(said) if !said.eq_ignore_ascii_case(&object.name) => {
                let known = scope.schema.object(said).filter(|object| scope.caller.rights.sees(object));
                let label = known.map_or(said, |object| &object.label);
                results.push((at, Err(Refusal::malformed_id(&format!("{label} ID"), "Id", &id.to_string()))));
            }
            _ => roots.push((at, id)),
        }
    }
    let rights = &scope.caller.rights;
    let is_kept = rules::is_kept(&object);
    if !rights.system && (!object.can.delete || is_kept || !rights.deletes(&object)) {
        results.extend(roots.into_iter().map(|(at, _)| (at, Err(Refusal::insufficient_access_or_readonly()))));
        return Ok(results);
    }
    let ids: Vec<_> = roots.iter().map(|(_, id)| *id).collect();
    rules::setup::begin(tx, scope, &object).await?;
    let there = lookup::load(&mut Reader::Tx(tx), scope, &object, &ids, Some(LockType::Update)).await?;
    let held = if rights.system { Vec::new() } else { rules::setup::held(tx, scope, &object, &there).await? };
    let reader = &mut Reader::Tx(tx);
    let seen = lookup::visible(reader, scope, &object, &ids).await?;
    let deletable = lookup::deletable(reader, scope, &object, &ids).await?;
    roots.retain(|(at, id)| {
        let error = match there.get(id).filter(|_| seen.contains(id)) {
            None => Refusal::not_found(),
            Some(record) if is_deleted(&object, record) => Refusal::entity_is_deleted(),
            Some(_) if held.contains(id) || !deletable.contains(id) => Refusal::insufficient_access_or_readonly(),
            Some(_) => return true,
        };
        results.push((*at, Err(error)));
        false
    });
    // Whatever is held by a record that may not lose it stays, with all that would have gone for its sake.
    loop {
        let ids: Vec<_> = roots.iter().map(|(_, id)| *id).collect();
        let going = Going::with(tx, scope, &object, &ids).await?;
        if going.held.is_empty() {
            going.carry_out(tx, scope).await?;
            if !roots.is_empty() {
                rules::setup::end(tx, scope, &object).await?;
            }
            results.extend(roots.into_iter().map(|(at, id)| (at, Ok(id))));
            return Ok(results);
        }
        for (at, id) in roots.extract_if(.., |(_, id)| going.held.contains_key(id)) {
            let name = object.name_field().and_then(|field| object.position(&field.name)).and_then(|place| there[&id].get(place));
            let name = match name {
                Some(Value::Text(name)) => name.clone(),
                _ => id.to_string(),
            };
            results.push((at, Err(Refusal::delete_failed(&name, &going.held[&id].to_lowercase()))));
        }
    }
}

fn object_of(scope: &Scope, id: Option<Id>) -> Option<Arc<Object>> {
    let object = scope.schema.object_of(id?.prefix())?;
    scope.caller.rights.sees(object).then(|| object.clone())
}

fn is_deleted(object: &Object, record: &[Value]) -> bool {
    object.position("IsDeleted").is_some_and(|place| record[place] == Value::Boolean(true))
}

/// What goes with some records.
#[derive(Default)]
struct Going {
    /// By object: what is deleted, and for the sake of which of those that were asked for.
    records: BTreeMap<String, HashMap<Id, Id>>,
    /// Fields that lose their value, by object and place of the field.
    emptied: BTreeMap<(String, usize), Vec<Id>>,
    /// Of those that were asked for: which cannot go, and what holds them.
    held: HashMap<Id, String>,
    count: usize,
}

impl Going {
    async fn with(tx: &mut Tx, scope: &Scope, object: &Arc<Object>, roots: &[Id]) -> Result<Self> {
        let mut going = Self::default();
        going.records.insert(object.name.clone(), roots.iter().map(|id| (*id, *id)).collect());
        let mut next: Vec<(Arc<Object>, Vec<Id>)> = vec![(object.clone(), roots.to_vec())];
        let mut held: Vec<(Id, Id, String)> = Vec::new();
        while let Some((parent, ids)) = next.pop() {
            for (child, field, reference) in scope.schema.children(&parent) {
                if reference.on_delete == OnDelete::Keep || !field.is_stored() {
                    continue;
                }
                let found = children(tx, scope, child, field, &ids).await?;
                if found.is_empty() {
                    continue;
                }
                going.count += found.len();
                if going.count > MOST {
                    return Err(Refusal::operation_too_large(format!(
                        "Deleting would change more than {MOST} records that refer to what is deleted; delete some of them first"
                    ))
                    .into());
                }
                let root = |parent_id: &Id| going.records.get(&parent.name).and_then(|all| all.get(parent_id)).copied();
                let found: Vec<_> = found.into_iter().filter_map(|(id, of)| Some((id, root(&of)?))).collect();
                match reference.on_delete {
                    OnDelete::Cascade => {
                        let all = going.records.entry(child.name.clone()).or_default();
                        let mut new = Vec::new();
                        for (id, root) in found {
                            all.entry(id).or_insert_with(|| {
                                new.push(id);
                                root
                            });
                        }
                        if !new.is_empty() {
                            next.push((child.clone(), new));
                        }
                    }
                    OnDelete::Restrict => held.extend(found.into_iter().map(|(id, root)| (id, root, child.name.clone()))),
                    OnDelete::Clear => {
                        let place = child.position(&field.name).ok_or(store::Error::broken("a field of another object"))?;
                        going.emptied.entry((child.name.clone(), place)).or_default().extend(found.into_iter().map(|(id, _)| id));
                    }
                    OnDelete::Keep => {}
                }
            }
        }
        for (id, root, object) in held {
            // What goes itself holds nothing.
            if going.records.get(&object).is_none_or(|all| !all.contains_key(&id)) {
                // Of an object that the caller does not see, not even the name is told; of others rather than nothing.
                match scope.schema.object(&object).filter(|object| scope.caller.rights.sees(object)) {
                    Some(seen) => going.held.insert(root, seen.label_plural.clone()),
                    None => Some(going.held.entry(root).or_insert_with(|| "records".to_owned()).clone()),
                };
            }
        }
        Ok(going)
    }

    async fn carry_out(self, tx: &mut Tx, scope: &Scope) -> Result<()> {
        for ((name, place), ids) in &self.emptied {
            let Some(object) = scope.schema.object(name) else { continue };
            let stays: Vec<_> = ids.iter().filter(|id| self.records.get(name).is_none_or(|all| !all.contains_key(id))).copied().collect();
            let field = &object.fields[*place];
            let mut values = vec![(field.column(), column::bound(field, Value::Null))];
            values.extend(field.folded_column().map(|name| (name, column::folded(&Value::Null))));
            set(tx, scope, object, &stays, &values).await?;
        }
        for (name, ids) in self.records {
            let Some(object) = scope.schema.object(&name) else { continue };
            let ids: Vec<_> = ids.into_keys().collect();
            if object.position("IsDeleted").is_some() {
                set(tx, scope, object, &ids, &[("isdeleted".to_owned(), 1_i64.into())]).await?;
            } else {
                remove(tx, scope.caller.workspace, &scope.schema.table(object), &ids).await?;
            }
        }
        Ok(())
    }
}

/// Records that refer to these, and to which; locked.
async fn children(tx: &mut Tx, scope: &Scope, child: &Object, field: &Field, parents: &[Id]) -> Result<Vec<(Id, Id)>> {
    let mut found = Vec::new();
    for parents in parents.chunks(CHUNK) {
        let mut query = lookup::select(scope, child);
        query.expr(lookup::col("id")).expr(lookup::col(field.column()));
        query.and_where(lookup::col(field.column()).is_in(parents.iter().map(|id| id.short().to_owned())));
        if lookup::has_bin(child) {
            query.and_where(Expr::cust("r.isdeleted = 0"));
        }
        query.order_by((lookup::ALIAS, "id"), Order::Asc).limit(MOST as u64 + 1).lock_with_tables(LockType::Update, [lookup::ALIAS]);
        for row in tx.fetch_built(Built::new("records that refer to others", tx.backend(), &query)?).await? {
            found.push((lookup::id_at(&row, 0)?, lookup::id_at(&row, 1)?));
        }
    }
    Ok(found)
}

/// Sets columns of many records alike.
async fn set(tx: &mut Tx, scope: &Scope, object: &Object, ids: &[Id], values: &[(String, sea_query::Value)]) -> Result<()> {
    for ids in ids.chunks(CHUNK) {
        let mut update = Query::update();
        update.table(scope.schema.table(object));
        for (column, value) in values {
            update.value(column.clone(), value.clone());
        }
        for name in ["LastModifiedDate", "SystemModstamp"] {
            if let Some(field) = object.field(name) {
                update.value(field.column(), scope.now.0);
            }
        }
        if let Some(field) = object.field("LastModifiedById") {
            update.value(field.column(), scope.caller.user.short());
        }
        update.and_where(Expr::col("id").is_in(ids.iter().map(|id| id.short().to_owned())));
        tx.run_built(Built::new("records into the bin and out of it", tx.backend(), &update)?).await?;
    }
    Ok(())
}

/// Takes records of one object out of the bin.
pub(super) async fn undelete(tx: &mut Tx, scope: &Scope, wanted: Vec<(usize, Id)>) -> Result<Results> {
    let Some(object) = object_of(scope, wanted.first().map(|(_, id)| *id)) else {
        return Ok(wanted.into_iter().map(|(at, _)| (at, Err(Refusal::not_found()))).collect());
    };
    let rights = &scope.caller.rights;
    let is_kept = rules::is_kept(&object);
    if !rights.system && (!object.can.undelete || is_kept || !rights.deletes(&object)) {
        return Ok(wanted.into_iter().map(|(at, _)| (at, Err(Refusal::insufficient_access_or_readonly()))).collect());
    }
    let ids: Vec<_> = wanted.iter().map(|(_, id)| *id).collect();
    let reader = &mut Reader::Tx(tx);
    let mut there = lookup::load(reader, scope, &object, &ids, Some(LockType::Update)).await?;
    let seen = lookup::visible(reader, scope, &object, &ids).await?;
    let deletable = lookup::deletable(reader, scope, &object, &ids).await?;
    let mut results = Vec::with_capacity(wanted.len());
    let mut drafts = Vec::new();
    for (at, id) in wanted {
        let Some(record) = there.remove(&id).filter(|_| seen.contains(&id)) else {
            results.push((at, Err(Refusal::not_found())));
            continue;
        };
        if !is_deleted(&object, &record) {
            results.push((at, Err(Refusal::undelete_failed())));
        } else if !deletable.contains(&id) {
            results.push((at, Err(Refusal::insufficient_access_or_readonly())));
        } else {
            // As if it were new: what it refers to must be there, and what is unique must still be so.
            let mut draft = Draft::blank(&object, at);
            draft.id = Some(id);
            draft.new = record.into_iter().map(Some).collect();
            drafts.push(draft);
        }
    }
    let reader = &mut Reader::Tx(tx);
    masters(reader, scope, &object, &mut drafts).await?;
    lookup::unique(reader, scope, &object, &mut drafts).await?;
    for draft in drafts {
        let (Some(id), true) = (draft.id, draft.is_sound()) else {
            results.extend(draft.errors.into_iter().next().map(|error| (draft.at, Err(error))));
            continue;
        };
        let stamp = object.position("SystemModstamp").map_or(&Value::Null, |place| draft.get(place)).clone();
        let back = went_together(tx, scope, &object, id, &stamp).await?;
        if let Some(error) = taken_meanwhile(tx, scope, &back).await? {
            results.push((draft.at, Err(error)));
            continue;
        }
        for (object, ids) in &back {
            set(tx, scope, object, ids, &[("isdeleted".to_owned(), 0_i64.into())]).await?;
        }
        results.push((draft.at, Ok(id)));
    }
    Ok(results)
}

/// A record cannot come back without the one that it went with.
async fn masters(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    for (place, field) in object.fields.iter().enumerate() {
        let Some(reference) = field.reference.as_ref().filter(|reference| reference.on_delete == OnDelete::Cascade) else { continue };
        for parent in reference.to.iter().filter_map(|name| scope.schema.object(name)) {
            let of = |draft: &Draft| match draft.get(place) {
                Value::Id(id) if parent.prefix == Some(id.prefix()) => Some(*id),
                _ => None,
            };
            let ids: Vec<_> = drafts.iter().filter_map(of).collect();
            let there = lookup::among(reader, scope, parent, &ids, None, Some(LockType::KeyShare)).await?;
            for draft in drafts.iter_mut() {
                if of(draft).is_some_and(|id| !there.contains(&id)) {
                    draft.refuse(Refusal::undelete_failed());
                }
            }
        }
    }
    Ok(())
}

/// A record that is to come back, and after it what went with it.
async fn went_together(tx: &mut Tx, scope: &Scope, object: &Arc<Object>, id: Id, stamp: &Value) -> Result<Vec<(Arc<Object>, Vec<Id>)>> {
    let Value::Instant(stamp) = *stamp else { return Err(store::Error::broken("a deleted record without an instant").into()) };
    let mut next = vec![(object.clone(), vec![id])];
    let mut back: HashSet<Id> = HashSet::from([id]);
    let mut all = Vec::new();
    while let Some((parent, ids)) = next.pop() {
        for (child, field, reference) in scope.schema.children(&parent) {
            if reference.on_delete != OnDelete::Cascade || !lookup::has_bin(child) || !field.is_stored() {
                continue;
            }
            let mut found = Vec::new();
            for ids in ids.chunks(CHUNK) {
                let mut query = lookup::select(scope, child);
                query.expr(lookup::col("id"));
                query.and_where(lookup::col(field.column()).is_in(ids.iter().map(|id| id.short().to_owned())));
                query.and_where(lookup::col("isdeleted").eq(1_i64)).and_where(lookup::col("systemmodstamp").eq(stamp));
                for row in tx.fetch_built(Built::new("records that went together", tx.backend(), &query)?).await? {
                    let id = lookup::id_at(&row, 0)?;
                    if back.insert(id) {
                        found.push(id);
                    }
                }
            }
            if back.len() > MOST {
                return Err(Refusal::operation_too_large(format!("More than {MOST} records were deleted together with this one")).into());
            }
            if !found.is_empty() {
                next.push((child.clone(), found));
            }
        }
        all.push((parent, ids));
    }
    Ok(all)
}

/// Why records cannot come back with another: a value of theirs that must be unique is another's by now.
async fn taken_meanwhile(tx: &mut Tx, scope: &Scope, back: &[(Arc<Object>, Vec<Id>)]) -> Result<Option<Refusal>> {
    let reader = &mut Reader::Tx(tx);
    let mut by_object: BTreeMap<&str, (&Object, Vec<Id>)> = BTreeMap::new();
    for (object, ids) in back.iter().filter(|(object, _)| object.fields.iter().any(|field| field.unique)) {
        by_object.entry(&object.name).or_insert_with(|| (object, Vec::new())).1.extend(ids);
    }
    for (object, ids) in by_object.into_values() {
        let there = lookup::load(reader, scope, object, &ids, Some(LockType::Update)).await?;
        let mut drafts: Vec<_> = there
            .into_iter()
            .map(|(id, record)| {
                let mut draft = Draft::blank(object, 0);
                draft.id = Some(id);
                draft.new = record.into_iter().map(Some).collect();
                draft
            })
            .collect();
        lookup::unique(reader, scope, object, &mut drafts).await?;
        if let Some(error) = drafts.into_iter().find_map(|draft| draft.errors.into_iter().next()) {
            return Ok(Some(error));
        }
    }
    Ok(None)
}

/// Removes records, and lets go of the bytes that they cite.
async fn remove(tx: &mut Tx, workspace: WorkspaceId, table: &str, ids: &[Id]) -> Result<u64> {
    let mut removed = 0;
    for ids in ids.chunks(CHUNK) {
        let ids: Vec<_> = ids.iter().map(|id| id.short().to_owned()).collect();
        tx.uncite_blobs(workspace, &ids).await?;
        let mut delete = Query::delete();
        delete.from_table(table.to_owned()).and_where(Expr::col("id").is_in(ids));
        removed += tx.run_built(Built::new("records out of the bin for good", tx.backend(), &delete)?).await?;
    }
    Ok(removed)
}

/// What a step of emptying the bin did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// How many records went.
    pub removed: u64,
    /// Others are due and wait for the next step.
    pub more: bool,
}

impl Records {
    /// Empties the recycle bin of what has been in it for [`BIN_KEEPS`]: a transaction an object. Several servers may do it at once.
    pub async fn empty_bin(&self) -> Result<Emptied> {
        let (workspace, before) = (self.scope.caller.workspace, self.scope.now - BIN_KEEPS);
        let mut emptied = Emptied::default();
        let mut steps: Vec<(Arc<str>, Arc<Vec<Id>>)> = Vec::new();
        // Looked for beside the writers: where nothing was deleted, that is a look at all that is old.
        let mut snapshot = self.crm.store().record_snapshot(READS_TAKE).await?;
        for object in self.scope.schema.objects() {
            if !lookup::has_bin(object) || object.position("SystemModstamp").is_none() {
                continue;
            }
            let table: Arc<str> = self.scope.schema.table(object).into();
            let due = due(&mut Reader::Snapshot(&mut snapshot), &table, before, None).await?;
            emptied.more |= due.len() >= PURGED;
            if !due.is_empty() {
                steps.push((table, Arc::new(due)));
            }
        }
        drop(snapshot);
        for (table, due) in steps {
            emptied.removed += self
                .crm
                .store()
                .write_behind(move |tx| {
                    let (table, due) = (table.clone(), due.clone());
                    Box::pin(async move { purge(tx, workspace, &table, before, &due).await })
                })
                .await?;
        }
        Ok(emptied)
    }
}

/// Records of a table, or of these, that have been in the bin for too long; locked, if somebody is to remove them.
async fn due(reader: &mut Reader<'_>, table: &str, before: Timestamp, of: Option<&[Id]>) -> Result<Vec<Id>> {
    let mut query = Query::select();
    query
        .column("id")
        .from(table.to_owned())
        .and_where(Expr::col("isdeleted").eq(1_i64))
        .and_where(Expr::col("systemmodstamp").lt(before.0))
        .limit(PURGED as u64);
    if let Some(ids) = of {
        query.and_where(Expr::col("id").is_in(ids.iter().map(|id| id.short().to_owned())));
        query.order_by("id", Order::Asc).lock(LockType::Update);
    }
    let rows = reader.fetch(Built::new("records that are too long in the bin", reader.backend(), &query)?).await?;
    rows.iter().map(|row| lookup::id_at(row, 0)).collect()
}

async fn purge(tx: &mut Tx, workspace: WorkspaceId, table: &str, before: Timestamp, seen: &[Id]) -> Result<u64> {
    // Somebody may have taken them back, or removed them, since they were seen.
    let ids = due(&mut Reader::Tx(tx), table, before, Some(seen)).await?;
    remove(tx, workspace, table, &ids).await
}

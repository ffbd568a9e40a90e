//! Who can own a record: a user who is active, or a queue that takes records of the object.

use std::collections::{HashMap, HashSet};

use salesforce::{Error as Refusal, Id};
use sea_query::ExprTrait as _;
use store::sql::Built;

use crate::{
    Reader, Result, Scope,
    record::{draft::Draft, lookup},
    schema::{Object, fold},
    value::Value,
};

/// Checks new owners.
pub(super) async fn check(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let Some(place) = object.position("OwnerId") else { return Ok(()) };
    let mut owners: HashMap<Id, bool> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.is_sound()) {
        // Whoever asks could sign in.
        if let Some(Value::Id(owner)) = draft.changed(place)
            && *owner != scope.caller.user
        {
            owners.insert(*owner, false);
        }
    }
    for (kind, column, wanted) in [("User", "IsActive", None), ("Group", "Type", Some("Queue"))] {
        let Some(kind) = scope.schema.object(kind) else { continue };
        let Some(field) = kind.field(column) else { continue };
        let ids: Vec<_> = owners.keys().filter(|id| kind.prefix == Some(id.prefix())).map(|id| id.short().to_owned()).collect();
        if ids.is_empty() {
            continue;
        }
        let mut query = lookup::select(scope, kind);
        query.expr(lookup::col("id")).and_where(lookup::col("id").is_in(ids));
        query.and_where(match wanted {
            Some(text) => lookup::col(field.column()).eq(text),
            None => lookup::col(field.column()).eq(1_i64),
        });
        for row in reader.fetch(Built::new("owners", reader.backend(), &query)?).await? {
            owners.insert(lookup::id_at(&row, 0)?, true);
        }
    }
    let queues: Vec<Id> = owners.iter().filter(|(id, may)| **may && is_of(scope, **id, "Group")).map(|(id, _)| *id).collect();
    let taking = taking(reader, scope, object, &queues).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        let Some(Value::Id(owner)) = draft.changed(place) else { continue };
        let owner = *owner;
        match owners.get(&owner) {
            Some(false) if is_of(scope, owner, "User") => draft.refuse(Refusal::inactive_owner(owner)),
            Some(false) => draft.refuse(Refusal::invalid_cross_reference(Some("OwnerId"))),
            Some(true) if queues.contains(&owner) && !taking.contains(&owner) => {
                draft.refuse(Refusal::field_integrity(&["OwnerId"], "Queue not associated with this SObject type".to_owned()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_of(scope: &Scope, id: Id, object: &str) -> bool {
    scope.schema.object_of(id.prefix()).is_some_and(|kind| kind.name == object)
}

/// Which of these queues take records of the object. Nobody can say of a custom one which take it, so all do.
async fn taking(reader: &mut Reader<'_>, scope: &Scope, object: &Object, queues: &[Id]) -> Result<HashSet<Id>> {
    let taken = scope.schema.object("QueueSobject").filter(|_| !object.custom);
    let fields = taken.and_then(|taken| Some((taken, taken.field("QueueId")?, taken.field("SobjectType")?.folded_column()?)));
    let Some((taken, queue, of)) = fields.filter(|_| !queues.is_empty()) else { return Ok(queues.iter().copied().collect()) };
    let mut query = lookup::select(scope, taken);
    query
        .expr(lookup::col(queue.column()))
        .and_where(lookup::col(queue.column()).is_in(queues.iter().map(|id| id.short().to_owned())))
        .and_where(lookup::col(of).eq(fold(&object.name)));
    let rows = reader.fetch(Built::new("queues of an object", reader.backend(), &query)?).await?;
    rows.iter().map(|row| lookup::id_at(row, 0)).collect()
}

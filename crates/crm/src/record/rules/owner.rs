//! Who can own a record: a user who is active, or a queue.

use std::collections::HashMap;

use salesforce::{Error as Refusal, Id};
use sea_query::ExprTrait as _;
use store::sql::Built;

use crate::{
    Reader, Result, Scope,
    record::{draft::Draft, lookup},
    schema::Object,
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
    for draft in drafts.iter_mut().filter(|draft| draft.is_sound()) {
        if let Some(Value::Id(owner)) = draft.changed(place)
            && owners.get(owner) == Some(&false)
        {
            let owner = *owner;
            let is_user = scope.schema.object_of(owner.prefix()).is_some_and(|kind| kind.name == "User");
            draft.refuse(if is_user { Refusal::inactive_owner(owner) } else { Refusal::invalid_cross_reference(Some("OwnerId")) });
        }
    }
    Ok(())
}
